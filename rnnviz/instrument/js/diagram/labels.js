// The labels of a diagram: symbols with their subscripts, and the texts of boxes.

import { symbolOfFunction } from "../model/functions.js";
import { svg } from "../page/dom.js";
import { formulaPieces, inkOf, labelPieces } from "./value-display.js";

/**
 * @import { ExpressionData } from "../model/payload.d.ts"
 * @import { Trace } from "../model/trace.js"
 * @import { Form, Place, Point, Side, Value } from "./geometry.js"
 * @import { Piece } from "./value-display.js"
 */

/**
 * A piece of text; drop says how far it is below the line.
 * @typedef {{ text: string, className: string, drop: number, ink?: string, dx?: string }} Span
 */

const LETTER = 0.6; // the width of a letter, as a share of its height
const FULL_SIZE = { gate: 15, function: 13 }; // of letters in boxes, in pixels
const SUBSCRIPT_DROP = 3.5;
// For a label across a wire: letters with a rim in the cell's background colour, which interrupts the wire.
const CLEARING = "paint-order: stroke; stroke: var(--panel); stroke-width: 5px; stroke-linejoin: round";

/**
 * The label of a strip, or of the end of a lane.
 * @param {Value} value
 * @param {Point | Place} place
 * @param {Side | "end" | null | undefined} side
 * @param {Trace} trace
 * @param {Form} form
 * @returns {SVGTextElement | null} null for a strip without a label
 */
export function labelOf(value, [x, y], side, trace, form) {
  if (!side) return null;
  const [labelX, labelY, anchor] = labelPlace([x, y], side, form);
  const spans = labelPieces(value, trace).flatMap((piece) => symbolSpans(piece, trace));
  const { role, title } = trace.byName[value.of];
  const plain = value.factors?.length === 1 && !value.factors[0].squash;
  const roomy = side === "above" || side === "right";
  if (plain && roomy && (role === "state" || role === "vector")) {
    spans.push({ text: title, className: "words", drop: 0, dx: "0.45em" });
  }
  const style = side === "across" ? CLEARING : null;
  return svg("text", { class: "symbol", x: labelX, y: labelY, "text-anchor": anchor, style }, level(spans));
}

/**
 * Where a label begins or ends, and which of the two.
 * @param {Point} centre  of the strip, or the end of a lane
 * @param {Side | "end"} side
 * @param {Form} form
 * @returns {[x: number, y: number, anchor: string]}
 */
function labelPlace([x, y], side, form) {
  const [halfWidth, halfHeight] = form.strip.map((length) => length / 2);
  const gap = form.label;
  switch (side) {
    case "above":
    case "short":
      return [x - halfWidth, y - halfHeight - gap, "start"];
    case "ahead":
    case "across":
      return [x + gap, y - halfHeight - gap, "start"];
    case "below":
      return [x - halfWidth, y + halfHeight + gap + 10, "start"];
    case "right":
      return [x + halfWidth + gap, y + 4.5, "start"];
    case "left":
      return [x - halfWidth - gap, y + 4.5, "end"];
    default:
      return form.turnsFirst === "y" ? [x + gap, y + 4.5, "start"] : [x, y + gap + 10, "middle"];
  }
}

/**
 * The text of a box: the name of an activation, or the right side of an equation.
 * @param {string | ExpressionData} label
 * @param {Point} place
 * @param {Trace} trace
 * @param {Form} form
 * @returns {SVGTextElement}
 */
export function boxText(label, [x, y], trace, form) {
  if (typeof label === "string") return functionText(symbolOfFunction(label), "gate", [x, y], form);
  const spans = formulaPieces(label, trace).flatMap((piece) => symbolSpans(piece, trace));
  return svg("text", { class: "symbol formula", x, y }, level(spans));
}

/**
 * The name of a function in a box, in smaller letters if it is too long for it.
 * @param {string} text
 * @param {"gate" | "function"} kind
 * @param {Point} place
 * @param {Form} form
 * @returns {SVGTextElement}
 */
export function functionText(text, kind, [x, y], form) {
  const room = (kind === "gate" ? form.gate.size[0] : form.strip[0]) - 8;
  const size = room / (LETTER * text.length);
  const style = size < FULL_SIZE[kind] ? `font-size: ${size.toFixed(1)}px` : null;
  return svg("text", { class: "glyph", x, y, style }, text);
}

/**
 * A piece of a label: a symbol with its subscript, or a sign.
 * @param {Piece} piece
 * @param {Trace} trace
 * @returns {Span[]}
 */
function symbolSpans({ text, sub, name }, trace) {
  if (!name && !sub) return [{ text, className: "sign", drop: 0 }];
  const ink = name && inkOf(trace.byName[name]);
  const letter = { text, ink, className: "letter", drop: 0 };
  return sub ? [letter, { text: sub, ink, className: "sub", drop: SUBSCRIPT_DROP }] : [letter];
}

/**
 * Spans as elements, each at its own height: in SVG, dy moves everything that follows.
 * @param {Span[]} spans
 * @returns {SVGTSpanElement[]}
 */
function level(spans) {
  let height = 0;
  return spans.map(({ text, className, drop, ink, dx }) => {
    const element = svg("tspan", { class: className, dx, dy: drop - height, style: ink && `--ink: ${ink}` }, text);
    height = drop;
    return element;
  });
}
