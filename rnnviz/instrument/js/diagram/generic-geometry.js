// The diagram of any cell, laid out from its definition alone: a box and a strip for each quantity in the order of
// computation, and above them (in the narrow form, beside them) a lane for each vector that others need.

import { partsOf } from "../model/elementwise.js";
import { equationFor, textOf } from "../model/equations.js";
import { hasWeights } from "../model/terms.js";
import { before, branch, corner, gate, given, INPUT, joined, now, strip, token, wire } from "./geometry.js";

/**
 * @import { ExpressionData } from "../model/payload.d.ts"
 * @import { Trace } from "../model/trace.js"
 * @import { FormName, Geometry, Layout, Node, Place, Point, Size, Wire } from "./geometry.js"
 */

/**
 * Distances along the flow of time (u) and across it (v).
 * @typedef {object} Distances
 * @property {Size} box
 * @property {number} given   u of the vectors that come in
 * @property {number} join    u of the joined vector
 * @property {number} beside  u behind the joined vector, for the wire from x that passes it
 * @property {number} first   u of the first box
 * @property {number} pitch   from one box to the next
 * @property {number} out     from the last box to the end of the lanes
 * @property {number} lanes   v of the first lane
 * @property {number} lane    from one lane to the next
 * @property {number} held    between the lanes of old states, whose strips lie on them
 * @property {number} boxes   from the last lane to the boxes
 * @property {number} strips  from the boxes to their strips
 * @property {number} input   from the joined vector to x
 * @property {number} riser   from the middle of a strip to the wire that leaves it
 * @property {number} inputs  between the wires into a box
 * @property {number[]} frame  start in u and v, what it leaves free at the end of u, what it has beyond the strips
 * @property {Size} margin
 * @property {Point} title
 */

/**
 * What there is, in which order, and what needs what. A source is the id of a lane.
 * @typedef {object} Plan
 * @property {string[]} states
 * @property {string[]} entering  states that enter the joined vector, none if no box reads it
 * @property {Box[]} boxes
 * @property {string[]} held  states whose old value a box needs
 * @property {string[]} lanes  sources
 */

/** @typedef {{ name: string, needs: string[], label: string | ExpressionData | undefined }} Box */

/** @type {Record<FormName, Distances>} */
const DISTANCES = {
  wide: {
    box: [116, 56],
    given: 64,
    join: 194,
    beside: 257,
    first: 324,
    pitch: 134,
    out: 84,
    lanes: 66,
    lane: 16,
    held: 48,
    boxes: 60,
    strips: 62,
    input: 136,
    riser: 67,
    inputs: 18,
    frame: [132, 16, 22, 42],
    margin: [8, 94],
    title: [148, 42],
  },
  narrow: {
    box: [108, 46],
    given: 58,
    join: 108,
    beside: 137,
    first: 174,
    pitch: 76,
    out: 62,
    lanes: 46,
    lane: 12,
    held: 84,
    boxes: 80,
    strips: 104,
    input: 0,
    riser: 38,
    inputs: 8,
    frame: [80, 3, 24, 42],
    margin: [26, 48],
    title: [6, 20],
  },
};
const OLD = "before:"; // begins the source of a state as the step finds it
const LONGEST = 16; // characters of a formula that fit into a box
const SMALLEST = 0.75; // of the full size: formulas leave no room in their boxes for larger letters

/**
 * Lay out the diagram of any cell.
 * @param {Trace} trace
 * @returns {Geometry}
 */
export function genericGeometry(trace) {
  const plan = planOf(trace);
  /** @type {Record<string, Node>} */
  const nodes = { token: token(), x: strip(now(INPUT)) };
  const wires = [wire(["token", "x"], now(INPUT), INPUT)];
  if (plan.entering.length) {
    nodes.join = joined(...plan.entering.map(before), now(INPUT));
    wires.push(wire(["x", "join"], now(INPUT), INPUT, { straight: true }));
  }
  for (const state of plan.entering) {
    nodes[`given:${state}`] = given(before(state));
    wires.push(wire([`given:${state}`, "join"], before(state), INPUT, { straight: true }));
  }
  for (const state of plan.held) nodes[`${OLD}${state}`] = given(before(state));
  for (const { name, label } of plan.boxes) {
    nodes[`box:${name}`] = gate(name, label);
    nodes[`strip:${name}`] = strip(now(name));
    wires.push(wire([`box:${name}`, `strip:${name}`], now(name), name));
  }
  for (const source of plan.lanes) addLane(source, plan, nodes, wires);
  return { nodes, wires, highways: [], forms: { wide: layoutOf("wide", plan), narrow: layoutOf("narrow", plan) } };
}

