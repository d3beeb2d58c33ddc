// What the tokens can be coloured by: the probability of the prediction, a quantity, or the mean of a gate.

import { colourOf, faded, PREDICTION } from "./colours.js";

/** @import { Trace } from "./trace.js" */

const PREDICTION_SIGNAL = "prediction";
const MEAN = "mean:";

/**
 * The signals of a trace with their titles. A signal is "prediction", the name of a quantity, or "mean:" and the name
 * of a gate.
 * @param {Trace} trace
 * @returns {[signal: string, title: string][]}
 */
export function signalsOf(trace) {
  /** @type {[string, string][]} */
  const prediction = trace.probabilities ? [[PREDICTION_SIGNAL, "probability of the prediction"]] : [];
  const gates = trace.unitQuantities.filter(({ role }) => role === "gate");
  return [
    ...prediction,
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
 * @returns {{ value: number, colour: string }}
 */
export function signalAt(trace, signal, step, unit) {
  if (signal === PREDICTION_SIGNAL) {
    const value = trace.probabilitiesAt(step)?.reduce((most, share) => Math.max(most, share), 0) ?? 0;
    return { value, colour: faded(PREDICTION, value) };
  }
  const name = signal.replace(MEAN, "");
  const vector = trace.vector(name, step);
  // A smaller quantity may lack the selected unit: it has no colour then.
  const own = trace.hasUnit(name, unit) ? vector[unit] : 0;
  const value = signal.startsWith(MEAN) ? vector.reduce((sum, x) => sum + x, 0) / vector.length : own;
  return { value, colour: colourOf(trace.byName[name], value) };
}
