// Which units the heatmaps show, and in which order.

import { dotProduct } from "./vectors.js";

/**
 * @import { State } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

/** How many units are shown unless all are. */
export const TOP = 12;

/**
 * The orders of rows, with their names on the page.
 * @type {[State["rowOrder"], string][]}
 */
export const ROW_ORDERS = [["effect", "effect"], ["similar", "similar"], ["number", "number"]];

/**
 * The units by the size of their effect on the answer, the largest first.
 * @param {Trace} trace
 * @returns {number[]}
 */
export function unitsByEffect({ orderingEffects: { values } }) {
  /** @type {(unit: number) => number} */
  const size = (unit) => Math.abs(values[unit]) || 0; // what is no number comes last
  return [...values.keys()].sort((a, b) => size(b) - size(a) || 0);
}

/**
 * The unit with the largest absolute effect, the first of several; what is no number counts as 0. rnnviz.analysis finds
 * the same.
 * @param {Float32Array} effects
 * @returns {number}
 */
export function strongest(effects) {
  /** @type {(unit: number) => number} */
  const size = (unit) => Math.abs(effects[unit]) || 0;
  return effects.reduce((best, _, unit) => (size(unit) > size(best) ? unit : best), 0);
}

/**
 * The units in the rows of the heatmaps, from top to bottom. A selected unit that is not among the top ones takes the
 * place of the last of them. Heatmaps of another width, as that of a projection, have units without an effect of their
 * own; by effect, they are in the order of their numbers.
 * @param {Trace} trace
 * @param {Pick<State, "rowOrder" | "allRows" | "unit">} state
 * @param {number} [width]  how many units a heatmap has in all
 * @returns {number[]}
 */
export function unitRows(trace, { rowOrder, allRows, unit }, width = trace.effects.values.length) {
  let units = width === trace.effects.values.length ? unitsByEffect(trace) : [...Array(width).keys()];
  if (!allRows && units.length > TOP) {
    units = units.slice(0, TOP);
    if (!units.includes(unit) && unit < width) units[TOP - 1] = unit;
  }
  if (rowOrder === "number") return units.sort((a, b) => a - b);
  return rowOrder === "similar" ? chained(units, distancesOf(trace, units, width)) : units;
}

/**
 * Arrange units so that neighbours are alike: one after another goes where it makes the chain longer by the least.
 * @param {number[]} units
 * @param {(a: number, b: number) => number} distance
 * @returns {number[]}
 */
export function chained(units, distance) {
  /** @type {number[]} */
  const chain = [];
  for (const unit of units) {
    let [best, least] = [0, Infinity];
    for (let at = 0; at <= chain.length; at++) {
      const [left, right] = [chain[at - 1], chain[at]];
      const toLeft = left === undefined ? 0 : distance(left, unit);
      const toRight = right === undefined ? 0 : distance(unit, right);
      const longer = toLeft + toRight - (left === undefined || right === undefined ? 0 : distance(left, right));
      if (longer < least) [best, least] = [at, longer];
    }
    chain.splice(best, 0, unit);
  }
  return chain;
}

/**
 * How far apart the states of units are over the whole text: the Euclidean distance of the hidden states, or of the
 * first states that have as many units.
 * @param {Trace} trace
 * @param {number[]} units
 * @param {number} width
 * @returns {(a: number, b: number) => number}
 */
function distancesOf(trace, units, width) {
  const state = Object.keys(trace.initial).find((name) => trace.width(name) === width) ?? "hidden";
  const states = new Map(units.map((unit) => [unit, statesOf(trace, state, unit)]));
  const squares = new Map([...states].map(([unit, values]) => [unit, dotProduct(values, values)]));
  /** @type {(map: Map<number, any>, unit: number) => any} */
  const of = (map, unit) => map.get(unit);
  return (a, b) => {
    const square = of(squares, a) + of(squares, b) - 2 * dotProduct(of(states, a), of(states, b));
    return Math.sqrt(Math.max(square, 0));
  };
}

/**
 * A unit's state at every step.
 * @param {Trace} trace
 * @param {string} state
 * @param {number} unit
 * @returns {Float64Array}
 */
function statesOf(trace, state, unit) {
  return Float64Array.from({ length: trace.steps }, (_, step) => trace.value(state, step, unit));
}
