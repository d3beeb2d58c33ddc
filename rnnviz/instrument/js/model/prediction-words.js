// The prediction at a step as words.

import { percent } from "./numbers.js";
import { rankedLabels } from "./ranking.js";

/** @import { Trace } from "./trace.js" */

const OTHERS = 2; // of the next likeliest labels
const WORTH_NAMING = 0.005; // less would be 0 %

/**
 * @typedef {object} PredictionWords
 * @property {string} label
 * @property {string} share        its probability: "83 %"
 * @property {string} others       the next likeliest: "then Dutch 6 %, Czech 4 %"; "" if none has a percent
 * @property {number} probability
 */

/**
 * The likeliest label after a step, and the next ones.
 * @param {Trace} trace  with a readout
 * @param {number} step
 * @returns {PredictionWords}
 */
export function predictionWords(trace, step) {
  const [best, ...others] = rankedLabels(trace, step, 1 + OTHERS);
  const named = others.filter(({ now }) => now >= WORTH_NAMING);
  return {
    label: quoted(best.label),
    share: percent(best.now),
    others: named.length ? `then ${named.map(({ label, now }) => `${quoted(label)} ${percent(now)}`).join(", ")}` : "",
    probability: best.now,
  };
}

/**
 * When a prediction is made. Only a model that is known to be asked at the end has an answer there.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
export function whenOf(trace, step) {
  const after = `after “${trace.tokens[step]}”`;
  if (!trace.answersAtEnd) return `Prediction ${after}`;
  const last = trace.backward ? 0 : trace.steps - 1;
  return step === last ? "The network’s answer" : `So far, ${after}`;
}

/**
 * A label of one character in quotation marks: a predicted comma would read as punctuation.
 * @param {string} label
 * @returns {string}
 */
export function quoted(label) {
  return [...label].length > 1 ? label : `“${label}”`;
}
