// The likeliest labels after a step, and how their probabilities changed.

import { MINUS } from "./numbers.js";

/** @import { Trace } from "./trace.js" */

const LISTED = 5;

/**
 * @typedef {object} RankedLabel
 * @property {string} label
 * @property {number} now            its probability after the step
 * @property {number | null} before  after the step before; null at the first step
 */

/**
 * The likeliest labels after a step, the likeliest first.
 * @param {Trace} trace
 * @param {number} step
 * @param {number} [count]
 * @returns {RankedLabel[]}  empty without a readout
 */
export function rankedLabels(trace, step, count = LISTED) {
  const now = trace.probabilitiesAt(step);
  if (!now) return [];
  const previous = trace.previousStep(step);
  const before = previous < 0 ? null : trace.probabilitiesAt(previous);
  return [...now.keys()]
    .sort((a, b) => now[b] - now[a])
    .slice(0, count)
    .map((k) => ({ label: trace.labels[k], now: now[k], before: before && before[k] }));
}

/**
 * A change of probability in percentage points, with its sign; "" where there is nothing to compare with.
 * @param {RankedLabel} ranked
 * @returns {string}
 */
export function changeText({ now, before }) {
  if (before === null) return "";
  const points = Math.round((now - before) * 1000) / 10;
  return `${points < 0 ? MINUS : "+"}${Math.abs(points).toFixed(1)}`;
}
