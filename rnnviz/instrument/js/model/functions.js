// The functions in equations: how they are written, what they compute, and the bounds of their values.

/** @import { ActivationData } from "./payload.d.ts" */

/**
 * @typedef {object} MathFunction
 * @property {string} symbol
 * @property {(sum: number) => number} compute
 * @property {number} low   the lower bound of its values, or -Infinity
 * @property {number} high  the upper bound, or Infinity
 */

/**
 * What an activation of a kind computes from a sum and its parameters, as in rnnviz/cells/activations.py.
 * @type {Record<string, (sum: number, ...parameters: number[]) => number>}
 */
const KINDS = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: (z) => Math.tanh(z),
  relu: (z) => Math.max(z, 0),
  affine: (z, a, b) => a * z + b,
  leaky_relu: (z, a) => (z >= 0 ? z : a * z),
  thresholded_relu: (z, a) => (z > a ? z : 0),
  scaled_tanh: (z, a, b) => a * Math.tanh(b * z),
  hard_sigmoid: (z, a, b) => Math.min(Math.max(a * z + b, 0), 1),
  elu: (z, a) => (z >= 0 ? z : a * Math.expm1(z)),
  softsign: (z) => z / (1 + Math.abs(z)),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  linear: (z) => z,
};

/**
 * The functions that are known, by the names in equations and quantities. A trace adds those of its cell.
 * @type {Record<string, MathFunction>}
 */
export const FUNCTIONS = {
  sigmoid: { symbol: "σ", compute: KINDS.sigmoid, low: 0, high: 1 },
  tanh: { symbol: "tanh", compute: KINDS.tanh, low: -1, high: 1 },
  relu: { symbol: "relu", compute: KINDS.relu, low: 0, high: Infinity },
  linear: { symbol: "linear", compute: KINDS.linear, low: -Infinity, high: Infinity },
};

/**
 * Add the activations of a trace. A name determines its function, so traces never contradict each other.
 * @param {Record<string, ActivationData>} activations
 */
export function addActivations(activations) {
  for (const [name, { kind, parameters, within, symbol, low, high }] of Object.entries(activations)) {
    /** @type {(sum: number) => number} */
    const compute = (z) => KINDS[kind](within === null ? z : Math.min(Math.max(z, -within), within), ...parameters);
    FUNCTIONS[name] = { symbol, compute, low: low ?? -Infinity, high: high ?? Infinity };
  }
}

/**
 * How a function is written; an unknown one by its name.
 * @param {string} name
 * @returns {string}
 */
export function symbolOfFunction(name) {
  return FUNCTIONS[name]?.symbol ?? name;
}
