// What must hold for the diagram of any cell.

import assert from "node:assert/strict";

import { FORMS } from "../../../rnnviz/instrument/js/diagram/geometry.js";
import { halfOf, pointsOf } from "../../../rnnviz/instrument/js/diagram/wiring.js";

/** Every wire leads between nodes, everything is inside the picture, and every quantity of the trace is shown. */
export function assertDrawable(geometry, trace) {
  const { nodes, wires, highways, forms } = geometry;
  for (const { path } of [...wires, ...highways]) for (const id of path) assert.ok(id in nodes, id);
  const shown = new Set(
    Object.values(nodes).flatMap(({ of, value, values }) => [of, value?.of, ...(values ?? []).map((each) => each.of)]),
  );
  for (const { name } of trace.quantities) assert.ok(shown.has(name), `${name} is not shown`);
  for (const name of shown) if (name) assert.ok(name in trace.byName, `${name} is no quantity`);
  for (const name of ["wide", "narrow"]) {
    const { size, places, frame, box } = forms[name];
    const form = box ? { ...FORMS[name], gate: { ...FORMS[name].gate, size: box } } : FORMS[name];
    assert.ok(frame[0] + frame[2] <= size[0] && frame[1] + frame[3] <= size[1]);
    const drawn = Object.entries(nodes).filter(([id]) => places[id]);
    for (const [id, node] of drawn) {
      const [x, y] = places[id];
      const [halfWidth, halfHeight] = halfOf(node, form);
      assert.ok(x - halfWidth >= 0 && x + halfWidth <= size[0], `${id} leaves the ${name} form`);
      assert.ok(y - halfHeight >= 0 && y + halfHeight <= size[1], `${id} leaves the ${name} form`);
    }
    const gates = trace.quantities.filter(({ role }) => role === "gate");
    for (const gate of gates) assert.ok(drawn.some(([, node]) => node.kind === "gate" && node.of === gate.name));
    for (const wire of wires) {
      const points = pointsOf(wire, nodes, places, form) ?? [];
      points.slice(1).forEach(([x, y], k) => {
        assert.ok(x === points[k][0] || y === points[k][1], `${wire.path} is not made of right angles`);
      });
    }
  }
}

/** The boxes of a form do not overlap. */
export function assertApart(geometry, name) {
  const { nodes, forms } = geometry;
  const { places, box } = forms[name];
  const form = box ? { ...FORMS[name], gate: { ...FORMS[name].gate, size: box } } : FORMS[name];
  const boxes = Object.entries(nodes).flatMap(([id, node]) => {
    const [halfWidth, halfHeight] = halfOf(node, form);
    return places[id] && halfWidth ? [{ id, at: places[id], halfWidth, halfHeight }] : [];
  });
  boxes.forEach((one, k) => {
    for (const other of boxes.slice(k + 1)) {
      const besides = Math.abs(one.at[0] - other.at[0]) >= one.halfWidth + other.halfWidth;
      const above = Math.abs(one.at[1] - other.at[1]) >= one.halfHeight + other.halfHeight;
      assert.ok(besides || above, `${one.id} and ${other.id} overlap in the ${name} form`);
    }
  });
}
