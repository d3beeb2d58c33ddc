import assert from "node:assert/strict";
import { test } from "node:test";

import { geometryOf } from "../../../rnnviz/instrument/js/diagram/diagram.js";
import { genericGeometry } from "../../../rnnviz/instrument/js/diagram/generic-geometry.js";
import { bundled, fixture, traceOf } from "../fixtures.js";
import { assertApart, assertDrawable } from "./cell-check.js";

test("any cell can be drawn from its definition", () => {
  for (const { payload } of [...Object.values(fixture("traces")), ...fixture("equations")]) {
    const trace = traceOf(payload);
    const geometry = genericGeometry(trace);
    assertDrawable(geometry, trace);
    assertApart(geometry, "wide");
    assertApart(geometry, "narrow");
  }
});

test("boxes come in the order of computation", () => {
  const { nodes } = genericGeometry(bundled("coupled"));
  const boxes = Object.keys(nodes).filter((id) => id.startsWith("box:"));
  assert.deepEqual(boxes, ["input", "candidate", "forget", "cell", "output", "hidden"].map((name) => `box:${name}`));
});

test("a box holds its activation, or its equation where that is short", () => {
  const { nodes } = genericGeometry(bundled("coupled"));
  assert.equal(nodes["box:input"].label, "sigmoid");
  assert.equal(nodes["box:forget"].label.kind, "sum", "1 − i");
});

test("a quantity leads to every box that needs it", () => {
  const { wires } = genericGeometry(bundled("coupled"));
  const readersOf = (name) => {
    const fromHere = wires.filter(({ value }) =>
      value.of === name.replace("before:", "") && Boolean(value.factors[0].before) === name.startsWith("before:")
    );
    return fromHere.map(({ path }) => path.at(-1)).filter((id) => id.startsWith("box:"));
  };
  assert.deepEqual(readersOf("input"), ["box:forget", "box:cell"]);
  assert.deepEqual(readersOf("before:cell"), ["box:cell"]);
  assert.deepEqual(readersOf("cell"), ["box:hidden"]);
});

test("a known cell has its own diagram, and an unknown one a generic one", () => {
  assert.ok("f_gate" in geometryOf(bundled("names-lstm")).nodes);
  assert.ok("matrix" in geometryOf(bundled("names-gru")).nodes && !("matrix" in geometryOf(bundled("before")).nodes));
  assert.ok("box:forget" in geometryOf(bundled("coupled")).nodes);
});

test("a known cell without one of its quantities gets a generic diagram", () => {
  const { payload } = fixture("traces")["names-gru"];
  assert.ok("box:reset" in geometryOf(traceOf({ ...payload, cell: "lstm" })).nodes);
});
