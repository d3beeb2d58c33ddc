// One drawing of a cell: the SVG elements of a geometry, and what changes in them with the state.

import { colourOf } from "../model/colours.js";
import { DiagramStrip } from "./vector-strip.js";
import { formulaPieces, inkOf, meanOf, numbersOf, piecesOf, scaleOf, wordsOf } from "./values.js";
import { svg } from "../page/dom.js";
import { symbolOfFunction } from "../model/functions.js";
import { heldWords } from "../model/holds.js";
import { arrowHead, FORMS, halfOf, INPUT, pointsOf, roundedPath } from "./geometry.js";

const LETTER = 0.6; // how wide a letter is, for its height
const FULL_SIZE = { gate: 15, function: 13 }; // of letters in boxes, in px
// For a label that lies across a wire: letters with a rim of the cell's ground, which interrupts the wire.
const CLEARING = "paint-order: stroke; stroke: var(--panel); stroke-width: 5px; stroke-linejoin: round";
const PULSES = ["pulse rim", "pulse ground", "pulse value"]; // one upon the other: rim, ground, value

export class DiagramPicture {
  /** formName: "wide" or "narrow". */
  constructor(trace, geometry, formName) {
    this.trace = trace;
    this.geometry = geometry;
    this.layout = geometry.forms[formName];
    this.form = FORMS[formName];
    if (this.layout.box) this.form = { ...this.form, gate: { ...this.form.gate, size: this.layout.box } };
    this.parts = []; // everything that is dimmed and lit: {element, base, name, phases, given}
    this.strips = []; // {strip, value}
    this.gates = []; // {meter, name, title}
    this.wires = []; // {line, pulses, and what the geometry says}
    this.phaseOf = {};
    trace.phases.forEach(({ computes }, k) => computes.forEach((name) => (this.phaseOf[name] = k)));
    this.element = this.draw(formName);
  }

  // ---- drawing, once ----

  draw(formName) {
    const { size, frame, title } = this.layout;
    const [x, y, width, height] = frame;
    const [titleX, titleY] = title;
    this.phaseTitle = svg("tspan", { class: "phase-title", dx: "0.6em" });
    this.root = svg(
      "svg",
      { class: formName, role: "img", viewBox: `0 0 ${size[0]} ${size[1]}`, style: `--full-width: ${size[0]}px` },
      svg("rect", { class: "frame", x, y, width, height, rx: 14 }),
      svg("text", { class: "cell-title", x: titleX, y: titleY }, this.trace.title, this.phaseTitle),
      ...this.geometry.highways.map((highway) => this.drawHighway(highway)),
      ...this.geometry.wires.map((wire) => this.drawWire(wire)).filter(Boolean),
      ...this.drawGround(),
      ...Object.entries(this.geometry.nodes).map(([id, node]) => this.drawNode(id, node)).filter(Boolean),
    );
    return this.root;
  }

  /** Under every strip, so that no wire shines through one that is dimmed. */
  drawGround() {
    const placed = Object.entries(this.geometry.nodes).filter(([id, { kind }]) => kind === "strip" && id in this.layout.places);
    const [width, height] = this.form.strip;
    return placed.map(([id]) => {
      const [x, y] = this.layout.places[id];
      return svg("rect", { class: "paper", x: x - width / 2, y: y - height / 2, width, height });
    });
  }

  /** A group that is dimmed outside the phases in which the quantities in `to` are computed. */
  part(kind, name, to, children, given = false) {
    const phases = to.map((quantity) => this.phaseOf[quantity]).filter((phase) => phase !== undefined);
    const element = svg("g", { "data-name": name, style: name && `--ink: ${inkOf(this.trace.byName[name])}` }, ...children);
    this.parts.push({ element, base: `part ${kind}`, name, phases: new Set(phases), given: given || !phases.length });
    return element;
  }

  drawHighway({ path, of }) {
    const points = pointsOf({ path }, this.geometry.nodes, this.layout.places, this.form);
    const line = svg("path", { d: roundedPath(points, 0), "stroke-width": this.form.band });
    return svg("g", { class: "highway", style: `--ink: ${inkOf(this.trace.byName[of])}` }, line);
  }

  drawWire(wire) {
    const points = pointsOf(wire, this.geometry.nodes, this.layout.places, this.form);
    if (!points) return null;
    const { form } = this;
    const arrow = !wire.open;
    const line = arrow ? shortened(points, form.arrow * 1.2) : points;
    const d = roundedPath(line, form.corner);
    const path = (name) => svg("path", { class: name, d });
    const drawn = path("line");
    const pulses = PULSES.map(path);
    const head = arrow ? svg("path", { class: "head", d: arrowHead(points, form.arrow) }) : null;
    this.wires.push({ line: drawn, pulses, ...wire });
    const kind = wire.bundle ? "wire bundle" : "wire";
    const into = this.geometry.nodes[wire.path.at(-1)].kind === "operation" ? this.madeBy(wire.path.at(-1)) : [];
    const to = [...wire.to, ...this.multiplied(wire.value), ...into];
    return this.part(kind, wire.value.of, to, [path("touch"), drawn, head, ...pulses]);
  }

