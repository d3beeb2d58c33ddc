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

/** The generic diagram of a cell with its own equations. */
function diagramOf(cell) {
  return genericGeometry(traceOf(fixture("equations").find((each) => each.cell === cell).payload));
}

/** Where the wires into a box begin: the lanes that they leave. */
function sourcesOf({ wires }, name) {
  const into = wires.filter(({ path }) => path.at(-1) === `box:${name}`);
  return into.map(({ path }) => path.at(-2).slice("fork:".length, -`:${name}`.length));
}

test("the published cells are among those that are drawn", () => {
  const cells = new Set(fixture("equations").map(({ cell }) => cell));
  for (const cell of ["mgu", "mingru", "janet", "cifg", "indrnn", "ligru", "mlstm", "lnlstm", "peephole"]) {
    assert.ok(cells.has(cell), cell);
  }
});

test("no gate of the minGRU is wired to the hidden state", () => {
  const geometry = diagramOf("mingru");
  assert.ok(!("join" in geometry.nodes) && !("given:hidden" in geometry.nodes));
  for (const gate of ["update", "candidate"]) assert.deepEqual(sourcesOf(geometry, gate), ["input_vector"]);
  assert.deepEqual(sourcesOf(geometry, "hidden"), ["before:hidden", "update", "candidate"]);
  const old = geometry.wires.filter(({ value }) => value.of === "hidden" && value.factors[0].before);
  assert.deepEqual(new Set(old.flatMap(({ to }) => to)), new Set(["hidden"]));
});

test("in the multiplicative LSTM the product alone is wired to the hidden state", () => {
  const geometry = diagramOf("mlstm");
  assert.deepEqual(sourcesOf(geometry, "intermediate_state"), ["join"]);
  for (const gate of ["input", "forget", "candidate", "output"]) {
    assert.deepEqual(sourcesOf(geometry, gate), ["input_vector", "intermediate_state"]);
  }
});

test("a box that weighs both the input and the old state reads them joined", () => {
  for (const cell of ["mgu", "janet", "cifg", "indrnn", "ligru", "lnlstm"]) {
    const { nodes, wires } = diagramOf(cell);
    assert.ok("join" in nodes && !("tap" in nodes), cell);
    assert.ok(!wires.some(({ path }) => path.includes("lane:input_vector")), cell);
  }
});

test("boxes come in the order of computation", () => {
  const { nodes } = genericGeometry(bundled("tied"));
  const boxes = Object.keys(nodes).filter((id) => id.startsWith("box:"));
  assert.deepEqual(boxes, ["input", "candidate", "forget", "cell", "output", "hidden"].map((name) => `box:${name}`));
});

test("a box holds its activation, or its equation where that is short", () => {
  const { nodes } = genericGeometry(bundled("tied"));
  assert.equal(nodes["box:input"].label, "sigmoid");
  assert.equal(nodes["box:forget"].label.kind, "complement", "1 − i");
});

test("a quantity leads to every box that needs it", () => {
  const { wires } = genericGeometry(bundled("tied"));
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
  assert.ok("box:forget" in geometryOf(bundled("tied")).nodes);
});

test("a known cell without one of its quantities gets a generic diagram", () => {
  const { payload } = fixture("traces")["names-gru"];
  assert.ok("box:reset" in geometryOf(traceOf({ ...payload, cell: "lstm" })).nodes);
});
