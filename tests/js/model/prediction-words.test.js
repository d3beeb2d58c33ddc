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

test("only a model that is asked at the end has an answer, and elsewhere it is not trained to", () => {
  const names = bundled("names-lstm");
  const words = names.tokens.map((_, step) => whenOf(names, step));
  assert.ok(words.slice(0, -1).every((text) => text.includes("not trained")));
  assert.doesNotMatch(words.at(-1), /not trained/);
  const counter = bundled("counter-lstm");
  counter.tokens.forEach((token, step) => assert.ok(whenOf(counter, step).includes(token)));
});

test("in a what-if the prediction of the unchanged run is named, unless it is the same", () => {
  const { none, removed } = fixture("interventions").payloads;
  const [unchanged, changed] = [traceOf(none), traceOf(removed)];
  assert.equal(predictionWords(unchanged, 3).unchanged, "");
  for (let step = 0; step < changed.steps; step++) {
    const [now, typed] = [predictionWords(changed, step), predictionWords(unchanged, changed.typedSteps[step] - 1)];
    if (now.label !== typed.label) assert.equal(now.unchanged, `instead of ${typed.label}, ${typed.share}`);
    else if (now.share !== typed.share) assert.equal(now.unchanged, `instead of ${typed.share}`);
    else assert.equal(now.unchanged, "as in the unchanged run");
  }
});
