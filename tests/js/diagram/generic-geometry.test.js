import assert from "node:assert/strict";
import { test } from "node:test";

import { geometryOf } from "../../../rnnviz/instrument/js/diagram/diagram.js";
import { genericGeometry } from "../../../rnnviz/instrument/js/diagram/generic-geometry.js";
import { partsOf } from "../../../rnnviz/instrument/js/model/elementwise.js";
import { equationsOf } from "../../../rnnviz/instrument/js/model/equations.js";
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

/** What each quantity of the published cells reads. "[x,h]" are joined, with one matrix for both; h' is the old h. */
const READ = {
  mgu: { f: "[x,h]", g: "x h' f", h: "h' f g" },
  mingru: { z: "x", g: "x", h: "h' z g" },
  janet: { s: "[x,h]", f: "s", i: "s", g: "[x,h]", h: "h' f i g" },
  cifg: { i: "[x,h]", f: "i", g: "[x,h]", c: "c' i f g", o: "[x,h]", h: "c o" },
  indrnn: { h: "x h'" },
  ligru: { z: "[x,h]", g: "[x,h]", h: "h' z g" },
  mlstm: { m: "x h'", i: "x m", f: "x m", g: "x m", c: "c' i f g", o: "x m", h: "c o" },
  lnlstm: { i: "x h'", f: "x h'", g: "x h'", c: "c' i f g", o: "x h'", h: "c o" },
  peephole: { i: "[x,h] c'", f: "[x,h] c'", g: "[x,h]", c: "c' f i g", o: "[x,h] c", h: "c o" },
  lstmp: { i: "[x,h]", f: "[x,h]", g: "[x,h]", c: "c' f i g", o: "[x,h]", m: "c o", h: "m" },
};

test("the wires of the published cells bring what their papers say", () => {
  for (const [cell, read] of Object.entries(READ)) {
    const trace = traceOf(fixture("equations").find((each) => each.cell === cell).payload);
    const geometry = genericGeometry(trace);
    assert.equal(Object.keys(read).length, trace.unitQuantities.length, cell);
    for (const { name, symbol } of trace.unitQuantities) {
      const sources = sourcesOf(geometry, name).map((source) => {
        if (source === "join") return "[x,h]";
        return trace.byName[source.replace("before:", "")].symbol + (source.startsWith("before:") ? "'" : "");
      });
      assert.deepEqual(sources.sort(), read[symbol].split(" ").sort(), `${cell}: ${symbol}`);
    }
  }
});

test("the wires into a box bring every value of its equation, and nothing else", () => {
  for (const { cell, payload } of fixture("equations")) {
    const trace = traceOf(payload);
    const geometry = genericGeometry(trace);
    for (const { target, right } of equationsOf(trace)) {
      const brought = sourcesOf(geometry, target).flatMap((source) =>
        source === "join" ? ["input_vector", "before:hidden"] : [source]
      );
      assert.deepEqual(new Set(brought), new Set(valuesIn(right)), `${cell}: ${target}`);
    }
  }
});

/** The quantities in an expression, "before:" those as the step finds them. */
function valuesIn(node) {
  if (node.kind === "value") return [(node.is_before ? "before:" : "") + node.name];
  return partsOf(node).flatMap(valuesIn);
}

test("a cell that joins nothing has no joined vector, and what does not see the old state has no wire to it", () => {
  for (const cell of ["mingru", "indrnn", "mlstm", "lnlstm"]) {
    const { nodes } = diagramOf(cell);
    assert.ok(!("join" in nodes) && !("given:hidden" in nodes), cell);
  }
  const old = diagramOf("mingru").wires.filter(({ value }) => value.of === "hidden" && value.factors[0].before);
  assert.deepEqual(new Set(old.flatMap(({ to }) => to)), new Set(["hidden"]));
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
