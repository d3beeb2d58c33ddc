// The SVG elements of a diagram, drawn once.

import { svg } from "../page/dom.js";
import { FORMS, INPUT } from "./geometry.js";
import { boxText, functionText, labelOf } from "./labels.js";
import { inkOf } from "./value-display.js";
import { VectorStrip } from "./vector-strip.js";
import { arrowHead, halfOf, pointsOf, roundedPath } from "./wiring.js";

/**
 * @import { Trace } from "../model/trace.js"
 * @import { Child } from "../page/dom.js"
 * @import {
 *   Form, FormName, FunctionNode, GateNode, Geometry, JoinNode, Layout, Node, OperationNode, Place, Point, Size,
 *   StripNode, TokenNode, Value, Wire
 * } from "./geometry.js"
 */

/**
 * A group that is dimmed outside its phases.
 * @typedef {object} Part
 * @property {SVGGElement} element
 * @property {string} base  its classes at all times
 * @property {string} shown  its classes now
 * @property {string | null} name  of its quantity
 * @property {Set<number>} phases  in which it is at work
 * @property {boolean} given  whether it exists before all phases
 */

/** @typedef {{ strip: VectorStrip, value: Value }} ShownStrip */
/** @typedef {{ meter: SVGRectElement, name: string, title: SVGTitleElement }} ShownGate */
/** @typedef {{ line: SVGPathElement, pulses: SVGPathElement[], wire: Wire }} ShownWire */

const PULSES = ["pulse rim", "pulse ground", "pulse value"]; // one above the other
const ARROW_OVERLAP = 1.2; // of the arrow's size, by which a line ends before its point

/** Draws a geometry, and keeps what changes later. */
export class Drawing {
  /**
   * @param {Trace} trace
   * @param {Geometry} geometry
   * @param {FormName} formName
   */
  constructor(trace, geometry, formName) {
    this.trace = trace;
    this.geometry = geometry;
    /** @type {Layout} */
    this.layout = geometry.forms[formName];
    /** @type {Form} */
    this.form = FORMS[formName];
    if (this.layout.box) this.form = { ...this.form, gate: { ...this.form.gate, size: this.layout.box } };
    /** @type {Part[]} */
    this.parts = [];
    /** @type {ShownStrip[]} */
    this.strips = [];
    /** @type {ShownGate[]} */
    this.gates = [];
    /** @type {ShownWire[]} */
    this.wires = [];
    /** @type {Record<string, number>} */
    this.phaseOf = {};
    trace.phases.forEach(({ computes }, k) => computes.forEach((name) => (this.phaseOf[name] = k)));
    this.phaseTitle = svg("tspan", { class: "phase-title", dx: "0.6em" });
    this.token = svg("text", { class: "glyph" });
    this.tokenTitle = svg("title");
    this.element = this.draw(formName);
  }

  /**
   * @param {FormName} formName
   * @returns {SVGSVGElement}
   */
  draw(formName) {
    const { size, frame, title } = this.layout;
    const [x, y, width, height] = frame;
    const { highways, wires, nodes } = this.geometry;
    return svg(
      "svg",
      { class: formName, role: "img", viewBox: `0 0 ${size[0]} ${size[1]}`, style: `--full-width: ${size[0]}px` },
      svg("rect", { class: "frame", x, y, width, height, rx: 14 }),
      svg("text", { class: "cell-title", x: title[0], y: title[1] }, this.trace.title, this.phaseTitle),
      highways.map(({ path, of }) => this.drawHighway(path, of)),
      wires.map((wire) => this.drawWire(wire)),
      this.drawStripGrounds(),
      Object.entries(nodes).map(([id, node]) => this.drawNode(id, node)),
    );
  }

  /**
   * A rectangle under every strip, so that no wire shines through one that is dimmed.
   * @returns {SVGRectElement[]}
   */
  drawStripGrounds() {
    const { places } = this.layout;
    const ids = Object.keys(places).filter((id) => this.geometry.nodes[id]?.kind === "strip");
    const [width, height] = this.form.strip;
    return ids.map((id) => {
      const [x, y] = places[id];
      return svg("rect", { class: "paper", x: x - width / 2, y: y - height / 2, width, height });
    });
  }

