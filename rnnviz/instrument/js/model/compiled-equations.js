// Equations as functions: each computes the vector of all units at a step, in double precision.
//
// An equation is compiled once for a layer and direction. A product with the input is computed once for each token of a
// text.

import { FUNCTIONS } from "./functions.js";
import { add, multiply, multiplyInto, normalised } from "./vectors.js";

/**
 * @import { ExpressionData, MatrixData } from "./payload.d.ts"
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
 * @property {string} direction
 * @property {number} units
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
 * @returns {Compiled}
 */
export function compile(node, layer, place) {
  const { units } = layer;
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
      return compileMatrix(node, layer, place);
    case "diagonal": {
      const weights = weightsOf(node, layer);
      return unitByUnit([() => weights, compile(node.of, layer, place)], units, multiply);
    }
    case "sum":
      return unitByUnit(node.terms.map((term) => compile(term, layer, place)), units, add);
    case "product":
      return unitByUnit(node.factors.map((factor) => compile(factor, layer, place)), units, multiply);
    case "complement":
      return changed(compile(node.of, layer, place), units, (value) => 1 - value);
    case "apply": {
      const { compute } = FUNCTIONS[node.function];
      return changed(compile(node.of, layer, place), units, compute);
    }
    case "layer_norm": {
      const [weights, of] = [weightsOf(node, layer), compile(node.of, layer, place)];
      const normal = () => normalised(of(), node.epsilon);
      return unitByUnit([normal, () => weights], units, multiply);
    }
  }
}

/**
 * A matrix product. Those with the input are kept by the key of the step.
 * @param {MatrixData} node
 * @param {Layer} layer
 * @param {Place} place
 * @returns {Compiled}
 */
function compileMatrix(node, layer, place) {
  const [weights, of] = [weightsOf(node, layer), compile(node.of, layer, place)];
  const { units } = layer;
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
function weightsOf({ parameter, block }, { blocks, arrays }) {
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

/**
 * @param {Compiled} of
 * @param {number} units
 * @param {(value: number) => number} change
 * @returns {Compiled}
 */
function changed(of, units, change) {
  const out = new Float64Array(units);
  return () => {
    const vector = of();
    for (let unit = 0; unit < units; unit++) out[unit] = change(vector[unit]);
    return out;
  };
}
