import assert from "node:assert/strict";
import { test } from "node:test";

import { commonState, linkStores } from "../../../rnnviz/instrument/js/model/linked-stores.js";
import { runTraces } from "../../../rnnviz/instrument/js/model/run-traces.js";
import { Store } from "../../../rnnviz/instrument/js/model/store.js";
import { fixture } from "../fixtures.js";

const { texts, cells } = fixture("runs");

function storesOf(payload) {
  const stores = [...runTraces(payload).values()].map((trace) => new Store(trace));
  linkStores(stores);
  return stores;
}

test("all runs go through time together, and those of one model have their unit in common", () => {
  for (const [payload, follows] of [[cells, false], [texts, true]]) {
    const [main, ...others] = storesOf(payload);
    const units = others.map(({ state }) => state.unit);
    others[0].set({ step: 2, allRows: true });
    main.set({ unit: 63, rowOrder: "number" });
    for (const [k, { state }] of others.entries()) {
      assert.deepEqual([state.step, state.allRows, state.rowOrder], [2, true, "number"]);
      assert.equal(state.unit, follows ? 63 : units[k]);
    }
    assert.deepEqual([main.state.step, main.state.unitChosen], [2, true]);
  }
});

test("a store beside another begins where that one is", () => {
  const [first, second] = [...runTraces(texts).values()];
  const store = new Store(first, { step: 3, unit: 5 });
  const { step, unit, unitChosen } = new Store(second, commonState(store, second)).state;
  assert.deepEqual([step, unit, unitChosen], [3, 5, true]);
  const [lstm, rnn] = [...runTraces(cells).values()];
  const other = new Store(rnn, commonState(new Store(lstm, { step: 3, unit: 5 }), rnn));
  assert.deepEqual([other.state.step, other.state.unit], [3, rnn.defaultUnit]);
});
