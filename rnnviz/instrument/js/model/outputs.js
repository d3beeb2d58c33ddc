// Outputs that are no probabilities: values at every step, and the words for them.

import { decodeFloats } from "./arrays.js";
import { brief, signedBrief } from "./numbers.js";

/**
 * @import { OutputsData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 */

const LISTED = 5;
const DIGITS = /^\d+$/;
const UNNAMED = /^outputs?$/i;
/** What the values of an activation are. */
const RANGES = { sigmoid: "from 0 to 1", tanh: "from −1 to 1", relu: "from 0 up" };

/**
 * See `OutputsData`.
 * @typedef {object} Outputs
 * @property {Float32Array} values  [step, output]
 * @property {Float32Array | null} unchanged
 * @property {[number, number]} limits
 * @property {string} activation
 */

/**
 * One output after a step.
 * @typedef {object} OutputValue
 * @property {string} label
 * @property {number} now
 * @property {number | null} before     after the step before; null at the first step
 * @property {number | null} unchanged  in the unchanged run; null if nothing is changed
 */

/**
 * The outputs of a payload.
 * @param {OutputsData} outputs
 * @returns {Outputs}
 */
export function decodedOutputs({ values, unchanged, ...scale }) {
  return { values: decodeFloats(values), unchanged: unchanged === null ? null : decodeFloats(unchanged), ...scale };
}

/**
 * The first outputs after a step, in their order.
 * @param {Trace} trace
 * @param {number} step
 * @returns {OutputValue[]}  empty where outputs are probabilities, and without a readout
 */
export function listedOutputs(trace, step) {
  const { outputs, labels } = trace;
  if (!outputs) return [];
  const previous = trace.previousStep(step);
  return labels.slice(0, LISTED).map((_, output) => ({
    label: outputName(trace, output),
    now: outputs.values[step * labels.length + output],
    before: previous < 0 ? null : outputs.values[previous * labels.length + output],
    unchanged: outputs.unchanged && outputs.unchanged[step * labels.length + output],
  }));
}

/**
 * What an output is called: its label, or its number where nobody has named it.
 * @param {Trace} trace
 * @param {number} output
 * @returns {string}
 */
export function outputName({ labels }, output) {
  if (!DIGITS.test(labels[output])) return labels[output];
  return labels.length > 1 ? `output ${labels[output]}` : "output";
}

/**
 * The outputs after a step in words: the first one, now and after the step before, the others, and what it is in the
 * unchanged run. A single one without a label has no name either.
 * @param {Trace} trace
 * @param {number} step
 * @returns {{ name: string, value: string, before: string, others: string, unchanged: string }}
 */
export function outputWords(trace, step) {
  const [first, ...others] = listedOutputs(trace, step);
  const value = brief(first.now);
  const before = first.unchanged === null ? "" : brief(first.unchanged);
  return {
    name: trace.labels.length > 1 || !UNNAMED.test(first.label) ? first.label : "",
    value,
    before: first.before === null ? "" : brief(first.before),
    others: others.map(({ label, now }) => `${label} ${brief(now)}`).join(", "),
    unchanged: before && (before === value ? "as in the unchanged run" : `instead of ${before}`),
  };
}

/**
 * What outputs are: "a value", "values from 0 to 1 (sigmoid)".
 * @param {Trace} trace  with outputs
 * @returns {string}
 */
export function outputKind({ outputs, labels }) {
  const what = labels.length > 1 ? "values" : "a value";
  const { activation } = /** @type {Outputs} */ (outputs);
  if (activation === "linear") return what;
  const range = /** @type {Record<string, string>} */ (RANGES)[activation];
  return range ? `${what} ${range} (${activation})` : `${what} (${activation})`;
}

/**
 * How an output changed since the step before, with its sign; "" at the first step.
 * @param {OutputValue} output
 * @returns {string}
 */
export function outputChange({ now, before }) {
  return before === null || Number.isNaN(now - before) ? "" : signedBrief(now - before);
}
