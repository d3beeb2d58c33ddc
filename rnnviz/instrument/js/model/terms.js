// The values of the nodes of an equation for one unit at one step, in double precision, from the recorded values and
// the weights.

import { childrenOf, mainQuantity, someNode, textOf, ungrouped } from "./equations.js";
import { FUNCTIONS } from "./functions.js";
import { MINUS } from "./numbers.js";

/**
 * @import { Equation, MatrixNode, Node } from "./equations.js"
 * @import { Trace, Weights } from "./trace.js"
 */

/**
 * Where an equation is evaluated.
 * @typedef {object} Scope
 * @property {Trace} trace
 * @property {number} block          of the target's rows in the matrices; -1 without weights
 * @property {number} peepholeBlock  of the target among the peepholes; -1 if it has none
 * @property {number} step
 * @property {number} unit
 * @property {Map<MatrixNode, number>} products  matrix products, which several lines show
 */

/**
 * A product in a weighted sum: amount = gate × weight × value.
 * @typedef {object} SumTerm
 * @property {Node} of       the vector that the weight multiplies
 * @property {number} index  of the value in the vector
 * @property {number} weight
 * @property {number} value
 * @property {string} gate   the symbol of a gate that multiplies the term, "" for none
 * @property {number} amount
 */

/**
 * A bias, or anything else in a weighted sum that no matrix multiplies.
 * @typedef {object} SumConstant
 * @property {Node} node
 * @property {number} value
 * @property {string} gate
 * @property {number} amount
 */

const LEAVES = new Set(["number", "quantity", "bias", "matrix", "peephole"]);
const WEIGHTS = new Set(["matrix", "bias", "peephole"]);

/**
 * Where an equation is to be evaluated.
 * @param {Trace} trace
 * @param {string} target  the quantity that the equation computes
 * @param {number} step
 * @param {number} unit
 * @returns {Scope}
 */
export function scopeOf(trace, target, step, unit) {
  const { weights } = trace;
  const block = weights ? weights.rows.indexOf(target) : -1;
  return { trace, block, peepholeBlock: peepholeBlockOf(weights, target), step, unit, products: new Map() };
}

/**
 * @param {Weights | null} weights
 * @param {string} target
 * @returns {number}
 */
function peepholeBlockOf(weights, target) {
  return weights?.extra.weight_peephole?.indexOf(target) ?? -1;
}

/**
 * Whether everything that an equation needs was sent.
 * @param {Trace} trace
 * @param {Equation} equation
 * @returns {boolean}
 */
export function isComputable(trace, { target, tree }) {
  const { weights, arrays, initial } = trace;
  return !someNode(tree, (node) => {
    if (node.kind === "quantity") return !(node.name in arrays) || (node.before && !(node.name in initial));
    if (node.kind === "matrix" || node.kind === "bias") return !weights?.rows.includes(target);
    if (node.kind === "peephole") return peepholeBlockOf(weights, target) < 0;
    return node.kind === "call" && !(node.name in FUNCTIONS);
  });
}

/**
 * The value of a node for the unit of the scope. The equation is computable.
 * @param {Node} node
 * @param {Scope} scope
 * @returns {number}
 */
export function valueOf(node, scope) {
  const { trace, unit, block, products } = scope;
  switch (node.kind) {
    case "number":
      return node.value;
    case "quantity":
      return vectorOf(node, scope)[unit];
    case "bias":
      return parameter(trace, `bias_${node.part}`)[block * trace.units + unit];
    case "peephole":
      return parameter(trace, "weight_peephole")[scope.peepholeBlock * trace.units + unit];
    case "matrix": {
      const product = products.get(node) ?? dotProduct(weightRow(node, scope), vectorOf(node.of, scope));
      products.set(node, product);
      return product;
    }
    case "sum":
      return node.terms.reduce((sum, { sign, of }) => sum + sign * valueOf(of, scope), 0);
    case "product":
      return node.factors.reduce((product, factor) => product * valueOf(factor, scope), 1);
    case "call":
      return FUNCTIONS[node.name].compute(valueOf(node.of, scope));
    default:
      return valueOf(node.of, scope);
  }
}

