// The diagram of any cell, laid out from its definition alone: a box and a strip for each quantity in
// order of computation, and above them (narrow: beside them) a lane for each vector that others need.

import { anywhere, parseEquation, symbolOf } from "../model/equations.js";
import { before, branch, corner, gate, given, INPUT, joined, now, strip, token, wire } from "./geometry.js";
import { weighs } from "../model/terms.js";

/** Distances along the flow of time (`u`) and across it (`v`). */
const GENERIC = {
  wide: {
    box: [116, 56],
    given: 64, // u of the vectors that come in
    join: 194,
    first: 324, // u of the first box
    pitch: 134,
    out: 84, // from the last box to the end of the lanes
    lanes: 66, // v of the first lane
    lane: 16,
    held: 48, // between the lanes of old states, whose strips lie on them
    boxes: 60, // from the last lane to the boxes
    strips: 62,
    input: 136, // from the joined vector to x
    riser: 67, // from the middle of a strip to the wire that leaves it
    inputs: 18,
    frame: [132, 16, 22, 42], // start in u and v, what it leaves free at the end of u, and has beyond the strips
    margin: [8, 94],
    title: [148, 42],
  },
  narrow: {
    box: [108, 46],
    given: 58,
    join: 108,
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
const OLD = "before:"; // marks the lane of a state as the step finds it
const LONGEST = 16; // letters of a formula that fit into a box

export function genericGeometry(trace) {
  const plan = planOf(trace);
  const nodes = { token: token(), x: strip(now(INPUT)), join: joined(...plan.entering.map(before), now(INPUT)) };
  const wires = [wire(["token", "x"], now(INPUT), INPUT), wire(["x", "join"], now(INPUT), INPUT, { straight: true })];
  for (const state of plan.entering) {
    nodes[`given:${state}`] = given(before(state));
    wires.push(wire([`given:${state}`, "join"], before(state), INPUT, { straight: true }));
  }
  for (const state of plan.held) nodes[`${OLD}${state}`] = given(before(state));
  for (const { name, says } of plan.boxes) {
    nodes[`box:${name}`] = gate(name, says);
    nodes[`strip:${name}`] = strip(now(name));
    wires.push(wire([`box:${name}`, `strip:${name}`], now(name), name));
  }
  for (const source of plan.lanes) addLane(source, plan, nodes, wires);
  return { nodes, wires, highways: [], forms: { wide: genericForm("wide", plan), narrow: genericForm("narrow", plan) } };
}

/** What there is, in which order, and what needs what. */
function planOf(trace) {
  const states = trace.quantities.filter(({ role }) => role === "state").map(({ name }) => name);
  const equations = trace.phases.flatMap((phase) => phase.equations.map(parseEquation)).filter(Boolean);
  const computed = trace.phases.flatMap((phase) => phase.computes).filter((name) => name !== INPUT);
  const left = trace.shown.map(({ name }) => name).filter((name) => !computed.includes(name));
  const order = [...computed, ...left];
  const entering = states.includes("hidden") ? ["hidden"] : states.slice(0, 1);
  const boxes = order.map((name) => boxOf(name, trace, equations, entering));
  const used = new Set(boxes.flatMap(({ needs }) => needs));
  const held = states.filter((name) => used.has(`${OLD}${name}`));
  const sources = [...held.map((name) => `${OLD}${name}`), "join", ...order];
  const lanes = sources.filter((source) => used.has(source) || states.includes(source));
  return { states, entering, boxes, held, lanes };
}

/** A quantity's box: what it needs, as names of lanes, and what is written into it. */
function boxOf(name, trace, equations, entering) {
  const equation = equations.find(({ target }) => target === name);
  const { activation } = trace.byName[name];
  if (!equation) return { name, needs: ["join"], says: activation };
  const { tree } = equation;
  const uses = (wanted, old) => anywhere(tree, (node) => node.kind === "quantity" && node.name === wanted && node.before === old);
  const sources = trace.quantities.flatMap(({ name: source }) => [
    ...(uses(source, true) ? [`${OLD}${source}`] : []),
    ...(uses(source, false) ? [source] : []),
  ]);
  const whole = weighs(tree) && sources.includes(INPUT) && entering.every((state) => sources.includes(`${OLD}${state}`));
  const bundled = [INPUT, ...(whole ? entering.map((state) => `${OLD}${state}`) : [])];
  const needs = sources.filter((source) => !bundled.includes(source));
  if (sources.includes(INPUT)) needs.unshift("join");
  const fits = !weighs(tree) && symbolOf(tree, trace.byName).length <= LONGEST;
  return { name, needs, says: activation ?? (fits ? tree : "=") };
}

/** The wires from one source along its lane into every box that needs it, and out if it is a state. */
function addLane(source, plan, nodes, wires) {
  const readers = plan.boxes.filter(({ needs }) => needs.includes(source)).map(({ name }) => name);
  const bundle = source === "join";
  const old = source.startsWith(OLD);
  const value = bundle ? before(plan.entering[0]) : old ? before(source.slice(OLD.length)) : now(source);
  const goal = plan.states.includes(source) ? [source] : [];
  let path = bundle || old ? [source, `lane:${source}`] : [`strip:${source}`, `rise:${source}`, `lane:${source}`];
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

/** Places in a form, and how large it is. */
function genericForm(name, plan) {
  const at = GENERIC[name];
  const turned = name === "wide" ? ([u, v], ...more) => [u, v, ...more] : ([u, v], ...more) => [v, u, ...more];
  const places = {};
  const laneAt = {};
  let lane = at.lanes - at.lane;
  plan.lanes.forEach((source, k) => {
    lane += k && k < plan.held.length ? at.held : at.lane;
    laneAt[source] = lane;
    places[`lane:${source}`] = turned([at.join, lane]);
  });
  const boxes = lane + at.boxes;
  const strips = boxes + at.strips;
  const end = at.first + (plan.boxes.length - 1) * at.pitch + at.out;
  const entry = entryPlaces(name, at, boxes);
  for (const [id, place] of Object.entries(entry)) places[id] = place;
  plan.entering.forEach((state) => (places[`given:${state}`] = entry.state));
  plan.held.forEach((state) => (places[`${OLD}${state}`] = turned([at.given, laneAt[`${OLD}${state}`]], "above")));
  plan.boxes.forEach(({ name: box, needs }, k) => {
    const u = at.first + k * at.pitch;
    places[`box:${box}`] = turned([u, boxes]);
    places[`strip:${box}`] = turned([u, strips], name === "wide" ? "below" : "short");
    places[`rise:${box}`] = turned([u + at.riser, strips]);
    if (box in laneAt) places[`lane:${box}`] = turned([u + at.riser, laneAt[box]]);
    places[`next:${box}`] = turned([end, laneAt[box]]);
    needs.forEach((source, n) => {
      const port = u + (n - (needs.length - 1) / 2) * at.inputs;
      places[`fork:${source}:${box}`] = turned([port, laneAt[source]]);
    });
  });
  const [start, top, free, beyond] = at.frame;
  const corners = [turned([start, top]), turned([end - free, strips + beyond])];
  return {
    size: turned([end + at.margin[0] + at.margin[0], strips + at.margin[1]]),
    frame: [...corners[0], ...corners[1].map((far, axis) => far - corners[0][axis])],
    title: at.title,
    box: at.box,
    smallest: 0.75, // its formulas leave no room in their boxes for larger letters
    places,
  };
}

/** Where token, x, the old hidden state and the joined vector stand: as in the diagrams of the known cells. */
function entryPlaces(name, at, boxes) {
  if (name === "wide") {
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
