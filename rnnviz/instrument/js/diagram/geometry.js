// The words in which the diagrams are written down: values, parts and wires, in two forms.
//
// A geometry is {nodes, wires, highways, forms: {wide, narrow}}. In the wide form time flows to the
// right, in the narrow one (phones) the same picture is turned, and time flows down. Each form says
// with `places` where the centre of a node lies; a node without a place is left out of that form, and
// wires that need it too. `smallest` says how far a wide form may be shrunk, if not as far as others.

import { FUNCTIONS } from "../model/functions.js";

/** What is the same in every diagram of a form: sizes in the units of the SVG, which are px at full size. */
export const FORMS = {
  wide: {
    turnsFirst: "y", // a wire that has to turn leaves across the flow of time
    strip: [96, 24],
    // In a gate: heights of its lines from the middle, and how far they move down without a meter.
    gate: { size: [96, 56], glyph: -12, title: 5.5, meter: 18, meterWidth: 72, alone: 5 },
    join: { size: [110, 64], parts: [[0, -13.5], [0, 13.5]] },
    function: [50, 24],
    operation: 12,
    token: { size: [96, 26], letters: 9 },
    label: 8, // from a strip to its label
    corner: 10,
    arrow: 5,
    band: 30,
    wire: [1.5, 7], // thickness of a wire behind a gate, shut and open
  },
  narrow: {
    turnsFirst: "x",
    strip: [76, 19],
    gate: { size: [84, 46], glyph: -10, title: 4.5, meter: 15, meterWidth: 62, alone: 4 },
    join: { size: [186, 29], parts: [[-50, 0], [50, 0]] },
    function: [46, 21],
    operation: 11,
    token: { size: [76, 22], letters: 8 },
    label: 5,
    corner: 8,
    arrow: 4.5,
    band: 26,
    wire: [1.5, 6],
  },
};

// ---- values: a product of factors, shown on the scale and in the colour of the quantity `of` ----

/** The name of the one quantity that has no units: its numbers are the input's. */
export const INPUT = "input_vector";

/** A quantity at this step. */
export const now = (of) => ({ of, factors: [{ name: of }] });

/** A state as this step finds it. */
export const before = (of) => ({ of, factors: [{ name: of, before: true }] });

/** One minus a gate. */
export const rest = (of) => ({ of, factors: [{ name: of, rest: true }] });

/** A squashed state; where the function named has limits, they are its scale, whatever that of the state. */
export function squashed(of, name) {
  const { low = -Infinity, high = Infinity } = FUNCTIONS[name] ?? {};
  const limit = Math.max(-low, high);
  return { of, factors: [{ name: of, squashed: name }], ...(Number.isFinite(limit) && { limits: [-limit, limit] }) };
}

/** A gate times something, in the colours of the latter. */
export const gated = (gate, value) => ({ ...value, factors: [...gate.factors, ...value.factors] });

/** Something of a quantity that is computed on the way, but not recorded. */
export const unseen = (of) => ({ of, factors: null });

// ---- nodes ----

/** A vector as a strip of its units. */
export const strip = (value) => ({ kind: "strip", value });

/** A vector that is there before the step begins. */
export const given = (value) => ({ kind: "strip", value, given: true });

/** A box that computes a quantity: its activation, or what else stands in `says`. */
export const gate = (of, says) => ({ kind: "gate", of, says });

/** A small box with a function in it, on the way to a quantity; as wide as a strip if its name is long. */
export const step = (of, text) => ({ kind: "function", of, text, wide: text.length > 6 });

/** A circle with an operation in it, on the way to a quantity. */
export const operation = (of, text) => ({ kind: "operation", of, text });

/** Vectors put side by side. */
export const joined = (...values) => ({ kind: "join", values });

/** The current token. */
export const token = () => ({ kind: "token", of: INPUT });

/** Where a wire divides. */
export const branch = () => ({ kind: "branch" });

/** Where a wire turns or ends. */
export const corner = () => ({ kind: "corner" });