  /**
   * A group that is dimmed outside the phases in which the quantities in `to` are computed.
   * @param {string} kind
   * @param {string | null} name
   * @param {string[]} to
   * @param {Child[]} children
   * @param {boolean} [given]
   * @returns {SVGGElement}
   */
  part(kind, name, to, children, given = false) {
    const phases = to.map((quantity) => this.phaseOf[quantity]).filter((phase) => phase !== undefined);
    const style = name && `--ink: ${inkOf(this.trace.byName[name])}`;
    const element = svg("g", { "data-name": name, style }, children);
    const base = `part ${kind}`;
    this.parts.push({ element, base, shown: "", name, phases: new Set(phases), given: given || !phases.length });
    return element;
  }

  /**
   * @param {string[]} path
   * @param {string} of
   * @returns {SVGGElement}
   */
  drawHighway(path, of) {
    const points = pointsOf({ path }, this.geometry.nodes, this.layout.places, this.form) ?? [];
    const line = svg("path", { d: roundedPath(points, 0), "stroke-width": this.form.band });
    return svg("g", { class: "highway", style: `--ink: ${inkOf(this.trace.byName[of])}` }, line);
  }

  /**
   * @param {Wire} wire
   * @returns {SVGGElement | null} null if a node of its path is left out of the form
   */
  drawWire(wire) {
    const points = pointsOf(wire, this.geometry.nodes, this.layout.places, this.form);
    if (!points) return null;
    const { form } = this;
    const arrow = !wire.open;
    const d = roundedPath(arrow ? shortened(points, form.arrow * ARROW_OVERLAP) : points, form.corner);
    /** @type {(name: string) => SVGPathElement} */
    const path = (name) => svg("path", { class: name, d });
    const line = path("line");
    const pulses = PULSES.map(path);
    const head = arrow ? svg("path", { class: "head", d: arrowHead(points, form.arrow) }) : null;
    this.wires.push({ line, pulses, wire });
    const end = wire.path[wire.path.length - 1];
    const into = this.geometry.nodes[end].kind === "operation" ? this.productsOf(end) : [];
    const to = [...wire.to, ...this.sharedPhase(wire.value), ...into];
    return this.part(wire.bundle ? "wire bundle" : "wire", wire.value.of, to, [path("touch"), line, head, ...pulses]);
  }

  /**
   * The factors of a product that are all computed in one phase: the product is the result of that phase.
   * @param {Value} value
   * @returns {string[]}
   */
  sharedPhase({ factors }) {
    if (!factors || factors.length < 2 || factors.some(({ before }) => before)) return [];
    const names = factors.map(({ name }) => name);
    return new Set(names.map((name) => this.phaseOf[name])).size === 1 ? names : [];
  }

  /**
   * The same for the products that leave an operation.
   * @param {string} id
   * @returns {string[]}
   */
  productsOf(id) {
    return this.wiresFrom(id).flatMap(({ value }) => this.sharedPhase(value));
  }

  /**
   * The wires that leave a node.
   * @param {string} id
   * @returns {Wire[]}
   */
  wiresFrom(id) {
    return this.geometry.wires.filter(({ path }) => path[0] === id);
  }