/**
 * @param {Trace} trace
 * @returns {Plan}
 */
function planOf(trace) {
  const states = trace.quantities.filter(({ role }) => role === "state").map(({ name }) => name);
  const computed = trace.phases.flatMap((phase) => phase.computes).filter((name) => name !== INPUT);
  const others = trace.unitQuantities.map(({ name }) => name).filter((name) => !computed.includes(name));
  const order = [...computed, ...others];
  const entering = states.includes("hidden") ? ["hidden"] : states.slice(0, 1);
  const boxes = order.map((name) => boxOf(name, trace, entering));
  const used = new Set(boxes.flatMap(({ needs }) => needs));
  const held = states.filter((name) => used.has(`${OLD}${name}`));
  const sources = [...held.map((name) => `${OLD}${name}`), "join", INPUT, ...order];
  const lanes = sources.filter((source) => used.has(source) || states.includes(source));
  return { states, entering: used.has("join") ? entering : [], boxes, held, lanes };
}

/**
 * The box of a quantity: the sources that it needs, and what is written into it.
 * @param {string} name
 * @param {Trace} trace
 * @param {string[]} entering
 * @returns {Box}
 */
function boxOf(name, trace, entering) {
  const equation = equationFor(trace, name);
  const activation = trace.byName[name].activation ?? undefined;
  if (!equation) return { name, needs: ["join"], label: activation };
  const { right } = equation;
  const read = new Set(sourcesIn(right, entering));
  const old = trace.quantities.map((quantity) => `${OLD}${quantity.name}`);
  const order = ["join", INPUT, ...trace.quantities.flatMap((quantity, k) => [old[k], quantity.name])];
  const needs = [...new Set(order)].filter((source) => read.has(source));
  const isShort = right.kind === "matrix" || !hasWeights(right);
  const fits = isShort && textOf(right, trace.byName).length <= LONGEST;
  return { name, needs, label: activation ?? (fits ? right : "=") };
}

/**
 * The sources that a node reads.
 * @param {ExpressionData} node
 * @param {string[]} entering
 * @returns {string[]}
 */
function sourcesIn(node, entering) {
  if (node.kind === "value") return [node.is_before ? `${OLD}${node.name}` : node.name];
  const bundled = joinedTerms(node, entering);
  const others = partsOf(node).filter((part) => !bundled.includes(part));
  return [...(bundled.length ? ["join"] : []), ...others.flatMap((part) => sourcesIn(part, entering))];
}

/**
 * The terms of a sum that are one matrix times the joined vector, W_x x + W_h h = [W_x W_h] [x; h]; none if the sum
 * does not have them all.
 * @param {ExpressionData} node
 * @param {string[]} entering
 * @returns {ExpressionData[]}
 */
function joinedTerms(node, entering) {
  if (node.kind !== "sum" || !entering.length) return [];
  const found = [INPUT, ...entering].flatMap((name) =>
    node.terms.find((term) => {
      if (term.kind !== "matrix" || term.of.kind !== "value") return false;
      return term.of.name === name && term.of.is_before === (name !== INPUT);
    }) ?? []
  );
  return found.length > entering.length ? found : [];
}

/**
 * Add the wires from a source along its lane into every box that needs it, and out of the cell if it is a state.
 * @param {string} source
 * @param {Plan} plan
 * @param {Record<string, Node>} nodes
 * @param {Wire[]} wires
 */
function addLane(source, plan, nodes, wires) {
  const readers = plan.boxes.filter(({ needs }) => needs.includes(source)).map(({ name }) => name);
  const bundle = source === "join";
  const old = source.startsWith(OLD);
  const value = bundle ? before(plan.entering[0]) : old ? before(source.slice(OLD.length)) : now(source);
  const goal = plan.states.includes(source) ? [source] : [];
  const start = source !== INPUT ? `strip:${source}` : plan.entering.length ? "tap" : "x";
  let path = bundle || old ? [source, `lane:${source}`] : [start, `rise:${source}`, `lane:${source}`];
  if (start === "tap") nodes.tap = branch();
  nodes[`rise:${source}`] = corner();
  nodes[`lane:${source}`] = corner();
  readers.forEach((reader, k) => {
    const fork = `fork:${source}:${reader}`;
    const last = k === readers.length - 1 && !goal.length;
    nodes[fork] = last ? corner() : branch();
    if (last) path = [...path, fork];
    else wires.push(wire([...path, fork], value, [...readers.slice(k), ...goal], { bundle, open: true }));
    wires.push(wire([...(last ? path : [fork]), `box:${reader}`], value, reader, { bundle, straight: true }));
    path = [fork];
  });
  if (!goal.length) return;
  nodes[`next:${source}`] = { kind: "label", value };
  wires.push(wire([...path, `next:${source}`], value, source));
}

