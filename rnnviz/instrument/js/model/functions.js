// The functions in equations: how they are written, what they compute, and the bounds of their values.

import { functionOf } from "./elementwise.js";

/** @import { ActivationData, ExpressionData } from "./payload.d.ts" */

/**
 * @typedef {object} MathFunction
 * @property {string} symbol
 * @property {ExpressionData} curve  its values as an expression in z
 * @property {(sum: number) => number} compute
 * @property {number} low   the lower bound of its values, or -Infinity
 * @property {number} high  the upper bound, or Infinity
 */

/**
 * The functions that are known, by the names in equations and quantities: those of all traces and models so far.
 * @type {Record<string, MathFunction>}
 */
export const FUNCTIONS = {};

/**
 * Add the activations of a trace. A name determines its function, so traces never contradict each other.
 * @param {Record<string, ActivationData>} activations
 */
export function addActivations(activations) {
  for (const [name, { symbol, curve, low, high }] of Object.entries(activations)) {
    FUNCTIONS[name] = { symbol, curve, compute: functionOf(curve), low: low ?? -Infinity, high: high ?? Infinity };
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