  /**
   * @param {string} id
   * @param {Node} node
   * @returns {SVGElement | null} null if the form leaves it out
   */
  drawNode(id, node) {
    const place = this.layout.places[id];
    if (!place) return null;
    const readers = this.wiresFrom(id).flatMap(({ to }) => to);
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
        return this.drawOperation(node, place, this.productsOf(id));
      case "label":
        return this.part("label", node.value.of, [node.value.of], [
          labelOf(node.value, place, "end", this.trace, this.form),
        ]);
      case "branch":
        return this.drawBranch(this.wiresFrom(id), place, readers);
      default:
        return null;
    }
  }

  /**
   * @param {Wire[]} wires
   * @param {Place} place
   * @param {string[]} readers
   * @returns {SVGElement | null}
   */
  drawBranch([carried], [cx, cy], readers) {
    if (!readers.length) return null;
    const kind = carried.bundle ? "branch bundle" : "branch";
    return this.part(kind, carried.value.of, readers, [svg("circle", { cx, cy, r: 3 })]);
  }

  /**
   * @param {Value} value
   * @param {Point} centre
   * @returns {SVGGElement}
   */
  addStrip(value, centre) {
    const strip = new VectorStrip(centre, this.form.strip, this.trace.width(value.of));
    strip.element.style.setProperty("--ink", inkOf(this.trace.byName[value.of]));
    strip.element.classList.toggle("without-units", value.of === INPUT);
    this.strips.push({ strip, value });
    return strip.element;
  }

  /**
   * @param {StripNode} node
   * @param {Place} place
   * @param {string[]} readers
   * @returns {SVGElement}
   */
  drawStrip({ value, given }, [x, y, side], readers) {
    // A product or a function of a quantity belongs to whatever it flows into, a quantity to its own phase too.
    const factors = value.factors ?? [];
    const own = given || factors.length > 1 || factors[0]?.squash ? [] : [value.of];
    const wires = this.geometry.wires.filter((wire) => wire.value.factors === value.factors);
    const flowsInto = own.length ? [] : wires.flatMap(({ to }) => to);
    const children = [this.addStrip(value, [x, y]), labelOf(value, [x, y], side, this.trace, this.form)];
    const to = [...own, ...readers, ...flowsInto, ...this.sharedPhase(value)];
    return this.part("strip", value.of, to, children, given);
  }

  /**
   * @param {GateNode} node
   * @param {Place} place
   * @returns {SVGElement}
   */
  drawGate({ of, label }, [x, y]) {
    const { glyph, title, meter, meterWidth, alone } = this.form.gate;
    const quantity = this.trace.byName[of];
    const isGate = quantity.role === "gate";
    const top = isGate ? y : y + alone;
    /** @type {SVGElement[]} */
    const children = [
      boxAt([x, y], halfOf({ kind: "gate", of }, this.form), 9),
      boxText(label ?? quantity.activation ?? "=", [x, top + glyph], this.trace, this.form),
      svg("text", { class: "words", x, y: top + title }, quantity.title),
    ];
    if (isGate) {
      const bar = { x: x - meterWidth / 2, y: y + meter - 2, width: meterWidth, height: 4, rx: 2 };
      const opening = svg("rect", { ...bar, class: "meter" });
      const explanation = svg("title");
      children.push(svg("rect", { ...bar, class: "meter-track" }), opening, explanation);
      this.gates.push({ meter: opening, name: of, title: explanation });
    }
    return this.part("gate", of, [of], children);
  }

  /**
   * @param {FunctionNode | OperationNode} node
   * @param {Place} place
   * @param {string[]} products
   * @returns {SVGElement}
   */
  drawOperation(node, [x, y], products) {
    const { kind, of, text } = node;
    const isBox = kind === "function";
    const circle = () => svg("circle", { class: "box", cx: x, cy: y, r: this.form.operation });
    const shape = isBox ? boxAt([x, y], halfOf(node, this.form), 7) : circle();
    const plain = () => svg("text", { class: "glyph", "data-length": text.length, x, y }, text);
    const glyph = isBox && node.wide ? functionText(text, kind, [x, y], this.form) : plain();
    return this.part(kind, of, [of, ...products], [shape, glyph]);
  }

  /**
   * @param {JoinNode} node
   * @param {Place} place
   * @param {string[]} readers
   * @returns {SVGElement}
   */
  drawJoin(node, [x, y], readers) {
    const { parts } = this.form.join;
    const strips = node.values.map((value, k) => this.addStrip(value, [x + parts[k][0], y + parts[k][1]]));
    return this.part("join", null, [INPUT, ...readers], [boxAt([x, y], halfOf(node, this.form), 8), ...strips]);
  }

  /**
   * @param {TokenNode} node
   * @param {Place} place
   * @returns {SVGElement}
   */
  drawToken(node, [x, y]) {
    const half = halfOf(node, this.form);
    this.token.setAttribute("x", String(x));
    this.token.setAttribute("y", String(y));
    return this.part("reading", node.of, [node.of], [boxAt([x, y], half, half[1]), this.token, this.tokenTitle]);
  }
}

/**
 * @param {Point} centre
 * @param {Size} half
 * @param {number} rx
 * @returns {SVGRectElement}
 */
function boxAt([x, y], [halfWidth, halfHeight], rx) {
  const size = { width: 2 * halfWidth, height: 2 * halfHeight };
  return svg("rect", { class: "box", x: x - halfWidth, y: y - halfHeight, ...size, rx });
}

/**
 * @param {Point[]} points
 * @param {number} by
 * @returns {Point[]}
 */
function shortened(points, by) {
  const [from, to] = points.slice(-2);
  /** @type {(axis: 0 | 1) => number} */
  const end = (axis) => to[axis] - Math.sign(to[axis] - from[axis]) * by;
  return [...points.slice(0, -1), [end(0), end(1)]];
}
