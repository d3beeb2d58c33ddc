import assert from "node:assert/strict";
import { test } from "node:test";

import { leader, leaders } from "../../../rnnviz/instrument/js/model/near-ties.js";

test("a value leads if no other one is nearly as large", () => {
  assert.equal(leader([0.1, -0.9, 0.5]), 1);
  assert.equal(leader([0.88, -0.9, 0.5]), null);
  assert.deepEqual(leaders([0.88, -0.9, 0.5]), [1, 0]);
});

test("what would be written as 0.00 leads nothing", () => {
  assert.equal(leader([0.004, 0]), null);
  assert.deepEqual(leaders([]), []);
});
