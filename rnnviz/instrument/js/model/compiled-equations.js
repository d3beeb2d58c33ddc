// Equations as functions: each computes the vector of all units at a step, in double precision.
//
// An equation is compiled once for a layer and direction. A product with the input is computed once for each token of a
// text.

import { operationOf, partsOf } from "./elementwise.js";
import { FUNCTIONS } from "./functions.js";
import { add, multiply, multiplyInto, normalised } from "./vectors.js";

/**
 * @import { EquationData, ExpressionData, MatrixData } from "./payload.d.ts"
 * @import { Vector } from "./vectors.js"
 */

/** @typedef {Record<string, Vector>} Vectors  by name */

/**
 * What a layer reads at each step. Steps with equal tokens have equal keys, and equal vectors.
 * @typedef {object} Input
 * @property {number} width
 * @property {(step: number) => Vector} vector
 * @property {(step: number) => number} key
 */

/**
 * Where a compiled equation finds its vectors, which change from step to step.
 * @typedef {object} Place
 * @property {Vectors} now
 * @property {Vectors} before
 * @property {Input} input
 * @property {number} step
 */

/** @typedef {() => Vector} Compiled  a vector that is valid until the next call */

/**
 * @typedef {object} Layer
 * @property {number} cell  which of the model's cells it has
 * @property {string[]} states
 * @property {EquationData[]} equations
 * @property {string} direction
 * @property {Record<string, number>} units  of each quantity
 * @property {Record<string, string[]>} blocks
 * @property {Record<string, Float32Array>} arrays
 * @property {Record<string, Float32Array>} initial
 */

/** The name of the input vector. */
export const INPUT = "input_vector";

/**
 * A node as a function of the place.
 * @param {ExpressionData} node
 * @param {Layer} layer
 * @param {Place} place
 * @param {number} units  how many values it has
 * @returns {Compiled}
 */
export function compile(node, layer, place, units) {
  switch (node.kind) {
    case "value": {
      const { name } = node;
      return node.is_before ? () => place.before[name] : () => place.now[name];
    }
    case "bias": {
      const bias = weightsOf(node, layer);
      return () => bias;
    }
    case "matrix":
      return compileMatrix(node, layer, place, units);
    case "diagonal": {
      const weights = weightsOf(node, layer);
      return unitByUnit([() => weights, compile(node.of, layer, place, units)], units, multiply);
    }
    case "apply":
      return applied(FUNCTIONS[node.function].curve, compile(node.of, layer, place, units), units);
    case "layer_norm": {
      const [weights, of] = [weightsOf(node, layer), compile(node.of, layer, place, units)];
      const normal = () => normalised(of(), node.epsilon);
      return unitByUnit([normal, () => weights], units, multiply);
    }
    default:
      return combined(node, partsOf(node).map((part) => compile(part, layer, place, units)), units);
  }
}

/**
 * The curve of an activation, of sums that are computed once at each step.
 * @param {ExpressionData} curve
 * @param {Compiled} of
 * @param {number} units
 * @returns {Compiled}
 */
function applied(curve, of, units) {
  /** @type {Vector} */
  let sums;
  /** @type {(node: ExpressionData) => Compiled} */
  const inner = (node) => node.kind === "value" ? () => sums : combined(node, partsOf(node).map(inner), units);
  const compute = inner(curve);
  return () => {
    sums = of();
    return compute();
  };
}

/**
 * A node without weights, from its parts.
 * @param {ExpressionData} node
 * @param {Compiled[]} parts
 * @param {number} units
 * @returns {Compiled}
 */
function combined(node, parts, units) {
  if (node.kind === "sum") return unitByUnit(parts, units, add);
  if (node.kind === "product") return unitByUnit(parts, units, multiply);
  const [operation, [first, second]] = [operationOf(node), parts];
  const out = new Float64Array(units);
  if (!first) return () => out.fill(operation());
  return () => {
    const [one, other] = [first(), second?.()];
    if (other) { for (let unit = 0; unit < units; unit++) out[unit] = operation(one[unit], other[unit]); }
    else for (let unit = 0; unit < units; unit++) out[unit] = operation(one[unit]);
    return out;
  };
}

/**
 * A matrix product. Those with the input are kept by the key of the step.
 * @param {MatrixData} node
 * @param {Layer} layer
 * @param {Place} place
 * @param {number} units
 * @returns {Compiled}
 */
function compileMatrix(node, layer, place, units) {
  const weights = weightsOf(node, layer);
  const of = compile(node.of, layer, place, weights.length / units);
  if (!(node.of.kind === "value" && node.of.name === INPUT)) {
    const out = new Float64Array(units);
    return () => multiplyInto(weights, of(), out);
  }
  /** @type {Map<number, Float64Array>} */
  const products = new Map();
  return () => {
    const key = place.input.key(place.step);
    const product = products.get(key) ?? multiplyInto(weights, of(), new Float64Array(units));
    products.set(key, product);
    return product;
  };
}

/**
 * The rows of a parameter that belong to a node's quantity.
 * @param {{ parameter: string, block: string }} node
 * @param {Layer} layer
 * @returns {Float32Array}
 */
export function weightsOf({ parameter, block }, { blocks, arrays }) {
  const [array, names] = [arrays[parameter], blocks[parameter]];
  const size = array.length / names.length;
  const start = names.indexOf(block) * size;
  return array.subarray(start, start + size);
}

/**
 * @param {Compiled[]} parts
 * @param {number} units
 * @param {(out: Vector, vector: Vector) => void} combine
 * @returns {Compiled}
 */
function unitByUnit([first, ...others], units, combine) {
  const out = new Float64Array(units);
  return () => {
    out.set(first());
    for (const other of others) combine(out, other());
    return out;
  };
}
