// What the tokens can be coloured by: the probability of the prediction, what each token does for the answer, a
// quantity, or the mean of a gate.

import { colourOf, faded, NEGATIVE, PREDICTION } from "./colours.js";
import { outputName } from "./outputs.js";
import { creditAt, creditColour } from "./token-credit.js";

/** @import { Trace } from "./trace.js" */

/** The values of all tokens that a server computes when they are chosen. */
export const ATTRIBUTION = "attribution";
const PREDICTION_SIGNAL = "prediction";
const MEAN = "mean:";
const FAINT = 0.3; // of the colour of a prediction that is no answer, as in rnnviz.figures

/**
 * The signals of a trace with their titles. A signal is "prediction", "attribution", the name of a quantity, or "mean:"
 * and the name of a gate.
 * @param {Trace} trace
 * @returns {[signal: string, title: string][]}
 */
export function signalsOf(trace) {
  /** @type {[string, string][]} */
  const answer = trace.probabilities
    ? [
      [PREDICTION_SIGNAL, `probability of the prediction${trace.askedSteps ? " (faint: not an answer)" : ""}`],
      [ATTRIBUTION, "what made it say this (log odds lost in a swap)"],
    ]
    : trace.outputs
    ? [
      [PREDICTION_SIGNAL, `${trace.labels.length > 1 ? outputName(trace, 0) : "the output"}`],
      [ATTRIBUTION, "what made it say this (change of the output in a swap)"],
    ]
    : [];
  const gates = trace.unitQuantities.filter(({ role }) => role === "gate");
  return [
    ...answer,
    ...trace.unitQuantities.map((
      { name, title },
    ) => /** @type {[string, string]} */ ([name, `${title} of the selected unit`])),
    ...gates.map(({ name, title }) => /** @type {[string, string]} */ ([MEAN + name, `${title}, mean of all units`])),
  ];
}

/**
 * The value of a signal at a step, and its colour.
 * @param {Trace} trace
 * @param {string} signal
 * @param {number} step
 * @param {number} unit
 * @param {number} [current]  the step whose answer an attribution is about
 * @returns {{ value: number, colour: string }}
 */
export function signalAt(trace, signal, step, unit, current = step) {
  if (signal === ATTRIBUTION) {
    const tokens = trace.tokenValues[ATTRIBUTION];
    const value = tokens ? creditAt(trace, tokens, step, current) : null;
    return value === null ? { value: NaN, colour: "transparent" } : { value, colour: creditColour(tokens, value) };
  }
  if (signal === PREDICTION_SIGNAL && trace.outputs) {
    const value = trace.outputs.values[step * trace.labels.length];
    return {
      value,
      colour: colourOf({ colour: PREDICTION, negative_colour: NEGATIVE, limits: trace.outputs.limits }, value),
    };
  }
  if (signal === PREDICTION_SIGNAL) {
    const value = trace.probabilitiesAt(step)?.reduce((most, share) => Math.max(most, share), 0) ?? 0;
    return { value, colour: faded(PREDICTION, trace.isAsked(step) ? value : FAINT * value) };
  }
  const name = signal.replace(MEAN, "");
  const vector = trace.vector(name, step);
  // A smaller quantity may lack the selected unit: it has no colour then.
  const own = trace.hasUnit(name, unit) ? vector[unit] : 0;
  const value = signal.startsWith(MEAN) ? vector.reduce((sum, x) => sum + x, 0) / vector.length : own;
  return { value, colour: colourOf(trace.byName[name], value) };
}
