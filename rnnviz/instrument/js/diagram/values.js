// The values that a diagram shows (see geometry.js), as numbers, words and colours.

import { textColour } from "../model/colours.js";
import { insideOf, symbolOf } from "../model/equations.js";
import { FUNCTIONS, symbolOfFunction } from "../model/functions.js";

const MINUS_ONE = "t−1";

/** The numbers of a value at a step; null where they are not part of the trace. */
export function numbersOf({ factors }, trace, step) {
  if (!factors) return null;
  let product = null;
  for (const factor of factors) {
    const numbers = factorNumbers(factor, trace, step);
    if (!numbers) return null;
    product = product ? product.map((value, unit) => value * numbers[unit]) : numbers;
  }
  return product;
}

function factorNumbers({ name, before, rest, squashed }, trace, step) {
  if (!(name in trace.arrays)) return null;
  const vector = before ? trace.before(name, step) : trace.vector(name, step);
  if (rest) return vector.map((value) => 1 - value);
  if (!squashed) return vector;
  return squashed in FUNCTIONS ? vector.map(FUNCTIONS[squashed].of) : null;
}

/** The quantity in whose colours and on whose scale a value is shown. */
export function scaleOf({ of, limits }, trace) {
  const quantity = trace.byName[of];
  return limits ? { ...quantity, limits } : quantity;
}

/** How a value is written: pieces {text, sub, name}, for labels in the colours of the roles. */
export function piecesOf({ of, factors }, trace) {
  return (factors ?? [{ name: of }]).flatMap((factor, k) => [...(k ? [{ text: " ⊙ " }] : []), ...factorPieces(factor, trace)]);
}

function factorPieces({ name, before, rest, squashed }, trace) {
  const piece = { text: trace.byName[name].symbol, sub: before ? MINUS_ONE : "t", name };
  if (rest) return [{ text: "(1 − " }, piece, { text: ")" }];
  return squashed ? [{ text: `${symbolOfFunction(squashed)}(` }, piece, { text: ")" }] : [piece];
}

/** The right side of an equation (see equations.js) in such pieces; only old states say of when they are. */
export function formulaPieces(node, trace) {
  const inner = insideOf(node).map((part) => formulaPieces(part, trace));
  const between = (sign) => inner.flatMap((pieces, k) => (k ? [{ text: sign(k) }, ...pieces] : pieces));
  switch (node.kind) {
    case "quantity":
      return [{ text: trace.byName[node.name].symbol, sub: node.before ? MINUS_ONE : "", name: node.name }];
    case "product":
      return between(() => "\u2009⊙\u2009");
    case "sum":
      return [...(node.terms[0].sign < 0 ? [{ text: "−" }] : []), ...between((k) => (node.terms[k].sign < 0 ? " − " : " + "))];
    case "group":
      return [{ text: "(" }, ...inner[0], { text: ")" }];
    case "call":
      return [{ text: symbolOfFunction(node.name) + (node.of.kind === "group" ? "" : " ") }, ...inner[0]];
    default:
      return [{ text: symbolOf(node, trace.byName) }];
  }
}

/** A value in words: "forget gate", "forget gate × cell state before". */
export function wordsOf({ of, factors }, trace) {
  const words = ({ name, before, rest, squashed }) => {
    const title = trace.byName[name].title + (before ? " before" : "");
    return rest ? `(1 − ${title})` : squashed ? `${symbolOfFunction(squashed)} of the ${title}` : title;
  };
  return (factors ?? [{ name: of }]).map(words).join(" × ");
}

/** A role's colour for lines and text, as the page has it for its theme, or else the plain one. */
export function inkOf({ name, colour }) {
  return textColour(name).replace(")", `, ${colour})`);
}

export function meanOf(numbers) {
  let sum = 0;
  for (const value of numbers) sum += value;
  return sum / numbers.length;
}
