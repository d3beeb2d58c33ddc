import assert from "node:assert/strict";
import { test } from "node:test";

import { panelContents } from "../../../rnnviz/instrument/js/model/heatmap-panels.js";
import { narrate } from "../../../rnnviz/instrument/js/model/narration.js";
import {
  listedOutputs,
  outputChange,
  outputKind,
  outputName,
  outputWords,
} from "../../../rnnviz/instrument/js/model/outputs.js";
import { whenOf } from "../../../rnnviz/instrument/js/model/prediction-words.js";
import { signalAt, signalsOf } from "../../../rnnviz/instrument/js/model/signals.js";
import { assertClose, fixture, traceOf } from "../fixtures.js";

const { payload } = fixture("traces")["names-lstm"];

/** A trace with two outputs that are values: their step, and its square less 10. */
function withValues(unchanged = null, labels = ["price", "volume"], activation = "linear") {
  const values = Float32Array.from(payload.tokens.flatMap((_, step) => [step, step * step - 10]));
  const outputs = { values, unchanged, limits: [-120, 120], activation };
  return traceOf({ ...payload, probabilities: null, labels, outputs });
}

test("the outputs after a step have their values now and before", () => {
  const [price, volume] = listedOutputs(withValues(), 3);
  assert.deepEqual(price, { label: "price", now: 3, before: 2, unchanged: null });
  assert.deepEqual([volume.now, volume.before], [-1, -6]);
  assert.equal(listedOutputs(withValues(), 0)[0].before, null);
  assert.equal(outputChange(volume), "+5");
  assert.equal(outputChange({ ...volume, before: null }), "");
});

test("words name the first output and the others, and what it is in the unchanged run", () => {
  const { name, value, others, unchanged } = outputWords(withValues(), 3);
  assert.deepEqual({ name, value, unchanged }, { name: "price", value: "3", unchanged: "" });
  assert.ok(others.includes("volume") && others.includes("−1"));
  const before = new Float32Array(2 * payload.tokens.length).fill(7);
  assert.ok(outputWords(withValues(before), 3).unchanged.includes("7"));
  assert.ok(!outputWords(withValues(before), 7).unchanged.includes("7"));
});

test("an output without a name has its number, and a single one not even that", () => {
  assert.notEqual(outputName(withValues(null, ["0", "1"]), 1), "1");
  assert.ok(outputName(withValues(null, ["0", "1"]), 1).includes("1"));
  assert.ok(!outputName({ labels: ["0"] }, 0).includes("0"));
});

test("what the outputs are is said, and what bounds them", () => {
  const kinds = ["linear", "sigmoid", "hard_sigmoid"].map((activation) => {
    return outputKind(withValues(null, ["price", "volume"], activation));
  });
  assert.equal(new Set(kinds).size, 3);
  assert.match(kinds[1], /\b0\b.*\b1\b.*sigmoid/);
  assert.ok(kinds[2].includes("hard_sigmoid"));
  const trace = withValues();
  assert.ok(whenOf(trace, trace.steps - 1).includes(kinds[0]));
});

test("the sentence of a step has the outputs, and those of the step before or of the unchanged run", () => {
  for (const askedSteps of [null, []]) {
    const text = narrate(Object.assign(withValues(), { askedSteps }), 3);
    assert.equal(text.includes("price is 3 (step before: 2), and volume −1."), askedSteps === null, text);
  }
  const before = new Float32Array(2 * payload.tokens.length).fill(7);
  const text = narrate(Object.assign(withValues(before), { askedSteps: null }), 3);
  assert.ok(text.includes("price is 3 (instead of 7)"), text);
});

test("the heatmap and the colour of tokens show the values", () => {
  const trace = withValues();
  const [panel] = panelContents(trace, { order: "number", allRows: true, unit: 0 }, ["prediction"]);
  assert.deepEqual([panel.rowNames, panel.scale.limits, panel.field.width], [["price", "volume"], [-120, 120], 2]);
  const [[signal]] = signalsOf(trace);
  assertClose(signalAt(trace, signal, 5, 0).value, 5);
  assert.notEqual(signalAt(trace, signal, 5, 0).colour, signalAt(trace, signal, 0, 0).colour);
});

test("where outputs are probabilities there are no values", () => {
  assert.deepEqual(listedOutputs(traceOf(payload), 3), []);
});
