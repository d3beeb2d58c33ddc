import assert from "node:assert/strict";
import { test } from "node:test";

import { rnnGeometry } from "../../../rnnviz/instrument/js/diagram/rnn-geometry.js";
import { bundled } from "../fixtures.js";
import { assertApart, assertDrawable } from "./cell-check.js";

test("the simple RNN can be drawn", () => {
  const geometry = rnnGeometry();
  assertDrawable(geometry, bundled("names-rnn"));
  assertApart(geometry, "wide");
  assertApart(geometry, "narrow");
  assert.deepEqual(geometry.highways, [], "nothing passes through unchanged");
});
