import assert from "node:assert/strict";
import { test } from "node:test";

import { Trace } from "../../../rnnviz/instrument/js/model/trace.js";
import { assertClose, bundled, fixture, traceOf } from "../fixtures.js";

for (const [name, { payload, values, initial, probabilities }] of Object.entries(fixture("traces"))) {
  test(`the trace of ${name} holds the recorded values`, () => {
    const trace = traceOf(payload);
    assert.equal(trace.steps, payload.tokens.length);
    for (const [quantity, steps] of Object.entries(values)) {
      steps.forEach((vector, step) =>
        assertClose(trace.vector(quantity, step), vector, { absolute: 0, relative: 1e-7 })
      );
      assert.equal(trace.vector(quantity, 0).length, trace.width(quantity));
    }
    for (const [state, vector] of Object.entries(initial)) {
      assertClose(trace.valuesBefore(state, 0), vector);
      assertClose(trace.valuesBefore(state, 1), values[state][0], { relative: 1e-7 });
    }
    probabilities?.forEach((row, step) => assertClose(trace.probabilitiesAt(step), row));
    if (!probabilities) assert.equal(trace.probabilitiesAt(0), null);
  });
}

test("a backward direction finds its old state at the next step", () => {
  const { payloads, values } = fixture("backward");
  const trace = traceOf(payloads["1b"]);
  const last = trace.steps - 1;
  assert.ok(trace.backward);
  assert.deepEqual([trace.previousStep(last), trace.previousStep(0)], [-1, 1]);
  assertClose(trace.valuesBefore("hidden", 3), values.hidden[4], { relative: 1e-7 });
  assert.ok(trace.isLater(2, 3) && !trace.isLater(3, 2) && !trace.isLater(3, 3));
});

test("a forward direction finds it at the step before", () => {
  const trace = bundled("names-lstm");
  assert.deepEqual([trace.previousStep(0), trace.previousStep(4)], [-1, 3]);
  assert.ok(trace.isLater(3, 2) && !trace.isLater(2, 3));
});

test("steps are found again by their place in the text as typed", () => {
  const trace = traceOf(fixture("interventions").payloads.removed); // without step 2
  assert.deepEqual(trace.typedSteps.slice(0, 3), [1, 3, 4]);
  assert.deepEqual([1, 2, 3, 12, 99].map((typed) => trace.stepOfTyped(typed)), [0, 1, 1, 10, 10]);
});

test("the first gate is picked by default, and the hidden state in a cell without gates", () => {
  assert.deepEqual(["names-lstm", "names-gru", "names-rnn"].map((name) => bundled(name).defaultPick), [
    "forget",
    "reset",
    "hidden",
  ]);
});

test("every quantity but the input vector has units", () => {
  const trace = bundled("names-lstm");
  assert.deepEqual(
    trace.unitQuantities.map(({ name }) => name).toSorted(),
    ["candidate", "cell", "forget", "hidden", "input", "output"],
  );
});

test("a quantity has only the units of its size", () => {
  const trace = bundled("projected");
  const width = trace.width("hidden");
  assert.ok(width < trace.units);
  assert.deepEqual([trace.hasUnit("hidden", width - 1), trace.hasUnit("hidden", width)], [true, false]);
  assert.ok(trace.hasUnit("cell", trace.units - 1));
});

test("token values are replaced while everything else stays", () => {
  const { payload } = fixture("credit");
  const trace = new Trace({ ...payload, token_values: {}, token_values_id: "none" });
  const { arrays } = trace;
  assert.deepEqual([trace.tokenValuesId, trace.tokenValues], ["none", {}]);
  trace.setTokenValues(payload);
  assert.equal(trace.tokenValuesId, payload.token_values_id);
  assert.equal(trace.tokenValues.memory.values.length, trace.steps ** 2);
  assert.equal(trace.arrays, arrays);
});

test("settings have defaults", () => {
  const { payload } = fixture("traces")["names-rnn"];
  const plain = new Trace(payload);
  assert.deepEqual([plain.editable, plain.valueWord], [false, "now"]);
  const edited = new Trace({ ...payload, editable: true, value_word: "before" });
  assert.deepEqual([edited.editable, edited.valueWord], [true, "before"]);
});
