import assert from "node:assert/strict";
import { test } from "node:test";

import {
  add,
  dotProduct,
  multiply,
  multiplyInto,
  normalised,
  softmax,
} from "../../../rnnviz/instrument/js/model/vectors.js";
import { assertClose } from "../fixtures.js";

test("vectors are added and multiplied in place", () => {
  const vector = Float64Array.of(1, 2);
  add(vector, [3, 4]);
  multiply(vector, [2, -1]);
  assert.deepEqual([...vector], [8, -6]);
  assert.equal(dotProduct([1, 2, 3], [4, 5, 6]), 32);
});

test("a matrix is applied row by row", () => {
  assert.deepEqual([...multiplyInto([1, 2, 3, 4, 5, 6], [1, 0, -1], new Float64Array(2))], [-2, -2]);
});

test("a normalised vector has mean zero and variance one", () => {
  const normal = normalised([1, 2, 3, 6], 0);
  assertClose([normal.reduce((sum, value) => sum + value, 0), dotProduct(normal, normal) / 4], [0, 1]);
  assertClose(normalised([2, 2], 1e-5), [0, 0]);
});

test("a softmax adds up to one, however large its logits", () => {
  assertClose(softmax(Float64Array.of(1000, 1000 + Math.log(3))), [0.25, 0.75]);
});
