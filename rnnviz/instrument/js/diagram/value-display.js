// The values of a diagram as numbers, labels, words and colours.

import { textColour } from "../model/colours.js";
import { partsOf } from "../model/elementwise.js";
import { isBracketed, textOf, weightSymbol } from "../model/equations.js";
import { FUNCTIONS, symbolOfFunction } from "../model/functions.js";
import { MINUS } from "../model/numbers.js";

/**
 * @import { ExpressionData } from "../model/payload.d.ts"
 * @import { Quantity, Trace } from "../model/trace.js"
 * @import { Factor, Value } from "./geometry.js"
 */

/**
 * A piece of a label; with a name it has the colour of that quantity.
 * @typedef {{ text: string, sub?: string, name?: string }} Piece
 */

const BEFORE = `t${MINUS}1`;
const TIMES = "\u2009⊙\u2009";

/**
 * The numbers of a value at a step.
 * @param {Pick<Value, "factors">} value
 * @param {Trace} trace
 * @param {number} step
 * @returns {Float32Array | null} null where they are not part of the trace
 */
export function numbersOf({ factors }, trace, step) {
  /** @type {Float32Array | null} */
  let product = null;
  for (const factor of factors ?? []) {
    const numbers = factorNumbers(factor, trace, step);
    if (!numbers) return null;
    product = product ? product.map((value, unit) => value * numbers[unit]) : numbers;
  }
  return product;
}

/**
 * @param {Factor} factor
 * @param {Trace} trace
 * @param {number} step
 * @returns {Float32Array | null}
 */
function factorNumbers({ name, before, complement, squash }, trace, step) {
  if (!(name in trace.arrays)) return null;
  const vector = before ? trace.valuesBefore(name, step) : trace.vector(name, step);
  if (complement) return vector.map((value) => 1 - value);
  if (!squash) return vector;
  return squash in FUNCTIONS ? vector.map((value) => FUNCTIONS[squash].compute(value)) : null;
}

/**
 * The quantity in whose colours a value is shown, with the scale of the value.
 * @param {Value} value
 * @param {Trace} trace
 * @returns {Quantity}
 */
export function scaleOf({ of, limits }, trace) {
  const quantity = trace.byName[of];
  return limits ? { ...quantity, limits } : quantity;
}

/**
 * How a value is written on a label.
 * @param {Value} value
 * @param {Trace} trace
 * @returns {Piece[]}
 */
export function labelPieces({ of, factors }, trace) {
  return (factors ?? [{ name: of }]).flatMap((factor, k) => [
    ...(k ? [{ text: " ⊙ " }] : []),
    ...factorPieces(factor, trace),
  ]);
}

/**
 * @param {Factor} factor
 * @param {Trace} trace
 * @returns {Piece[]}
 */
function factorPieces({ name, before, complement, squash }, trace) {
  const piece = { text: trace.byName[name].symbol, sub: before ? BEFORE : "t", name };
  if (complement) return [{ text: `(1 ${MINUS} ` }, piece, { text: ")" }];
  return squash ? [{ text: `${symbolOfFunction(squash)}(` }, piece, { text: ")" }] : [piece];
}

/**
 * The right side of an equation in such pieces. Only old states show their time.
 * @param {ExpressionData} node
 * @param {Trace} trace
 * @returns {Piece[]}
 */
export function formulaPieces(node, trace) {
  const parts = partsOf(node).map((part) => {
    const pieces = formulaPieces(part, trace);
    return isBracketed(node, part) ? [{ text: "(" }, ...pieces, { text: ")" }] : pieces;
  });
  /** @type {(sign: string) => Piece[]} */
  const joinedBy = (sign) => parts.flatMap((pieces, k) => (k ? [{ text: sign }, ...pieces] : pieces));
  switch (node.kind) {
    case "value":
      return [{ text: trace.byName[node.name].symbol, sub: node.is_before ? BEFORE : "", name: node.name }];
    case "sum":
      return joinedBy(" + ");
    case "product":
      return joinedBy(TIMES);
    case "quotient":
      return joinedBy(" / ");
    case "primitive":
      return [{ text: `${node.name}(` }, ...joinedBy(", "), { text: ")" }];
    case "diagonal":
      return [{ text: weightSymbol(node, trace.byName).join("_") }, { text: TIMES }, ...parts[0]];
    case "matrix": {
      const [text, sub] = weightSymbol(node, trace.byName);
      return [{ text, sub }, { text: "\u2009" }, ...parts[0]];
    }
    case "complement":
      return [{ text: "1" }, { text: ` ${MINUS} ` }, ...parts[0]];
    case "apply":
      return [{ text: symbolOfFunction(node.function) }, ...parts[0]];
    default:
      return [{ text: textOf(node, trace.byName) }];
  }
}

/**
 * A value in words: "forget gate × cell state before".
 * @param {Value} value
 * @param {Trace} trace
 * @returns {string}
 */
export function wordsOf({ of, factors }, trace) {
  /** @type {(factor: Factor) => string} */
  const words = ({ name, before, complement, squash }) => {
    const title = trace.byName[name].title + (before ? " before" : "");
    if (complement) return `(1 ${MINUS} ${title})`;
    return squash ? `${symbolOfFunction(squash)} of the ${title}` : title;
  };
  return (factors ?? [{ name: of }]).map(words).join(" × ");
}

/**
 * A quantity's colour for lines and text: the theme's, or else the plain one.
 * @param {Pick<Quantity, "name" | "colour">} quantity
 * @returns {string}
 */
export function inkOf({ name, colour }) {
  return textColour(name).replace(")", `, ${colour})`);
}

/**
 * The mean of numbers.
 * @param {ArrayLike<number>} numbers
 * @returns {number}
 */
export function meanOf(numbers) {
  let sum = 0;
  for (let k = 0; k < numbers.length; k++) sum += numbers[k];
  return sum / numbers.length;
}
