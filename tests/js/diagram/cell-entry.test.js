import assert from "node:assert/strict";
import { test } from "node:test";

import { ENTRY } from "../../../rnnviz/instrument/js/diagram/cell-entry.js";

test("the token gives x, and x is put beside the old hidden state", () => {
  assert.deepEqual(ENTRY.wires.map(({ path }) => path), [["token", "x"], ["x", "join"]]);
  const [old, x] = ENTRY.nodes.join.values;
  assert.deepEqual([old.factors, x.factors], [[{ name: "hidden", before: true }], [{ name: "input_vector" }]]);
});
