import assert from "node:assert/strict";
import { test } from "node:test";

import { runIds, runTraces } from "../../../rnnviz/instrument/js/model/run-traces.js";
import { fixture } from "../fixtures.js";

const { texts, cells } = fixture("runs");

test("cells with the same labels show the same ones", () => {
  const rows = [...runTraces(cells).values()].map(({ labelRows }) => labelRows);
  assert.equal(rows.length, 3);
  for (const each of rows) assert.deepEqual(each, rows[0]);
});

test("the ids are known before anything is decoded", () => {
  for (const payload of [texts, cells]) {
    const traces = runTraces(payload);
    assert.deepEqual([...runIds(payload)], [...traces].map(([name, { id }]) => [name, id]));
  }
});
