import assert from "node:assert/strict";
import { test } from "node:test";

import { changeText, listedLabels, rankedLabels } from "../../../rnnviz/instrument/js/model/ranking.js";
import { assertClose, bundled, fixture, numberIn, traceOf } from "../fixtures.js";

const { probabilities } = fixture("traces")["names-lstm"];
const trace = bundled("names-lstm");

test("the likeliest labels come first, with their probabilities now and before", () => {
  for (const step of [0, 1, 2, 11]) {
    const order = [...probabilities[step].keys()].sort((a, b) => probabilities[step][b] - probabilities[step][a]);
    const ranked = rankedLabels(trace, step);
    assert.deepEqual(ranked.map(({ label }) => label), order.slice(0, 5).map((k) => trace.labels[k]));
    assertClose(ranked.map(({ now }) => now), order.slice(0, 5).map((k) => probabilities[step][k]));
    if (step) assertClose(ranked.map(({ before }) => before), order.slice(0, 5).map((k) => probabilities[step - 1][k]));
    else assert.ok(ranked.every(({ before }) => before === null));
  }
  assert.equal(rankedLabels(trace, 3, 2).length, 2);
});

test("a change is in percentage points with its sign", () => {
  for (const ranked of rankedLabels(trace, 3)) {
    assertClose(numberIn(changeText(ranked)), 100 * (ranked.now - ranked.before), { absolute: 0.0501 });
  }
  assert.deepEqual([changeText({ now: 0.5, before: 0.25 }), changeText({ now: 0.25, before: 0.5 })], [
    "+25.0",
    "−25.0",
  ]);
  assert.equal(changeText({ now: 0.5, before: null }), "");
});

test("without a readout there is nothing to rank", () => {
  const { payload } = fixture("traces")["names-lstm"];
  assert.deepEqual(rankedLabels(traceOf({ ...payload, probabilities: null }), 3), []);
});

test("in a what-if the labels have the order of the unchanged run, with the changed prediction among them", () => {
  for (const { payload } of fixture("narrations").filter(({ changes }) => changes.length)) {
    const changed = traceOf(payload);
    for (let step = 0; step < changed.steps; step++) {
      const listed = listedLabels(changed, step);
      const [best] = rankedLabels(changed, step);
      assert.ok(listed.some(({ label }) => label === best.label));
      const shares = listed.slice(0, -1).map(({ unchanged }) => unchanged);
      assert.deepEqual(shares, shares.toSorted((a, b) => b - a));
      const { label, unchanged } = listed[0];
      assert.equal(unchanged, changed.unchangedProbabilitiesAt(step)[changed.labels.indexOf(label)]);
    }
  }
  assert.deepEqual(listedLabels(trace, 3), rankedLabels(trace, 3));
});
