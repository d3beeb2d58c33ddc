import assert from "node:assert/strict";
import { test } from "node:test";

import { runOutcome } from "../../../rnnviz/instrument/js/playground/run-outcome.js";
import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { fixture } from "../fixtures.js";

const { playground: data } = fixture("payloads").bundled.find(({ playground: { model } }) =>
  model.name === "names-lstm"
);
const { reader } = new Runner(data);
const LABELS = ["yes", "n"];

function outcome(before, after, isAlwaysAsked = true) {
  const runOf = (shares) => {
    const probabilities = Float64Array.from(shares.flat());
    return { steps: shares.length, outputs: probabilities, probabilities };
  };
  const typed = { tokens: before.map((_, step) => "abc"[step]) };
  const typedRows = before.map((_, row) => row);
  const runs = { run: runOf(after), unchangedRun: runOf(before), typed, typedRows, labels: LABELS, isAlwaysAsked };
  return runOutcome(runs, reader, data.changes);
}

test("the end and the first different prediction are told", () => {
  const { end, first } = outcome([[0.9, 0.1], [0.7, 0.3]], [[0.2, 0.8], [0.4, 0.6]]);
  assert.equal(end, "It ends on “n” (60\u00a0%) instead of yes (70\u00a0%).");
  assert.match(first, /step 1 \(“a”\)/);
});

test("an end that stays is told with its share if that differs", () => {
  assert.match(outcome([[0.9, 0.1]], [[0.8, 0.2]]).end, /still.*80.*instead of 90/);
  assert.doesNotMatch(outcome([[0.9, 0.1]], [[0.9, 0.1]]).end, /instead/);
});

test("a difference at the end alone is told once", () => {
  assert.equal(outcome([[0.9, 0.1], [0.9, 0.1]], [[0.9, 0.1], [0.1, 0.9]]).first, "");
});

test("on the way of a model that answers at the end, nothing is told where nothing differs", () => {
  assert.equal(outcome([[0.9, 0.1], [0.9, 0.1]], [[0.9, 0.1], [0.9, 0.1]], false).first, "");
});

test("outputs that are no numbers are no prediction", () => {
  assert.ok(outcome([[0.9, 0.1]], [[NaN, NaN]]).end.includes(data.changes.no_prediction));
});

test("of values, the one that changes most is told", () => {
  const runOf = (...outputs) => ({ steps: 2, outputs: Float64Array.from(outputs), probabilities: null });
  const told = (before, after, labels = LABELS) => {
    const runs = { run: runOf(...after), unchangedRun: runOf(...before), labels, own: Math.fround };
    return runOutcome(runs, reader, data.changes);
  };
  const end = "It ends on 0.25 instead of −1234 for “n”.";
  assert.deepEqual(told([0, 0, 1, -1234.5], [9, 9, 2, 0.25]), { end, first: "" });
  assert.equal(told([0, 0.5], [0, 0.5], ["yes"]).end, "It still ends on 0.5, as without the change.");
  assert.equal(told([0, 1], [0, NaN], ["yes"]).end, "It ends on not a number instead of 1.");
});

test("without a readout nothing is told", () => {
  const run = { steps: 1, outputs: null, probabilities: null };
  assert.deepEqual(runOutcome({ run, unchangedRun: run }, reader, data.changes), { end: "", first: "" });
});