  /** A product's factors, if one phase computes them all: then it shows what this phase comes to. */
  multiplied({ factors }) {
    if (!factors || factors.length < 2 || factors.some(({ before }) => before)) return [];
    const names = factors.map(({ name }) => name);
    return new Set(names.map((name) => this.phaseOf[name])).size === 1 ? names : [];
  }

  /** The same for the product that leaves an operation. */
  madeBy(id) {
    return this.geometry.wires.filter(({ path }) => path[0] === id).flatMap(({ value }) => this.multiplied(value));
  }

  /** The quantities that a node is part of computing: its own, and those that its wires lead to. */
  readersOf(id) {
    return this.geometry.wires.filter(({ path }) => path[0] === id).flatMap(({ to }) => to);
  }

  drawNode(id, node) {
    const place = this.layout.places[id];
    if (!place) return null;
    const readers = this.readersOf(id);
    switch (node.kind) {
      case "strip":
        return this.drawStrip(node, place, readers);
      case "gate":
        return this.drawGate(node, place);
      case "join":
        return this.drawJoin(node, place, readers);
      case "token":
        return this.drawToken(node, place);
      case "function":
      case "operation":
        return this.drawOperation(node, place, this.madeBy(id));
      case "label":
        return this.part("label", node.value.of, [node.value.of], [this.drawLabel(node.value, place, "end")]);
      case "branch": {
        if (!readers.length) return null;
        const carried = this.geometry.wires.find(({ path }) => path[0] === id);
        const kind = carried.bundle ? "branch bundle" : "branch";
        return this.part(kind, carried.value.of, readers, [svg("circle", { cx: place[0], cy: place[1], r: 3 })]);
      }
      default:
        return null;
    }
  }

  newStrip(value, [x, y]) {
    const count = this.trace.width(value.of);
    const strip = new DiagramStrip([x, y], this.form.strip, count);
    strip.element.style.setProperty("--ink", inkOf(this.trace.byName[value.of]));
    strip.element.classList.toggle("without-units", value.of === INPUT);
    this.strips.push({ strip, value });
    return strip.element;
  }

  drawStrip({ value, given }, place, readers) {
    // What is made of several vectors belongs to whatever it flows into, a quantity to its own phase too.
    const to = given || value.factors.length > 1 || value.factors[0].squashed ? [] : [value.of];
    const flowing = to.length ? [] : this.flowsInto(value);
    const children = [this.newStrip(value, place), this.drawLabel(value, place, place[2])];
    return this.part("strip", value.of, [...to, ...readers, ...flowing, ...this.multiplied(value)], children, given);
  }

  /** What the wires that carry a value are on the way to. */
  flowsInto(value) {
    return this.geometry.wires.filter((wire) => wire.value.factors === value.factors).flatMap(({ to }) => to);
  }

  drawLabel(value, [x, y], side) {
    if (!side) return null;
    const [halfWidth, halfHeight] = this.form.strip.map((length) => length / 2);
    const gap = this.form.label;
    const [labelX, labelY, anchor] = {
      above: [x - halfWidth, y - halfHeight - gap, "start"],
      short: [x - halfWidth, y - halfHeight - gap, "start"],
      ahead: [x + gap, y - halfHeight - gap, "start"],
      across: [x + gap, y - halfHeight - gap, "start"],
      below: [x - halfWidth, y + halfHeight + gap + 10, "start"],
      right: [x + halfWidth + gap, y + 4.5, "start"],
      left: [x - halfWidth - gap, y + 4.5, "end"],
      end: this.form.turnsFirst === "y" ? [x + gap, y + 4.5, "start"] : [x, y + gap + 10, "middle"],
    }[side];
    const spans = piecesOf(value, this.trace).flatMap((piece) => symbolSpans(piece, this.trace));
    const plain = value.factors.length === 1 && !value.factors[0].squashed;
    const role = this.trace.byName[value.of].role;
    const titled = plain && (side === "above" || side === "right") && (role === "state" || role === "vector");
    if (titled) spans.push(svg("tspan", { class: "words", dx: "0.45em" }, this.trace.byName[value.of].title));
    const style = side === "across" ? CLEARING : null;
    return svg("text", { class: "symbol", x: labelX, y: labelY, "text-anchor": anchor, style }, ...level(spans));
  }

