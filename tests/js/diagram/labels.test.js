import assert from "node:assert/strict";
import { test } from "node:test";

import { before, FORMS, now } from "../../../rnnviz/instrument/js/diagram/geometry.js";
import { labelOf } from "../../../rnnviz/instrument/js/diagram/labels.js";
import { bundled } from "../fixtures.js";

test("a strip without a side has no label", () => {
  const trace = bundled("names-lstm");
  assert.equal(labelOf(now("cell"), [0, 0], null, trace, FORMS.wide), null);
  assert.equal(labelOf(before("cell"), [0, 0], undefined, trace, FORMS.wide), null);
});
