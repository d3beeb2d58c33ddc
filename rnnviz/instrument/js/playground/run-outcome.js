// What changes did to a run, in two sentences: see run_outcome.py.

import { percent } from "../model/numbers.js";
import { filled, shortNumber } from "../reading/templates.js";

/**
 * @import { Run } from "../model/forward.js"
 * @import { Encoding, Reader } from "../reading/reader.js"
 * @import { ChangeRules } from "./playground.d.ts"
 */

/**
 * @typedef {object} Runs
 * @property {Run} run
 * @property {Run} unchangedRun
 * @property {Encoding} typed        what the unchanged run read
 * @property {number[]} typedRows    for each step of the run, the step of the other
 * @property {string[]} labels
 * @property {boolean} isAlwaysAsked  whether the model was trained to answer at every step
 * @property {(value: number) => number} own  a number in the precision of the network
 */

/**
 * Say what the changes of a run did.
 * @param {Runs} runs
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {{ end: string, first: string }}
 */
export function runOutcome(runs, reader, rules) {
  const { run, unchangedRun, typed, typedRows, labels, isAlwaysAsked } = runs;
  if (!run.outputs || !unchangedRun.outputs) return { end: "", first: "" };
  if (!run.probabilities) return { end: changeOfValues(runs, reader, rules), first: "" };
  const [before, after] = [unchangedRun, run].map((each) => {
    const row = outputsAt(each, each.steps - 1);
    const best = likeliest(row);
    const label = quotedLabel(best < 0 ? rules.no_prediction : labels[best], reader);
    return { label, share: percent(best < 0 ? NaN : row[best]) };
  });
  const which = after.label !== before.label ? "other" : after.share !== before.share ? "share" : "same";
  const end = filled(rules.ends[which], { ...after, label_before: before.label, share_before: before.share });
  const step = typedRows.findIndex((row, k) => {
    return likeliest(outputsAt(unchangedRun, row)) !== likeliest(outputsAt(run, k));
  });
  const first = rules.first[isAlwaysAsked ? "asked" : "unasked"];
  if (step < 0) return { end, first: first.never };
  const row = typedRows[step];
  if (row === unchangedRun.steps - 1) return { end, first: "" };
  return { end, first: filled(first.somewhere, { step: row + 1, token: reader.visible(typed.tokens[row]) }) };
}

/**
 * What becomes of the output that changes most.
 * @param {Runs} runs
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {string}
 */
function changeOfValues({ run, unchangedRun, labels, own }, reader, { value_ends: ends }) {
  const [old, now] = [unchangedRun, run].map((each) => outputsAt(each, each.steps - 1).map(own));
  const changes = now.map((value, output) => Math.abs(value - old[output]) || 0);
  const column = changes.indexOf(changes.reduce((most, change) => Math.max(most, change)));
  const of = labels.length > 1 ? filled(ends.of, { label: quotedLabel(labels[column], reader) }) : "";
  const [before, value] = [old, now].map((values) => shortNumber(values[column]));
  return filled(value === before ? ends.same : ends.other, { value, value_before: before, of });
}

/**
 * A label as a sentence names it: one character in quotation marks, since a comma would read as punctuation.
 * @param {string} label
 * @param {Reader} reader
 * @returns {string}
 */
function quotedLabel(label, reader) {
  const shown = reader.visible(label);
  return [...shown].length > 1 ? shown : `“${shown}”`;
}

/**
 * @param {Run} run
 * @param {number} step
 * @returns {Float64Array}
 */
function outputsAt({ outputs, steps }, step) {
  const all = /** @type {Float64Array} */ (outputs);
  const labels = all.length / steps;
  return all.subarray(step * labels, (step + 1) * labels);
}

/**
 * The first label with the highest probability; -1 where one is no number.
 * @param {Float64Array} shares
 * @returns {number}
 */
function likeliest(shares) {
  if (!shares.every(Number.isFinite)) return -1;
  return shares.indexOf(shares.reduce((most, share) => Math.max(most, share)));
}
