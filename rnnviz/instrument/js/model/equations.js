// A cell's equations: the trees of rnnviz/cells/expressions.py, and how they are read and written.

import { partsOf } from "./elementwise.js";
import { symbolOfFunction } from "./functions.js";
import { MINUS, withMinus } from "./numbers.js";

/**
 * @import { BiasData, DiagonalData, EquationData, ExpressionData, LayerNormData, MatrixData, PhaseData, QuantityData,
 *   ValueData } from "./payload.d.ts"
 */

/** @typedef {MatrixData | BiasData | DiagonalData | LayerNormData} WeightNode  a node with weights of its own */

const LINEAR = "linear"; // an activation that is not written and changes nothing
/** How tightly nodes bind: 1 as sums do, 2 as products do; others need no brackets anywhere. */
const BINDING = new Map(
  [["sum", 1], ["complement", 1], ["product", 2], ["quotient", 2], ["matrix", 2], ["diagonal", 2]],
);
const TIGHTEST = 3;
/** How tightly the parts of a node must bind to need no brackets. Activations always have brackets. */
const NEEDED = new Map(
  [["primitive", 0], ["sum", 2], ["complement", 2], ["product", 2], ["quotient", 3], ["matrix", 3], ["diagonal", 3]],
);

/**
 * An equation as it is written: without linear activations.
 * @param {EquationData} equation
 * @returns {EquationData}
 */
export function writtenEquation({ target, right }) {
  return { target, right: written(right) };
}

/**
 * @param {ExpressionData} node
 * @returns {ExpressionData}
 */
function written(node) {
  if (node.kind === "apply" && node.function === LINEAR) return written(node.of);
  if (node.kind === "sum") return { ...node, terms: node.terms.map(written) };
  if (node.kind === "product") return { ...node, factors: node.factors.map(written) };
  if (node.kind === "primitive") return { ...node, arguments: node.arguments.map(written) };
  if (node.kind === "quotient") {
    return { ...node, dividend: written(node.dividend), divisor: written(node.divisor) };
  }
  return "of" in node ? { ...node, of: written(node.of) } : node;
}

/**
 * The equations of all phases.
 * @param {{ phases: PhaseData[] }} trace
 * @returns {EquationData[]}
 */
export function equationsOf({ phases }) {
  return phases.flatMap(({ equations }) => equations);
}

/**
 * The equation that computes a quantity.
 * @param {{ phases: PhaseData[] }} trace
 * @param {string} name
 * @returns {EquationData | undefined}
 */
export function equationFor(trace, name) {
  return equationsOf(trace).find(({ target }) => target === name);
}

/**
 * The phase that stands for a whole step: the one that computes what the cell passes on. Where a gate carries a state
 * on, as the LSTM's forget gate does the cell state, that is this state.
 * @param {{ phases: PhaseData[], gatedStates: { state: string }[] }} trace
 * @returns {number}  an index
 */
export function mainPhase({ phases, gatedStates }) {
  const state = gatedStates.at(-1)?.state ?? "hidden";
  return Math.max(phases.findIndex(({ computes }) => computes.includes(state)), 0);
}

/**
 * The phase that computes a quantity.
 * @param {{ phases: PhaseData[] }} trace
 * @param {string} name
 * @returns {number | null}  an index; null if none does
 */
export function phaseOf({ phases }, name) {
  const phase = phases.findIndex(({ computes }) => computes.includes(name));
  return phase < 0 ? null : phase;
}

/**
 * Whether a part is written in brackets inside a node. An activation or a norm always writes them around its part,
 * and a primitive around all of them.
 * @param {ExpressionData} node
 * @param {ExpressionData} part
 * @returns {boolean}
 */
export function isBracketed(node, part) {
  return (BINDING.get(part.kind) ?? TIGHTEST) < (NEEDED.get(node.kind) ?? Infinity);
}

/**
 * A node and all below it, each before its parts.
 * @param {ExpressionData} node
 * @returns {ExpressionData[]}
 */
export function nodesIn(node) {
  return [node, ...partsOf(node).flatMap(nodesIn)];
}

/**
 * Whether a test holds for a node or anything below it.
 * @param {ExpressionData} node
 * @param {(node: ExpressionData) => boolean} test
 * @returns {boolean}
 */
export function someNode(node, test) {
  return test(node) || partsOf(node).some((part) => someNode(part, test));
}

/**
 * Whether a node has weights of its own.
 * @param {ExpressionData} node
 * @returns {node is WeightNode}
 */
export function isWeight(node) {
  return "parameter" in node;
}

/**
 * The quantity that a node is about: itself, or in a product the old state rather than its gate.
 * @param {ExpressionData} node
 * @returns {ValueData | null}
 */
export function mainValue(node) {
  if (node.kind === "value") return node;
  const values = partsOf(node).flatMap((part) => mainValue(part) ?? []);
  return values.find(({ is_before: isBefore }) => isBefore) ?? values[0] ?? null;
}

/**
 * How the weights of a node are written: a letter, and what is below the line.
 * @param {WeightNode} node
 * @param {Record<string, QuantityData>} byName
 * @returns {[letter: string, label: string]}
 */
export function weightSymbol({ kind, parameter, block }, byName) {
  const symbol = byName[block]?.symbol ?? block;
  const ends = parameter.slice(parameter.lastIndexOf("_") + 1);
  const source = ends[0]; // "i" of weight_ih, "h" of weight_hh
  if (kind === "matrix" && ends.length === 2 && ends[1] !== "h") return ["W", ends]; // weight_hr
  if (kind === "diagonal") return [source, symbol];
  return kind === "layer_norm" ? ["LN", symbol] : [kind === "matrix" ? "W" : "b", source + symbol];
}

/**
 * The text of a part of a node, in brackets where it needs them.
 * @param {ExpressionData} node
 * @param {ExpressionData} part
 * @param {Record<string, QuantityData>} byName
 * @returns {string}
 */
export function partText(node, part, byName) {
  const text = textOf(part, byName);
  return isBracketed(node, part) ? `(${text})` : text;
}

/**
 * A node as one short line of text, without times: "r ⊙ h".
 * @param {ExpressionData} node
 * @param {Record<string, QuantityData>} byName
 * @returns {string}
 */
export function textOf(node, byName) {
  const parts = partsOf(node).map((part) => partText(node, part, byName));
  const weights = isWeight(node) ? weightSymbol(node, byName).join("_") : "";
  switch (node.kind) {
    case "value":
      return byName[node.name]?.symbol ?? node.name;
    case "bias":
      return weights;
    case "matrix":
    case "layer_norm":
      return `${weights} ${parts[0]}`;
    case "diagonal":
      return `${weights} ⊙ ${parts[0]}`;
    case "sum":
      return parts.join(" + ");
    case "product":
      return parts.join(" ⊙ ");
    case "complement":
      return `1 ${MINUS} ${parts[0]}`;
    case "apply":
      return `${symbolOfFunction(node.function)} ${parts[0]}`;
    case "number":
      return withMinus(String(node.value));
    case "quotient":
      return parts.join(" / ");
    case "primitive":
      return `${node.name}(${parts.join(", ")})`;
  }
}