// ---- wires ----

/**
 * A wire along the nodes of `path`, carrying a value on the way to the quantities in `to`.
 * options: gate, a value (a gate, or one minus it) whose mean is the wire's thickness;
 * bundle, true for a wire that carries several vectors at once; open, true to end without an arrow;
 * straight: see pointsOf.
 */
export const wire = (path, value, to, options = {}) => ({ path, value, to: [to].flat(), ...options });

// ---- from nodes to lines ----

/** Half the width and half the height of a node. */
export function halfOf(node, form) {
  if (node.kind === "strip") return form.strip.map((side) => side / 2);
  if (node.kind === "gate") return form.gate.size.map((side) => side / 2);
  if (node.kind === "join" || node.kind === "token") return form[node.kind].size.map((side) => side / 2);
  if (node.kind === "function") return [node.wide ? form.strip[0] : form.function[0], form.function[1]].map((side) => side / 2);
  if (node.kind === "operation") return [form.operation, form.operation];
  return [0, 0];
}

/**
 * The corner points of a wire, from border to border of the nodes at its ends; null if one has no
 * place. A `straight` wire ends where it meets the border of a box, without turning to its middle.
 */
export function pointsOf({ path, straight }, nodes, places, form) {
  if (path.some((id) => !(id in places))) return null;
  const points = [];
  path.forEach((id, k) => {
    let [x, y] = places[id];
    const last = points.at(-1);
    if (straight && k === path.length - 1) {
      const [halfWidth, halfHeight] = halfOf(nodes[id], form);
      if (Math.abs(x - last[0]) < halfWidth) x = last[0];
      else if (Math.abs(y - last[1]) < halfHeight) y = last[1];
    }
    if (last && last[0] !== x && last[1] !== y) points.push(form.turnsFirst === "y" ? [last[0], y] : [x, last[1]]);
    points.push([x, y]);
  });
  trimEnd(points, places[path[0]], halfOf(nodes[path[0]], form), 0);
  trimEnd(points, places[path.at(-1)], halfOf(nodes[path.at(-1)], form), points.length - 1);
  return points;
}

function trimEnd(points, centre, half, at) {
  const neighbour = points[at === 0 ? 1 : at - 1];
  const axis = neighbour[0] === points[at][0] ? 1 : 0;
  if (half[axis] === 0) return;
  points[at] = [...points[at]];
  points[at][axis] = centre[axis] + Math.sign(neighbour[axis] - points[at][axis]) * half[axis];
}

/** An SVG path through points, its corners rounded. */
export function roundedPath(points, radius) {
  let path = `M${points[0]}`;
  for (let k = 1; k + 1 < points.length; k++) {
    const [into, outOf] = [points[k - 1], points[k + 1]].map((end) => towards(points[k], end, radius));
    path += `L${into}Q${points[k]} ${outOf}`;
  }
  return `${path}L${points.at(-1)}`;
}

function towards(from, to, distance) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = Math.min(distance / length, 0.5);
  return from.map((value, axis) => value + share * (to[axis] - value));
}

/** The triangle at the end of a wire. */
export function arrowHead(points, size) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const [dx, dy] = [Math.sign(x - fromX) * size, Math.sign(y - fromY) * size];
  return `M${x},${y}L${x - 1.5 * dx - dy * 0.85},${y - 1.5 * dy - dx * 0.85}L${x - 1.5 * dx + dy * 0.85},${y - 1.5 * dy + dx * 0.85}Z`;
}

/** How n units fill a strip, with cells as close to squares as they get: {columns, rows}. */
export function gridOf(count, [width, height]) {
  let best = null;
  for (let rows = 1; rows <= Math.min(count, height); rows++) {
    const columns = Math.ceil(count / rows);
    const stretch = Math.abs(Math.log(width / columns / (height / rows)));
    const cost = stretch + (4 * (columns * rows - count)) / count;
    if (!best || cost < best.cost) best = { columns, rows, cost };
  }
  return best;
}