/**
 * Where everything is in a form, and how large it is.
 * @param {FormName} form
 * @param {Plan} plan
 * @returns {Layout}
 */
function layoutOf(form, plan) {
  const at = DISTANCES[form];
  const wide = form === "wide";
  /** @type {(u: number, v: number) => Point} */
  const point = (u, v) => (wide ? [u, v] : [v, u]);
  /** @type {Record<string, Place>} */
  const places = {};
  /** @type {Record<string, number>} */
  const laneAt = {};
  let lane = at.lanes - at.lane;
  plan.lanes.forEach((source, k) => {
    lane += k && k < plan.held.length ? at.held : at.lane;
    laneAt[source] = lane;
    places[`lane:${source}`] = point(at.join, lane);
  });
  const boxes = lane + at.boxes;
  const strips = boxes + at.strips;
  const end = at.first + (plan.boxes.length - 1) * at.pitch + at.out;
  const { state, ...entry } = entryPlaces(form, at, boxes);
  Object.assign(places, entry);
  if (INPUT in laneAt) Object.assign(places, inputPlaces(form, at, boxes, laneAt[INPUT], plan.entering.length > 0));
  for (const entering of plan.entering) places[`given:${entering}`] = state;
  for (const held of plan.held) places[`${OLD}${held}`] = [...point(at.given, laneAt[`${OLD}${held}`]), "above"];
  plan.boxes.forEach(({ name, needs }, k) => {
    const u = at.first + k * at.pitch;
    places[`box:${name}`] = point(u, boxes);
    places[`strip:${name}`] = [...point(u, strips), wide ? "below" : "short"];
    places[`rise:${name}`] = point(u + at.riser, strips);
    if (name in laneAt) places[`lane:${name}`] = point(u + at.riser, laneAt[name]);
    places[`next:${name}`] = point(end, laneAt[name]);
    needs.forEach((source, n) => {
      const port = u + (n - (needs.length - 1) / 2) * at.inputs;
      places[`fork:${source}:${name}`] = point(port, laneAt[source]);
    });
  });
  const [start, top, free, beyond] = at.frame;
  const [x, y] = point(start, top);
  const [right, bottom] = point(end - free, strips + beyond);
  return {
    size: point(end + 2 * at.margin[0], strips + at.margin[1]),
    frame: [x, y, right - x, bottom - y],
    title: at.title,
    box: at.box,
    smallest: SMALLEST,
    places,
  };
}

/**
 * Where token, x, the old hidden state and the joined vector are: as in the diagrams of the known cells.
 * @param {FormName} form
 * @param {Distances} at
 * @param {number} boxes
 * @returns {Record<"state" | "join" | "x" | "token", Place>}
 */
function entryPlaces(form, at, boxes) {
  if (form === "wide") {
    return {
      state: [at.given, boxes, "above"],
      join: [at.join, boxes],
      x: [at.join, boxes + at.input, "right"],
      token: [at.given, boxes + at.input],
    };
  }
  return {
    state: [boxes - 30, at.given, "short"],
    join: [boxes + 20, at.join],
    x: [boxes + 70, at.given, "ahead"],
    token: [boxes + 70, 16],
  };
}

/**
 * Where the wire from x to its lane is: past the joined vector if there is one, and in its place if not.
 * @param {FormName} form
 * @param {Distances} at
 * @param {number} boxes
 * @param {number} lane
 * @param {boolean} passes
 * @returns {Record<string, Place>}
 */
function inputPlaces(form, at, boxes, lane, passes) {
  const u = passes ? at.beside : at.join;
  if (form === "wide") {
    const v = boxes + 78;
    return { tap: [at.join, v], [`rise:${INPUT}`]: [u, v], [`lane:${INPUT}`]: [u, lane] };
  }
  const v = boxes + (passes ? 120 : 70);
  return { tap: [boxes + 70, 80], [`rise:${INPUT}`]: [v, u], [`lane:${INPUT}`]: [lane, u] };
}
