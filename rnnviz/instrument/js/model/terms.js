// The values of the nodes of an equation for one unit at one step, in double precision, from the recorded values and
// the weights.

import { operationOf, partsOf } from "./elementwise.js";
import { isWeight, someNode, textOf } from "./equations.js";
import { FUNCTIONS } from "./functions.js";
import { dotProduct, normalised } from "./vectors.js";

/**
 * @import { WeightNode } from "./equations.js"
 * @import { EquationData, ExpressionData, LayerNormData, MatrixData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 * @import { Vector } from "./vectors.js"
 */

/**
 * Where an equation is evaluated.
 * @typedef {object} Scope
 * @property {Trace} trace
 * @property {number} step
 * @property {number} unit
 * @property {Map<MatrixData, number>} products  matrix products of the unit, which several lines show
 * @property {Map<LayerNormData, Vector>} norms   normalised vectors of the step, which all units share
 */

/**
 * A product in a weighted sum: amount = gate × weight × value.
 * @typedef {object} SumTerm
 * @property {MatrixData} matrix  whose weight it is
 * @property {number} index       of the value in the vector that the matrix multiplies
 * @property {number} weight
 * @property {number} value
 * @property {string} gate        the symbol of what else multiplies the term, "" for nothing
 * @property {number} amount
 */

/**
 * A bias, or anything else in a weighted sum that no matrix multiplies.
 * @typedef {object} SumConstant
 * @property {ExpressionData} node
 * @property {number} value
 * @property {string} gate
 * @property {number} amount
 */

/** What numbers replace: a matrix or a norm makes one number of a whole vector. */
const LEAVES = new Set(["value", "number", "bias", "matrix", "layer_norm"]);

/**
 * Where an equation is to be evaluated.
 * @param {Trace} trace
 * @param {number} step
 * @param {number} unit
 * @returns {Scope}
 */
export function scopeOf(trace, step, unit) {
  return { trace, step, unit, products: new Map(), norms: new Map() };
}

/**
 * Whether everything that a node needs was sent.
 * @param {Trace} trace
 * @param {ExpressionData} node
 * @returns {boolean}
 */
export function isComputable({ weights, arrays, initial }, node) {
  return !someNode(node, (part) => {
    if (part.kind === "value") return !(part.name in arrays) || (part.is_before && !(part.name in initial));
    if (part.kind === "apply") return !(part.function in FUNCTIONS);
    return isWeight(part) && !weights?.blocks[part.parameter]?.includes(part.block);
  });
}

/**
 * The value of a node for the unit of the scope. The node is computable.
 * @param {ExpressionData} node
 * @param {Scope} scope
 * @returns {number}
 */
export function valueOf(node, scope) {
  switch (node.kind) {
    case "value":
      return vectorOf(node, scope)[scope.unit];
    case "bias":
      return weightOf(node, scope);
    case "matrix": {
      const product = scope.products.get(node) ?? dotProduct(weightRow(node, scope), vectorOf(node.of, scope));
      scope.products.set(node, product);
      return product;
    }
    case "diagonal":
      return weightOf(node, scope) * valueOf(node.of, scope);
    case "apply":
      return FUNCTIONS[node.function].compute(valueOf(node.of, scope));
    case "layer_norm": {
      const normal = scope.norms.get(node) ?? normalised(vectorOf(node.of, scope), node.epsilon);
      scope.norms.set(node, normal);
      return weightOf(node, scope) * normal[scope.unit];
    }
    default:
      return operationOf(node)(...partsOf(node).map((part) => valueOf(part, scope)));
  }
}

/**
 * The values of a node for all units, or for all inputs: what a matrix multiplies.
 * @param {ExpressionData} node
 * @param {Scope} scope
 * @returns {Vector}
 */
export function vectorOf(node, scope) {
  const { trace, step } = scope;
  if (node.kind === "value") {
    return node.is_before ? trace.valuesBefore(node.name, step) : trace.vector(node.name, step);
  }
  const length = widthOf(node, trace);
  return Float64Array.from({ length }, (_, unit) => valueOf(node, { ...scope, unit, products: new Map() }));
}

/**
 * How many values a node has.
 * @param {ExpressionData} node
 * @param {Trace} trace
 * @returns {number}
 */
export function widthOf(node, trace) {
  if (node.kind === "value") return trace.width(node.name);
  return isWeight(node) ? trace.width(node.block) : Math.max(...partsOf(node).map((part) => widthOf(part, trace)));
}

