import assert from "node:assert/strict";
import { test } from "node:test";

import { narrate } from "../../../rnnviz/instrument/js/model/narration.js";
import { bundled, fixture, traceOf } from "../fixtures.js";

const { payloads } = fixture("interventions");
test("what an LSTM keeps is its gate times the old cell state", () => {
  const trace = bundled("names-lstm");
  for (let step = 1; step < trace.steps; step++) {
    const [old, gate] = [trace.valuesBefore("cell", step), trace.vector("forget", step)];
    const kept = old.map((value, unit) => value * gate[unit]);
    const size = (values) => values.reduce((sum, value) => sum + Math.abs(value), 0);
    const share = Math.round((100 * size(kept)) / size(old));
    const text = narrate(trace, step).replaceAll("\u00a0", " ");
    assert.ok(text.includes(`keeps ${share} % of its cell state`), text);
  }
});

test("at the first step there is nothing to keep", () => {
  assert.match(narrate(bundled("names-lstm"), 0), /^At “S” \(step 1 of 12\) the LSTM has nothing to keep yet/);
  assert.match(narrate(bundled("names-rnn"), 0), /fills its hidden state, which was zero, most in \d+ units/);
});

for (const name of ["names-gru", "writes"]) {
  test(`${name} keeps what its update gate keeps`, () => {
    const trace = bundled(name);
    const keeps = (value) => (name === "writes" ? 1 - value : value);
    const old = trace.valuesBefore("hidden", 4);
    const kept = old.map((value, unit) => value * keeps(trace.value("update", 4, unit)));
    const size = (values) => values.reduce((sum, value) => sum + Math.abs(value), 0);
    const share = Math.round((100 * size(kept)) / size(old));
    assert.ok(narrate(trace, 4).includes(`keeps ${share}\u00a0% of its hidden state`));
  });
}

test("a prediction is compared with that of the step before, where the model is asked at every step", () => {
  const trace = bundled("counter-lstm");
  assert.match(narrate(trace, 0), /The prediction is “.”, \d+\u00a0%\.$/);
  for (let step = 1; step < trace.steps; step++) assert.match(narrate(trace, step), /step before: /);
});

test("a model that answers at the end is quoted there only, and without a comparison", () => {
  const trace = bundled("names-lstm");
  const last = trace.steps - 1;
  assert.match(narrate(trace, last), /The answer is \w+, \d+\u00a0%\.$/);
  assert.doesNotMatch(narrate(trace, last), /step before/);
  for (let step = 0; step < last; step++) {
    assert.match(narrate(trace, step), /The model is not trained to answer here\.$/);
  }
});

test("the last step of a what-if tells what it ends on, unless that is told elsewhere", () => {
  const trace = traceOf(payloads.gate);
  const last = trace.steps - 1;
  assert.ok(trace.unchanged.end && narrate(trace, last).endsWith(trace.unchanged.end));
  assert.ok(!narrate(trace, last, { outcome: false }).includes(trace.unchanged.end));
});

test("a label of one character is quoted", () => {
  assert.match(narrate(bundled("counter-lstm"), 1), /The prediction is (now |still )?“.”, /);
});

test("without a readout nothing is predicted", () => {
  const { payload } = fixture("traces")["names-lstm"];
  assert.ok(!narrate(traceOf({ ...payload, probabilities: null }), 4).includes("prediction"));
});

test("values that are held are not said to be computed", () => {
  assert.ok(narrate(traceOf(payloads.gate), 3).includes("By what-if, the forget gate of unit 6 is held at 0.3."));
  assert.ok(!narrate(traceOf(payloads.gate), 6).includes("what-if"));
  const all = narrate(traceOf(payloads.all), 3);
  assert.ok(all.includes("the LSTM computes no state by itself."));
  const [said, held] = narrate(traceOf(payloads.cell), 3).split(" By what-if, ");
  assert.ok(!/unit 9\b/.test(said.split(". The ")[0]), said);
  assert.ok(held.startsWith("the cell state of unit 9 is held at 50 (not counted)."));
});

test("a cell that rnnviz does not know is described by its equations", () => {
  assert.match(narrate(bundled("tied"), 2), /the Tied LSTM keeps \d+\u00a0% of its cell state/);
});