/**
 * The values of a node for all units, or for all inputs: what a matrix multiplies.
 * @param {Node} node
 * @param {Scope} scope
 * @returns {Float32Array | Float64Array}
 */
export function vectorOf(node, scope) {
  const { trace, step } = scope;
  if (node.kind === "quantity") {
    return node.before ? trace.valuesBefore(node.name, step) : trace.vector(node.name, step);
  }
  if (node.kind === "group") return vectorOf(node.of, scope);
  const length = trace.width(mainQuantity(node)?.name ?? "");
  return Float64Array.from({ length }, (_, unit) => valueOf(node, { ...scope, unit, products: new Map() }));
}

/**
 * @param {Trace} trace
 * @param {string} name
 * @returns {Float32Array}
 */
function parameter(trace, name) {
  if (!trace.weights) throw new Error("the weights have not been sent");
  return trace.weights.arrays[name];
}

/**
 * The row of a weight matrix that belongs to the target and the unit of the scope.
 * @param {MatrixNode} node
 * @param {Scope} scope
 * @returns {Float32Array}
 */
function weightRow(node, { trace, block, unit }) {
  const width = node.part === "ih" ? trace.inputSize : trace.units;
  const start = (block * trace.units + unit) * width;
  return parameter(trace, `weight_${node.part}`).subarray(start, start + width);
}

/**
 * @param {Float32Array} row
 * @param {Float32Array | Float64Array} vector
 * @returns {number}
 */
function dotProduct(row, vector) {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] * vector[k];
  return sum;
}

/**
 * Whether a node contains weights.
 * @param {Node} node
 * @returns {boolean}
 */
export function hasWeights(node) {
  return someNode(node, ({ kind }) => WEIGHTS.has(kind));
}

/**
 * The weighted sum of an equation, which a gate's activation is applied to.
 * @param {Equation} equation
 * @returns {Node | null} null if the equation has no weights
 */
export function weightedSumOf({ tree }) {
  if (!hasWeights(tree)) return null;
  return tree.kind === "call" ? ungrouped(tree.of) : tree;
}

/**
 * The nodes that are replaced by numbers when values are put into an equation, in their order.
 * @param {Node} node
 * @returns {Node[]}
 */
export function leavesOf(node) {
  return LEAVES.has(node.kind) ? [node] : childrenOf(node).flatMap(leavesOf);
}

/**
 * The operands of an equation's outermost operation: the sum that is activated, the products that are added, or the
 * factors.
 * @param {Equation} equation
 * @returns {Node[] | null} null if they are single numbers anyway
 */
export function lastOperands({ tree }) {
  const outer = ungrouped(tree);
  if (LEAVES.has(outer.kind)) return null;
  const operands = childrenOf(outer).map(ungrouped);
  return operands.every(({ kind }) => LEAVES.has(kind)) ? null : operands;
}

/**
 * Split a weighted sum into its terms and constants, whose amounts add up to it.
 * @param {Node} sum
 * @param {Scope} scope
 * @returns {{ terms: SumTerm[], constants: SumConstant[] }}
 */
export function decompose(sum, scope) {
  /** @type {SumTerm[]} */
  const terms = [];
  /** @type {SumConstant[]} */
  const constants = [];
  const { byName } = scope.trace;

  /**
   * @param {Node} node
   * @param {number} scale
   * @param {string} gate
   */
  function visit(node, scale, gate) {
    const weighted = childrenOf(node).filter(hasWeights);
    if (node.kind === "group") {
      visit(node.of, scale, gate);
    } else if (node.kind === "sum") {
      for (const { sign, of } of node.terms) visit(of, scale * sign, sign < 0 ? `${MINUS}${gate || 1}` : gate);
    } else if (node.kind === "product" && weighted.length === 1) {
      const others = node.factors.filter((factor) => factor !== weighted[0]);
      const factor = others.reduce((product, other) => product * valueOf(other, scope), scale);
      visit(weighted[0], factor, [gate, ...others.map((other) => textOf(other, byName))].filter(Boolean).join(" × "));
    } else if (node.kind === "matrix") {
      const vector = vectorOf(node.of, scope);
      weightRow(node, scope).forEach((weight, index) => {
        const value = vector[index];
        terms.push({ of: node.of, index, weight, value, gate, amount: scale * weight * value });
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