  drawGate({ of, says }, place) {
    const { glyph, title, meter, meterWidth, alone } = this.form.gate;
    const quantity = this.trace.byName[of];
    const isGate = quantity.role === "gate";
    const [x, y] = place;
    const top = isGate ? y : y + alone;
    const text = says ?? quantity.activation ?? "=";
    const children = [
      boxAt(place, halfOf({ kind: "gate" }, this.form), 9),
      this.drawGlyph(text, x, top + glyph),
      svg("text", { class: "words", x, y: top + title }, quantity.title),
    ];
    if (isGate) {
      const bar = { x: x - meterWidth / 2, y: y + meter - 2, width: meterWidth, height: 4, rx: 2 };
      const level = svg("rect", { ...bar, class: "meter" });
      const explained = svg("title");
      children.push(svg("rect", { ...bar, class: "meter-track" }), level, explained);
      this.gates.push({ meter: level, name: of, title: explained });
    }
    return this.part("gate", of, [of], children);
  }

  /** What stands in a box: the name of an activation, or the right side of an equation. */
  drawGlyph(says, x, y) {
    if (typeof says === "string") return this.drawFunction(symbolOfFunction(says), "gate", x, y);
    const spans = formulaPieces(says, this.trace).flatMap((piece) => symbolSpans(piece, this.trace));
    return svg("text", { class: "symbol formula", x, y }, ...level(spans));
  }

  /** The name of a function in a box, in smaller letters if it is too long for it. */
  drawFunction(text, kind, x, y) {
    const room = (kind === "gate" ? this.form.gate.size[0] : this.form.strip[0]) - 8;
    const size = room / (LETTER * text.length);
    return svg("text", { class: "glyph", x, y, style: size < FULL_SIZE[kind] ? `font-size: ${size.toFixed(1)}px` : null }, text);
  }

  drawOperation({ kind, of, text, wide }, place, makes) {
    const [x, y] = place;
    const isBox = kind === "function";
    const shape = isBox ? boxAt(place, halfOf({ kind, wide }, this.form), 7) : svg("circle", { class: "box", cx: x, cy: y, r: this.form.operation });
    const glyph = wide ? this.drawFunction(text, kind, x, y) : svg("text", { class: "glyph", "data-length": text.length, x, y }, text);
    return this.part(kind, of, [of, ...makes], [shape, glyph]);
  }

  drawJoin({ values }, place, readers) {
    const { parts } = this.form.join;
    const strips = values.map((value, k) => this.newStrip(value, [place[0] + parts[k][0], place[1] + parts[k][1]]));
    return this.part("join", null, [INPUT, ...readers], [boxAt(place, halfOf({ kind: "join" }, this.form), 8), ...strips]);
  }

  drawToken({ of }, place) {
    const half = halfOf({ kind: "token" }, this.form);
    this.token = svg("text", { class: "glyph", x: place[0], y: place[1] });
    this.tokenTitle = svg("title");
    return this.part("reading", of, [of], [boxAt(place, half, half[1]), this.token, this.tokenTitle]);
  }

  // ---- showing, at every change ----

  /** Show a state; previous is null to show all of it anew. */
  show(trace, state, previous) {
    const changed = (...keys) => !previous || keys.some((key) => state[key] !== previous[key]);
    this.trace = trace;
    if (changed("step")) this.showValues(state);
    if (changed("step", "unit", "playing")) this.showPulses(state);
    if (changed("unit")) this.showUnit(state.unit);
    if (changed("phase", "lit")) this.showParts(state);
    if (changed("playing")) this.root.classList.toggle("playing", state.playing);
    if (changed("speed")) this.root.style.setProperty("--speed", state.speed);
    if (changed("phase", "step")) this.showWords(state);
  }

  showValues({ step }) {
    const { trace } = this;
    const means = {};
    for (const { strip, value } of this.strips) strip.paint(numbersOf(value, trace, step), scaleOf(value, trace));
    for (const { meter, name, title } of this.gates) {
      const numbers = numbersOf({ factors: [{ name }] }, trace, step);
      const mean = numbers ? meanOf(numbers) : 0;
      means[name] = mean;
      meter.style.transform = `scaleX(${clipped(mean).toFixed(4)})`;
      title.textContent = `${trace.byName[name].title}: open ${mean.toFixed(2)} on average over the units`;
    }
    const [shut, open] = this.form.wire;
    for (const { line, gate } of this.wires) {
      if (!gate) continue;
      const [{ name, rest }] = gate.factors;
      const mean = rest ? 1 - means[name] : means[name];
      line.style.strokeWidth = (shut + clipped(mean) * (open - shut)).toFixed(2);
    }
    const token = [...trace.tokens[step]];
    const most = this.form.token.letters;
    this.token.textContent = token.length > most ? `${token.slice(0, most - 1).join("")}…` : token.join("");
    this.tokenTitle.textContent = trace.tokens[step];
  }

