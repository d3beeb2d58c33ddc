// The likeliest labels after a step, and how their probabilities changed.

import { MINUS } from "./numbers.js";

/** @import { Trace } from "./trace.js" */

const LISTED = 5;

/**
 * @typedef {object} RankedLabel
 * @property {string} label
 * @property {number} now            its probability after the step
 * @property {number | null} before  after the step before; null at the first step
 * @property {number | null} unchanged  after the same step of the unchanged run; null if nothing is changed
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
  return now ? inOrder(now).slice(0, count).map((label) => rankedLabel(trace, step, label)) : [];
}

/**
 * The labels beside the heatmaps: the likeliest ones, in the order of the unchanged run, so that a change moves no row.
 * The likeliest label of the changed run is among them.
 * @param {Trace} trace
 * @param {number} step
 * @returns {RankedLabel[]}  empty without a readout
 */
export function listedLabels(trace, step) {
  const [unchanged, now] = [trace.unchangedProbabilitiesAt(step), trace.probabilitiesAt(step)];
  if (!unchanged || !now) return rankedLabels(trace, step);
  const labels = inOrder(unchanged).slice(0, LISTED);
  const [best] = inOrder(now);
  if (!labels.includes(best)) labels[labels.length - 1] = best;
  return labels.map((label) => rankedLabel(trace, step, label));
}

/**
 * Places of probabilities, the highest first.
 * @param {Float32Array} probabilities
 * @returns {number[]}
 */
function inOrder(probabilities) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || 0);
}

/**
 * @param {Trace} trace
 * @param {number} step
 * @param {number} label
 * @returns {RankedLabel}
 */
function rankedLabel(trace, step, label) {
  const previous = trace.previousStep(step);
  /** @type {(probabilities: Float32Array | null) => number | null} */
  const share = (probabilities) => probabilities && probabilities[label];
  return {
    label: trace.labels[label],
    now: share(trace.probabilitiesAt(step)) ?? 0,
    before: previous < 0 ? null : share(trace.probabilitiesAt(previous)),
    unchanged: share(trace.unchangedProbabilitiesAt(step)),
  };
}

/**
 * How the probability changed since the step before, in percentage points, with its sign; "" where there is nothing to
 * compare with.
 * @param {RankedLabel} ranked
 * @returns {string}
 */
export function changeText({ now, before }) {
  if (before === null || Number.isNaN(now - before)) return "";
  const points = Math.round((now - before) * 1000) / 10;
  return `${points < 0 ? MINUS : "+"}${Math.abs(points).toFixed(1)}`;
}
