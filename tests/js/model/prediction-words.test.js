import assert from "node:assert/strict";
import { test } from "node:test";

import { predictionWords, quoted, whenOf } from "../../../rnnviz/instrument/js/model/prediction-words.js";
import { bundled, fixture, traceOf } from "../fixtures.js";

test("the words are the likeliest labels and their probabilities", () => {
  const trace = bundled("names-lstm");
  for (let step = 0; step < trace.steps; step++) {
    const probabilities = [...trace.probabilitiesAt(step)];
    const best = probabilities.indexOf(Math.max(...probabilities));
    const words = predictionWords(trace, step);
    assert.equal(words.label, trace.labels[best]);
    assert.equal(words.probability, probabilities[best]);
    assert.match(words.share, /^\d+\s%$/);
  }
});

test("labels without half a percent are not named", () => {
  const trace = bundled("names-lstm");
  trace.labels.forEach((_, label) => (trace.probabilities[label] = label === 3 ? 1 : 0));
  const words = predictionWords(trace, 0);
  assert.deepEqual([words.label, words.others], [trace.labels[3], ""]);
});

test("a label of one character is quoted", () => {
  assert.deepEqual(["Irish", ",", "👩🏽‍🚀"].map(quoted).slice(0, 2), ["Irish", "“,”"]);
});

test("only a model that is asked at the end has an answer, after the last token that it reads", () => {
  const names = bundled("names-lstm");
  assert.ok(names.answersAtEnd);
  const words = names.tokens.map((_, step) => whenOf(names, step));
  assert.equal(new Set(words.slice(0, -1).map((text) => text.split(",")[0])).size, 1);
  assert.ok(!words.at(-1).includes(names.tokens.at(-1)));
  const counter = bundled("counter-lstm");
  assert.ok(!counter.answersAtEnd);
  counter.tokens.forEach((token, step) => assert.ok(whenOf(counter, step).includes(token)));
  const backward = traceOf(fixture("backward").payloads["1b"]);
  backward.answersAtEnd = true;
  assert.ok(!whenOf(backward, 0).includes(backward.tokens[0]));
  assert.ok(whenOf(backward, 1).includes(backward.tokens[1]));
});