  /** What travels along the wires has the colour of the chosen unit's value; of x, of its largest one. */
  showPulses({ step, unit, playing }) {
    if (!playing) return;
    for (const { pulses, value } of this.wires) {
      const numbers = numbersOf(value, this.trace, step);
      const shown = value.of === INPUT ? largest(numbers) : numbers?.[unit];
      pulses.at(-1).style.stroke = numbers ? colourOf(scaleOf(value, this.trace), shown) : "none";
    }
  }

  showUnit(unit) {
    for (const { strip, value } of this.strips) if (value.of !== INPUT) strip.choose(unit);
  }

  showParts({ phase, lit }) {
    for (const part of this.parts) {
      const now = `${part.base} ${timeOf(part, phase)}${lit !== null && part.name === lit ? " lit" : ""}`;
      if (now === part.shown) continue;
      part.shown = now;
      part.element.setAttribute("class", now);
    }
  }

  showWords({ phase, step }) {
    const { title, phases, tokens } = this.trace;
    const current = phase === null ? null : phases[phase];
    this.phaseTitle.textContent = current ? current.title : "";
    const place = `${title} cell at step ${step + 1} of ${tokens.length}`;
    const stage = current ? `phase ${phase + 1} of ${phases.length}, ${current.title}: ${current.says}` : "the whole step.";
    this.root.setAttribute("aria-label", `${place}, ${stage}`);
  }

  /** The elements of what is at work in the current phase, and in no other. */
  atWork() {
    const nodes = this.parts.filter(({ phases, element }) => phases.size === 1 && element.matches(".now:not(.wire, .branch)"));
    return nodes.map(({ element }) => element);
  }

  // ---- pointing ----

  stripUnder({ target }) {
    const vector = target.closest(".vector");
    return vector && this.strips.find(({ strip }) => strip.element === vector);
  }

  /** The unit that an event on a strip points at, or null. */
  unitAt(event) {
    const found = this.stripUnder(event);
    if (!found || found.value.of === INPUT) return null;
    return found.strip.unitAt(event.clientX, event.clientY);
  }

  /** Write into a strip's tooltip what stands under the pointer. */
  explain(event, trace, step) {
    const found = this.stripUnder(event);
    if (!found) return;
    const { strip, value } = found;
    const unit = strip.unitAt(event.clientX, event.clientY);
    const number = unit === null ? undefined : numbersOf(value, trace, step)?.[unit];
    const where = value.of === INPUT ? "number" : "unit";
    const told = number === undefined ? "" : `, ${where} ${unit}: ${number.toFixed(2)}`;
    const held = told && heldWords(trace, plainName(value), step, unit);
    const text = wordsOf(value, trace) + told + (held && `, ${held}`);
    if (strip.title.textContent !== text) strip.title.textContent = text;
  }
}

/** The quantity that a value is at this step, if it is one and not made of several. */
function plainName({ factors }) {
  const [{ name, before, rest, squashed }, ...others] = factors ?? [{}];
  return others.length || before || rest || squashed ? null : name;
}

/** When a part is at work, seen from the current phase: "now", "done" or "later". */
function timeOf({ phases, given }, phase) {
  if (phase === null || phases.has(phase)) return "now";
  if (given) return "done";
  for (const other of phases) if (other < phase) return "done";
  return "later";
}

function boxAt([x, y], [halfWidth, halfHeight], rx) {
  return svg("rect", { class: "box", x: x - halfWidth, y: y - halfHeight, width: 2 * halfWidth, height: 2 * halfHeight, rx });
}

/** A symbol with its subscript, as tspans; `drop` says how far a span lies below the line. */
function symbolSpans({ text, sub, name }, trace) {
  if (!name) return [{ text, className: "sign", drop: 0 }];
  const ink = inkOf(trace.byName[name]);
  const letter = { text, ink, className: "letter", drop: 0 };
  return sub ? [letter, { text: sub, ink, className: "sub", drop: 3.5 }] : [letter];
}

/** tspans whose `dy` bring each to its own height: dy moves all that follows. */
function level(spans) {
  let drop = 0;
  return spans.map((span) => {
    if (span instanceof Element) {
      span.setAttribute("dy", -drop);
      drop = 0;
      return span;
    }
    const element = svg("tspan", { class: span.className, dy: span.drop - drop, style: span.ink && `--ink: ${span.ink}` }, span.text);
    drop = span.drop;
    return element;
  });
}

function shortened(points, by) {
  const [from, to] = points.slice(-2);
  const end = to.map((value, axis) => value - Math.sign(value - from[axis]) * by);
  return [...points.slice(0, -1), end];
}

function clipped(share) {
  return Math.min(Math.max(share, 0), 1);
}

function largest(numbers) {
  return numbers?.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}