/**
 * The weights of a node that belong to the unit of the scope: a row of a matrix, or a single number.
 * @param {WeightNode} node
 * @param {Scope} scope
 * @returns {Float32Array}
 */
function weightRow({ parameter, block }, { trace, unit }) {
  if (!trace.weights) throw new Error("the weights have not been sent");
  const [blocks, array] = [trace.weights.blocks[parameter], trace.weights.arrays[parameter]];
  const units = trace.width(block);
  const width = array.length / (blocks.length * units);
  const start = (blocks.indexOf(block) * units + unit) * width;
  return array.subarray(start, start + width);
}

/**
 * The single weight of a bias, a diagonal or a norm for the unit of the scope.
 * @param {WeightNode} node
 * @param {Scope} scope
 * @returns {number}
 */
export function weightOf(node, scope) {
  return weightRow(node, scope)[0];
}

/**
 * Whether a node contains weights.
 * @param {ExpressionData} node
 * @returns {boolean}
 */
export function hasWeights(node) {
  return someNode(node, isWeight);
}

/**
 * The weighted sum of an equation, which a gate's activation is applied to.
 * @param {EquationData} equation
 * @returns {ExpressionData | null} null if the equation has no weights
 */
export function weightedSumOf({ right }) {
  if (!hasWeights(right)) return null;
  return right.kind === "apply" ? right.of : right;
}

/**
 * The nodes that are replaced by numbers when values are put into an equation, in their order.
 * @param {ExpressionData} node
 * @returns {ExpressionData[]}
 */
export function leavesOf(node) {
  return LEAVES.has(node.kind) ? [node] : partsOf(node).flatMap(leavesOf);
}

/**
 * The operands of an equation's outermost operation: the sum that is activated, the products that are added, or the
 * factors.
 * @param {EquationData} equation
 * @returns {ExpressionData[] | null} null if they are single numbers anyway
 */
export function lastOperands({ right }) {
  const operands = LEAVES.has(right.kind) ? [] : partsOf(right);
  return operands.every(({ kind }) => LEAVES.has(kind)) ? null : operands;
}

/**
 * Split a weighted sum into its terms and constants, whose amounts add up to it.
 * @param {ExpressionData} sum
 * @param {Scope} scope
 * @returns {{ terms: SumTerm[], constants: SumConstant[] }}
 */
export function decompose(sum, scope) {
  /** @type {SumTerm[]} */
  const terms = [];
  /** @type {SumConstant[]} */
  const constants = [];
  const { byName } = scope.trace;
  /** @type {(...symbols: string[]) => string} */
  const times = (...symbols) => symbols.filter(Boolean).join(" × ");

  /**
   * @param {ExpressionData} node
   * @param {number} scale
   * @param {string} gate
   */
  function visit(node, scale, gate) {
    const weighted = partsOf(node).filter(hasWeights);
    if (node.kind === "sum") {
      for (const term of node.terms) visit(term, scale, gate);
    } else if (node.kind === "product" && weighted.length === 1) {
      const others = node.factors.filter((factor) => factor !== weighted[0]);
      const factor = others.reduce((product, other) => product * valueOf(other, scope), scale);
      visit(weighted[0], factor, times(gate, ...others.map((other) => textOf(other, byName))));
    } else if (node.kind === "diagonal" && !weighted.length) {
      const [value, factor] = [weightOf(node, scope), scale * valueOf(node.of, scope)];
      constants.push({ node, value, gate: times(gate, textOf(node.of, byName)), amount: factor * value });
    } else if (node.kind === "matrix") {
      const vector = vectorOf(node.of, scope);
      weightRow(node, scope).forEach((weight, index) => {
        const value = vector[index];
        terms.push({ matrix: node, index, weight, value, gate, amount: scale * weight * value });
      });
    } else {
      const value = valueOf(node, scope);
      constants.push({ node, value, gate, amount: scale * value });
    }
  }

  visit(sum, 1, "");
  return { terms, constants };
}

/**
 * The largest terms of a sum, the largest first, with the count and the sum of the others.
 * @param {SumTerm[]} terms
 * @param {number} count
 * @returns {{ largest: SumTerm[], others: number, rest: number }}
 */
export function largestTerms(terms, count) {
  const sorted = terms.toSorted((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  const others = sorted.slice(count);
  const rest = others.reduce((sum, term) => sum + term.amount, 0);
  return { largest: sorted.slice(0, count), others: others.length, rest };
}
