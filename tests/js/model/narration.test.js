import assert from "node:assert/strict";
import { test } from "node:test";

import { narrate } from "../../../rnnviz/instrument/js/model/narration.js";
import { bundled, fixture, numberIn, traceOf } from "../fixtures.js";

const { payloads } = fixture("interventions");
const fixed = (value) => {
  const digits = Math.abs(value).toFixed(2);
  return digits === "0.00" ? digits : (value < 0 ? "−" : "+") + digits;
};

test("what an LSTM keeps is its gate times the old cell state", () => {
  const trace = bundled("names-lstm");
  for (let step = 1; step < trace.steps; step++) {
    const [old, gate] = [trace.valuesBefore("cell", step), trace.vector("forget", step)];
    const kept = old.map((value, unit) => value * gate[unit]);
    const size = (values) => values.reduce((sum, value) => sum + Math.abs(value), 0);
    const share = Math.round((100 * size(kept)) / size(old));
    const text = narrate(trace, step).replaceAll("\u00a0", " ");
    assert.ok(text.includes(`keeps ${share} % of its cell state`), text);
    const loss = old.map((value, unit) => Math.abs(value - kept[unit]));
    const most = loss.indexOf(Math.max(...loss));
    assert.ok(text.includes(`gives up most in unit ${most} (${fixed(old[most])} to ${fixed(kept[most])})`), text);
  }
});

test("what an LSTM writes is its input gate times its candidate", () => {
  const trace = bundled("names-lstm");
  const step = 4;
  const written = trace.vector("input", step).map((value, unit) => value * trace.vector("candidate", step)[unit]);
  const [, unit, value] = narrate(trace, step).match(/writes most into units? (\d+) \((.[\d.]+)\)/);
  const sizes = [...written].map(Math.abs);
  assert.equal(Number(unit), sizes.indexOf(Math.max(...sizes)));
  assert.ok(Math.abs(numberIn(value) - written[unit]) < 0.006);
});

test("the hidden state is largest where it is largest", () => {
  const trace = bundled("names-lstm");
  const hidden = trace.vector("hidden", 4);
  const sizes = [...hidden].map(Math.abs);
  const largest = sizes.indexOf(Math.max(...sizes));
  assert.ok(narrate(trace, 4).includes(`has the largest hidden state in units ${largest} (${fixed(hidden[largest])})`));
});

test("at the first step there is nothing to keep", () => {
  assert.match(narrate(bundled("names-lstm"), 0), /^At “S” \(step 1 of 12\) the LSTM has nothing to keep yet/);
  assert.match(narrate(bundled("names-rnn"), 0), /fills its hidden state, which was zero, most in units/);
});

test("a state that is computed as a whole changes", () => {
  const trace = bundled("names-rnn");
  const [, unit, from, to] = narrate(trace, 4).match(
    /changes its hidden state most in units? (\d+) \((\S+) to (\S+)\)/,
  );
  assert.ok(Math.abs(numberIn(from) - trace.value("hidden", 3, unit)) < 0.006);
  assert.ok(Math.abs(numberIn(to) - trace.value("hidden", 4, unit)) < 0.006);
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

test("the prediction is compared with the one before", () => {
  const trace = bundled("names-lstm");
  const best = (step) => {
    const shares = [...trace.probabilitiesAt(step)];
    const k = shares.indexOf(Math.max(...shares));
    return [trace.labels[k], shares[k]];
  };
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
  for (let step = 1; step < trace.steps; step++) {
    const [[label, share], [before, was]] = [best(step), best(step - 1)];
    const text = narrate(trace, step);
    if (label === before) {
      const remark = percent(share) === percent(was) ? "as before" : `was ${percent(was)}`;
      assert.ok(text.endsWith(`The prediction is still ${label}, ${percent(share)} (${remark}).`), text);
    } else {
      assert.ok(
        text.endsWith(`The prediction is now ${label}, ${percent(share)}; before, it was ${before}, ${percent(was)}.`),
        text,
      );
    }
  }
  assert.match(narrate(trace, 0), /The prediction is \w+, \d+\u00a0%\.$/);
});

test("a label of one character is quoted", () => {
  assert.match(narrate(bundled("counter-lstm"), 1), /The prediction is (now|still) “.”, /);
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
  const written = said.split("has the largest")[0];
  assert.ok(!/\b9\b/.test(written.split("writes most into")[1]) && !written.includes("gives up most in unit 9 "));
  assert.ok(held.startsWith("the cell state of unit 9 is held at 50 (not counted here)."));
});

test("a cell that rnnviz does not know is described by its equations", () => {
  assert.match(narrate(bundled("tied"), 2), /the Tied LSTM keeps \d+\u00a0% of its cell state/);
});
