// Where the colour scale of a quantity ends: see `scale_limits` in colours.py.

/** @import { Vector } from "./vectors.js" */

const ROUNDING = 1e-12; // by which a number may be above a step and still be that step

/**
 * @typedef {object} ScaleRules
 * @property {number} share_within   per cent of the values that a scale holds at least
 * @property {number} least_limit
 * @property {number[]} scale_steps  from 1 to 10
 */

/**
 * The ends of the scale of a quantity.
 * @param {{ low: number | null, high: number | null }} bounds
 * @param {Vector} values
 * @param {ScaleRules} rules
 * @returns {[number, number]}
 */
export function scaleLimits({ low, high }, values, rules) {
  const limit = low !== null && high !== null
    ? Math.max(-low, high) || 1
    : roundedUp(Math.max(quantile(values, rules.share_within / 100), rules.least_limit), rules.scale_steps);
  return [low !== null && low >= 0 ? 0 : -limit, limit];
}

/**
 * The smallest size that a share of the finite values reaches at most; 0 without any.
 * @param {Vector} values
 * @param {number} share
 * @returns {number}
 */
function quantile(values, share) {
  const sizes = values.filter(Number.isFinite).map(Math.abs).sort();
  return sizes.length ? sizes[Math.max(0, Math.ceil(sizes.length * share - 1))] : 0;
}

/**
 * A number above 0, rounded up to a step times a power of ten.
 * @param {number} value
 * @param {number[]} steps
 * @returns {number}
 */
function roundedUp(value, steps) {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = steps.find((each) => each * power >= value * (1 - ROUNDING)) ?? 10;
  return Math.min(step * power, Number.MAX_VALUE);
}
