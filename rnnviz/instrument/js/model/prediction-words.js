// The prediction at a step as words.

import { outputKind } from "./outputs.js";
import { percent } from "./numbers.js";
import { rankedLabels } from "./ranking.js";

/** @import { Trace } from "./trace.js" */

/** What is written for a label where outputs overflow. */
export const NO_PREDICTION = "no prediction";

const OTHERS = 2; // of the next likeliest labels
const WORTH_NAMING = 0.005; // less would be 0 %

/**
 * @typedef {object} PredictionWords
 * @property {string} label
 * @property {string} share        its probability: "83 %"
 * @property {string} others       the next likeliest: "then Dutch 6 %, Czech 4 %"; "" if none has a percent
 * @property {string} unchanged    the unchanged run: "instead of Italian, 68 %"; "" if nothing is changed
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
  if (Number.isNaN(best.now)) return withoutPrediction(unchangedWords(trace, step, NO_PREDICTION, ""));
  const named = others.filter(({ now }) => now >= WORTH_NAMING);
  return {
    label: quoted(best.label),
    share: percent(best.now),
    others: named.length ? `then ${named.map(({ label, now }) => `${quoted(label)} ${percent(now)}`).join(", ")}` : "",
    unchanged: unchangedWords(trace, step, best.label, percent(best.now)),
    probability: best.now,
  };
}

/**
 * @param {string} unchanged
 * @returns {PredictionWords}
 */
function withoutPrediction(unchanged) {
  return { label: NO_PREDICTION, share: "outputs are not numbers", others: "", unchanged, probability: 0 };
}

/**
 * The prediction of the unchanged run after the same step.
 * @param {Trace} trace
 * @param {number} step
 * @param {string} label  of the changed run
 * @param {string} share
 * @returns {string}
 */
function unchangedWords(trace, step, label, share) {
  const probabilities = trace.unchangedProbabilitiesAt(step);
  if (!probabilities) return "";
  const best = likeliest(probabilities);
  if (Number.isNaN(probabilities[best])) {
    return label === NO_PREDICTION ? "as in the unchanged run" : `instead of ${NO_PREDICTION}`;
  }
  const unchanged = percent(probabilities[best]);
  if (trace.labels[best] !== label) return `instead of ${quoted(trace.labels[best])}, ${unchanged}`;
  return share === unchanged ? "as in the unchanged run" : `instead of ${unchanged}`;
}

/**
 * When a prediction is made, and whether it is an answer.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
export function whenOf(trace, step) {
  const after = `after “${trace.tokens[step]}”`;
  if (!trace.isAsked(step)) return `Read early, ${after}: not trained to answer here`;
  if (!trace.outputs) return trace.askedSteps ? "The network’s answer" : `Prediction ${after}`;
  return `${trace.askedSteps ? "The network’s answer" : `Output ${after}`}: ${outputKind(trace)}`;
}

/**
 * The label with the highest probability, the first of several; the first of all where none is a number.
 * @param {ArrayLike<number>} probabilities
 * @returns {number}
 */
export function likeliest(probabilities) {
  return Array.from(probabilities).reduce((best, value, label, all) => (value > all[best] ? label : best), 0);
}

/**
 * A label of one character in quotation marks: a predicted comma would read as punctuation.
 * @param {string} label
 * @returns {string}
 */
export function quoted(label) {
  return [...label].length > 1 ? label : `“${label}”`;
}
