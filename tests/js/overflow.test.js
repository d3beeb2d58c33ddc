// Runs that leave the numbers: infinities and NaN are marked and named, and nothing else is said of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeHalves } from "../../rnnviz/instrument/js/model/arrays.js";
import { colourOf } from "../../rnnviz/instrument/js/model/colours.js";
import { crossPath } from "../../rnnviz/instrument/js/model/heatmap-marks.js";
import { panelContents } from "../../rnnviz/instrument/js/model/heatmap-panels.js";
import { beyondLimits, pixelsOf, strangeValues } from "../../rnnviz/instrument/js/model/heatmap-pixels.js";
import { narrate } from "../../rnnviz/instrument/js/model/narration.js";
import { leader } from "../../rnnviz/instrument/js/model/near-ties.js";
import * as numbers from "../../rnnviz/instrument/js/model/numbers.js";
import { NO_PREDICTION, predictionWords } from "../../rnnviz/instrument/js/model/prediction-words.js";
import { changeText, rankedLabels } from "../../rnnviz/instrument/js/model/ranking.js";
import { unitsByEffect } from "../../rnnviz/instrument/js/model/row-order.js";
import { creditSum } from "../../rnnviz/instrument/js/model/token-credit.js";
import { fixture, traceOf } from "./fixtures.js";

const RUNS = Object.entries(fixture("overflow")).flatMap(([name, payloads]) =>
  payloads.map((payload, k) => [`${name}${k ? ", changed" : ""}`, traceOf(payload)])
);
const CROSSED = ["grows", "cancels", "huge", "far", "value", "bare"];
const isStrange = (value) => !Number.isFinite(value);
const state = { rowOrder: "effect", allRows: true, unit: 0 };

test("every way to write a number names infinities and what is none", () => {
  const { brief, decimal, exact, fixed, operand, percent, signedBrief, signedFixed, summand } = numbers;
  for (const write of [brief, decimal, exact, fixed, operand, percent, signedBrief, signedFixed, summand]) {
    assert.match(write(NaN), /not a number/, write.name);
    assert.match(write(Infinity), /inf/, write.name);
    assert.match(write(-Infinity), /−.*inf/, write.name);
    assert.ok(write(-1.8715794257624655e38).length < 16, write(-1.8715794257624655e38));
    assert.doesNotMatch([1e38, -1e38, 3e-39].map((value) => write(value)).join(" "), /NaN|Infinity|-/, write.name);
  }
});

test("half precision has infinities and NaN", () => {
  assert.deepEqual([...decodeHalves(Uint16Array.of(0x7c00, 0xfc00, 0x7e01, 0x7bff))], [
    Infinity,
    -Infinity,
    NaN,
    65504,
  ]);
});

for (const [name, trace] of RUNS) {
  test(`what is no number is crossed in every heatmap: ${name}`, () => {
    let crosses = 0;
    for (const { field, scale } of panelContents(trace, state, null)) {
      const found = strangeValues(field, () => false);
      const expected = field.rows.flatMap((at, row) =>
        trace.tokens.flatMap((_, step) => isStrange(field.values[step * field.width + at]) ? [{ row, step }] : [])
      );
      assert.deepEqual(found, expected);
      assert.equal([...crossPath(found, [9, 7]).matchAll(/M/g)].length, found.length);
      assert.ok(
        beyondLimits(field, scale.limits).every(({ row, step }) =>
          !isStrange(field.values[step * field.width + field.rows[row]])
        ),
      );
      assert.ok(scale.limits.every(Number.isFinite));
      assert.equal(pixelsOf(field, scale).length, 4 * field.steps * field.rows.length);
      assert.deepEqual(strangeValues(field, () => true), [], "a column without a step has no cross");
      crosses += found.length;
    }
    if (CROSSED.includes(name)) assert.ok(crosses > 0);
  });

  test(`no sentence tells more than there is: ${name}`, () => {
    trace.tokens.forEach((_, step) => {
      const text = narrate(trace, step);
      assert.doesNotMatch(text, /NaN|Infinity|undefined/);
      const strange = trace.unitQuantities.some((one) => trace.vector(one.name, step).some(isStrange));
      assert.equal(
        /infinite or not a number/.test(text),
        strange ||
          trace.quantities.some((one) => one.role === "state" && trace.valuesBefore(one.name, step).some(isStrange)),
        text,
      );
      if (strange) assert.doesNotMatch(text, /writes|keeps|changes its|pushes/);
      const probabilities = trace.probabilitiesAt(step);
      if (!probabilities) return;
      const words = predictionWords(trace, step);
      assert.equal(words.label === NO_PREDICTION, probabilities.some(isStrange));
      if (!probabilities.some(isStrange)) return;
      assert.match(text, /no prediction|no answer/);
      assert.equal(words.others, "");
      const ranked = rankedLabels(trace, step);
      assert.equal(ranked.length, trace.labels.length);
      assert.ok(ranked.every((label) => changeText(label) === ""));
    });
  });

  test(`all units keep a place and a colour: ${name}`, () => {
    const units = unitsByEffect(trace);
    assert.deepEqual([...units].sort((a, b) => a - b), [...units.keys()]);
    assert.ok(units.includes(trace.defaultUnit));
    for (const quantity of trace.unitQuantities) {
      for (const value of trace.vector(quantity.name, trace.steps - 1)) {
        assert.doesNotMatch(colourOf(quantity, value), /NaN|Infinity/);
      }
    }
  });
}

test("a sum with a missing part is not a number", () => {
  const total = { title: "cell state", values: Float32Array.of(NaN, NaN) };
  const tokenValues = { values: Float32Array.of(1, NaN, 2, NaN), total, parts: [], unit: "" };
  assert.match(creditSum({ tokenKind: "words" }, tokenValues, [2, null], 1), /wrote not a number/);
});

test("what is no number leads nothing", () => {
  assert.equal(leader([NaN, 2, 1]), 1);
  assert.equal(leader([NaN, NaN]), null);
});
