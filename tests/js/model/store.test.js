import assert from "node:assert/strict";
import { test } from "node:test";

import { unitsByEffect } from "../../../rnnviz/instrument/js/model/row-order.js";
import { Store } from "../../../rnnviz/instrument/js/model/store.js";
import { bundled, fixture, storeOf, traceOf } from "../fixtures.js";

function recorded(store) {
  const calls = [];
  store.subscribe((state, previous, newTrace) => calls.push({ state, previous, newTrace }));
  return calls;
}

test("listeners are called once for each change, with what was before", () => {
  const store = storeOf("names-lstm", { step: 2 });
  const calls = recorded(store);
  store.set({ step: 3, unit: 5 });
  store.set({ step: 3 });
  assert.equal(calls.length, 1);
  const [{ state, previous, newTrace }] = calls;
  assert.deepEqual([state.step, state.unit, previous.step, newTrace], [3, 5, 2, false]);
});

test("a listener can leave", () => {
  const store = storeOf("names-lstm");
  let count = 0;
  const leave = store.subscribe(() => count++);
  store.set({ step: 1 });
  leave();
  store.set({ step: 2 });
  assert.equal(count, 1);
});

test("the state stays inside the trace", () => {
  const store = storeOf("names-lstm", { step: 99, unit: -3, phase: 17, highlight: "nothing", picked: "nothing" });
  const { state, trace } = store;
  assert.deepEqual(
    [state.step, state.unit, state.phase, state.highlight, state.picked],
    [trace.steps - 1, 0, null, null, "forget"],
  );
});

test("another trace keeps the state as far as it fits", () => {
  const store = storeOf("names-lstm", { step: 8, unit: 60, phase: 5, highlight: "forget", picked: "output" });
  const calls = recorded(store);
  store.load(bundled("names-gru"), { phase: 1 });
  assert.deepEqual(calls.map(({ newTrace }) => newTrace), [true]);
  const { state } = store;
  assert.deepEqual([state.step, state.unit, state.phase, state.highlight, state.picked], [8, 60, 1, null, "reset"]);
});

test("other token values are a change of the state, not another trace", () => {
  const { payload } = fixture("credit");
  const store = new Store(traceOf({ ...payload, token_values: {}, token_values_id: "none" }));
  const calls = recorded(store);
  store.setTokenValues(payload);
  assert.deepEqual(calls.map(({ newTrace }) => newTrace), [false]);
  assert.equal(store.state.tokenValuesId, payload.token_values_id);
});

test("until effects are measured, rows and unit stay where those of an earlier run have them", () => {
  const { payload } = fixture("credit");
  const measured = traceOf(payload);
  const units = measured.effects.values.length;
  const earlier = { values: Float32Array.from({ length: units }, (_, unit) => unit), label: "x", measure: "y" };
  const effects = { values: new Float32Array(units), label: "", measure: "" };
  const [store, chosen] = [{}, { unit: 3 }].map((state) => {
    return new Store(traceOf({ ...payload, effects, earlier_effects: earlier }), state);
  });
  const calls = recorded(store);
  assert.deepEqual([store.state.unit, store.state.measured], [units - 1, false]);
  assert.deepEqual(unitsByEffect(store.trace).slice(0, 2), [units - 1, units - 2]);
  for (const each of [store, chosen]) each.setEffects(payload);
  assert.deepEqual(calls.map(({ newTrace }) => newTrace), [false]);
  assert.deepEqual([store.state.unit, store.state.measured], [measured.defaultUnit, true]);
  assert.deepEqual(unitsByEffect(store.trace), unitsByEffect(measured));
  assert.equal(chosen.state.unit, 3);
});

test("a unit stays for another trace only if it was chosen", () => {
  const [lstm, gru] = [bundled("names-lstm"), bundled("names-gru")];
  const strongest = ({ effects: { values } }) => {
    const sizes = [...values].map(Math.abs);
    return sizes.indexOf(Math.max(...sizes));
  };
  assert.notEqual(strongest(lstm), strongest(gru));
  for (const state of [{}, { unit: null }, { unit: undefined }]) {
    const store = new Store(lstm, state);
    assert.deepEqual([store.state.unit, store.state.unitChosen], [strongest(lstm), false]);
    store.set({ step: 3 });
    store.load(gru);
    assert.deepEqual([store.state.unit, store.state.unitChosen], [strongest(gru), false]);
    store.set({ unit: 5 });
    store.load(lstm);
    assert.deepEqual([store.state.unit, store.state.unitChosen], [5, true]);
  }
  const linked = new Store(lstm, { unit: 9 });
  linked.load(gru);
  assert.equal(linked.state.unit, 9);
  const followed = new Store(lstm);
  followed.load(gru, { unit: 7 });
  assert.deepEqual([followed.state.unit, followed.state.unitChosen], [7, true]);
});

test("a page can have a unit of its own until one is chosen", () => {
  const { payload } = fixture("traces")["names-lstm"];
  const own = (unit) => traceOf({ ...payload, default_unit: unit });
  const store = new Store(own(31));
  assert.deepEqual([store.state.unit, store.state.unitChosen], [31, false]);
  store.load(own(0));
  assert.equal(store.state.unit, 0);
});

test("the scale of a quantity without bounds only grows, and belongs to its model", () => {
  const scaled = (limit, key = "one") => {
    const { payload } = fixture("traces")["names-lstm"];
    const limits = { cell: [-limit, limit], hidden: [-1, 1] };
    return traceOf({ ...payload, limits: { ...payload.limits, ...limits }, model_key: key });
  };
  const store = new Store(scaled(2));
  const ends = () => ["cell", "hidden"].map((name) => store.trace.byName[name].limits[1]);
  assert.deepEqual(ends(), [2, 1]);
  for (const [limit, expected] of [[5, 5], [1, 5], [2, 5], [10, 10]]) {
    store.load(scaled(limit));
    assert.deepEqual(ends(), [expected, 1]);
    assert.deepEqual(store.trace.quantities.find(({ name }) => name === "cell").limits, [-expected, expected]);
  }
  store.load(scaled(1, "other"));
  assert.deepEqual(ends(), [1, 1]);
  store.load(scaled(1));
  assert.deepEqual(ends(), [10, 1]);
});
