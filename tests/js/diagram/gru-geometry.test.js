import assert from "node:assert/strict";
import { test } from "node:test";

import { gruGeometry } from "../../../rnnviz/instrument/js/diagram/gru-geometry.js";
import { bundled } from "../fixtures.js";
import { assertApart, assertDrawable } from "./cell-check.js";

for (const reset of ["after", "before"]) {
  for (const update of ["keeps", "writes"]) {
    test(`the GRU can be drawn with the reset ${reset} the product and an update gate that ${update}`, () => {
      const geometry = gruGeometry({ reset, update });
      assertDrawable(geometry, bundled("names-gru"));
      assertApart(geometry, "wide");
      assertApart(geometry, "narrow");
      assert.equal("matrix" in geometry.nodes, reset === "after");
      const keeping = geometry.wires.find(({ path }) => path[0] === "keep").gate.factors[0];
      assert.equal(Boolean(keeping.complement), update === "writes");
    });
  }
}
