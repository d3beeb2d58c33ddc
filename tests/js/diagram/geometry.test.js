import assert from "node:assert/strict";
import { test } from "node:test";

import {
  before,
  complement,
  functionBox,
  gated,
  now,
  squashed,
  wire,
} from "../../../rnnviz/instrument/js/diagram/geometry.js";

test("a gated value has the colours of the value", () => {
  assert.deepEqual(gated(now("forget"), before("cell")), {
    of: "cell",
    factors: [{ name: "forget" }, { name: "cell", before: true }],
  });
  assert.deepEqual(complement("update").factors, [{ name: "update", complement: true }]);
});

test("a function with bounds sets the scale of its value", () => {
  assert.deepEqual(squashed("cell", "tanh").limits, [-1, 1]);
  assert.equal(squashed("cell", "relu").limits, undefined);
  assert.equal(squashed("cell", "unknown").limits, undefined);
});

test("a function with a long name needs a wide box", () => {
  assert.deepEqual([functionBox("cell", "tanh").wide, functionBox("cell", "clipped tanh").wide], [false, true]);
});

test("a wire leads to one quantity or to several", () => {
  assert.deepEqual(wire(["a", "b"], now("x"), "y").to, ["y"]);
  assert.deepEqual(wire(["a", "b"], now("x"), ["y", "z"], { open: true }), {
    path: ["a", "b"],
    value: now("x"),
    to: ["y", "z"],
    open: true,
  });
});
