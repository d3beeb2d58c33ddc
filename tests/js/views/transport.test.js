import assert from "node:assert/strict";
import { test } from "node:test";

import { KEYS } from "../../../rnnviz/instrument/js/views/transport.js";
import { Store } from "../../../rnnviz/instrument/js/model/store.js";
import { bundled, fixture, storeOf, traceOf } from "../fixtures.js";

const press = (store, ...keys) => keys.forEach((key) => KEYS[key](store));

test("keys move through time and units, and stay inside", () => {
  const store = storeOf("names-lstm", { step: 5, unit: 0 });
  press(store, "Home");
  assert.equal(store.state.step, 0);
  press(store, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowUp");
  assert.deepEqual([store.state.step, store.state.unit], [1, 1]);
  press(store, "End", "ArrowRight", "ArrowUp", "ArrowUp");
  assert.deepEqual([store.state.step, store.state.unit], [11, 0]);
});

test("phases come in the order of computation, across the border of a step", () => {
  const store = storeOf("names-lstm", { step: 1 });
  const { phases } = store.trace;
  const seen = phases.map(() => {
    press(store, "Shift+ArrowRight");
    return phases[store.state.phase].name;
  });
  assert.deepEqual(seen, phases.map(({ name }) => name));
  press(store, "Shift+ArrowRight");
  assert.deepEqual([store.state.step, store.state.phase], [2, 0]);
  press(store, "Shift+ArrowLeft");
  assert.deepEqual([store.state.step, store.state.phase], [1, phases.length - 1]);
});

test("the first and the last phase are the ends", () => {
  const store = storeOf("names-lstm", { step: 0, phase: 0 });
  press(store, "Shift+ArrowLeft");
  assert.deepEqual([store.state.step, store.state.phase], [0, 0]);
  store.set({ step: 11, phase: store.trace.phases.length - 1 });
  press(store, "Shift+ArrowRight");
  assert.deepEqual([store.state.step, store.state.phase], [11, store.trace.phases.length - 1]);
});

test("in a backward direction the phases lead to the step before", () => {
  const store = new Store(traceOf(fixture("backward").payloads["1b"]), { step: 5, phase: 0 });
  press(store, "Shift+ArrowLeft");
  assert.equal(store.state.step, 6);
});

test("space plays and pauses, and moving pauses", () => {
  const store = storeOf("names-lstm", { step: 3 });
  press(store, " ");
  assert.deepEqual([store.state.playing, store.state.phase], [true, null]);
  press(store, " ");
  assert.equal(store.state.playing, false);
  for (const key of ["ArrowRight", "Home", "Shift+ArrowRight"]) {
    store.set({ playing: true });
    press(store, key);
    assert.equal(store.state.playing, false, key);
  }
});

test("every key of a cell with one phase works", () => {
  const store = new Store(bundled("names-rnn"), { step: 3 });
  for (const key of Object.keys(KEYS)) press(store, key);
  assert.ok(store.state.step in store.trace.tokens);
});
