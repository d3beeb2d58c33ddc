import assert from "node:assert/strict";
import { test } from "node:test";

import {
  optionsIn,
  parseTarget,
  stateChange,
  storeTarget,
  targetText,
} from "../../../rnnviz/instrument/js/model/link-target.js";
import { bundled, storeOf } from "../fixtures.js";

test("a link is parsed into what it names", () => {
  assert.deepEqual(parseTarget("step=4&unit=6&text=not%20good"), { step: "4", unit: "6", text: "not good" });
  assert.deepEqual(parseTarget("light=forget&phase="), { light: "forget", phase: "" });
  assert.deepEqual(parseTarget("text=a=b"), { text: "a=b" });
});

test("a percent sign that encodes nothing stands for itself", () => {
  assert.deepEqual(parseTarget("text=100%"), { text: "100%" });
});

test("what is unknown is left out, and alone it is no target", () => {
  assert.deepEqual(parseTarget("step=4&other=1"), { step: "4" });
  for (const hash of ["", "anchor", "term-hidden-state", "other=1"]) assert.equal(parseTarget(hash), null);
});

test("options of the cell are targets only in a cell that has them", () => {
  const hash = "reset=before&step=2";
  assert.deepEqual(parseTarget(hash, { reset: "after" }), { reset: "before", step: "2" });
  assert.deepEqual(parseTarget(hash, {}), { step: "2" });
  assert.deepEqual(optionsIn({ reset: "before", step: "2", text: "x" }), { reset: "before" });
});

test("the store counts steps from 0 and takes no nonsense", () => {
  assert.deepEqual(storeTarget({ step: "4", unit: "6", signal: "mean:forget" }), {
    step: 3,
    unit: 6,
    signal: "mean:forget",
  });
  assert.deepEqual(storeTarget({ step: "four", unit: "-1" }), {});
  assert.deepEqual(storeTarget({ phase: "", light: "" }), { phase: null, highlight: null });
});

test("a phase is found by its name, and play is paused", () => {
  const trace = bundled("names-lstm");
  const names = trace.phases.map(({ name }) => name);
  assert.deepEqual(stateChange(trace, { step: 3, phase: "output" }), {
    step: 3,
    playing: false,
    phase: names.indexOf("output"),
  });
  assert.deepEqual(stateChange(trace, { phase: null }), { playing: false, phase: null });
  assert.deepEqual(stateChange(trace, { phase: "blend" }), { playing: false, phase: null });
  assert.deepEqual(stateChange(trace, { unit: 2 }), { unit: 2, playing: false });
});

test("what a link has set is put into words", () => {
  const store = storeOf("names-gru", { step: 1, unit: 6, phase: 4 });
  const { title } = store.trace.phases[4];
  assert.equal(targetText(store, ["step"], {}), "step 2 of 12, unit 6");
  assert.equal(targetText(store, ["phase", "text"], { text: "Li" }), `text Li, step 2 of 12, unit 6, ${title}`);
  assert.equal(targetText(store, ["cell", "reset"], { reset: "before" }), "GRU, reset before, step 2 of 12, unit 6");
});
