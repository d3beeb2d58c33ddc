// What changes did to a run, in two sentences: see run_outcome.py.

import { percent } from "../model/numbers.js";
import { filled } from "../reading/templates.js";

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
 */

/**
 * Say what the changes of a run did.
 * @param {Runs} runs
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {{ end: string, first: string }}
 */
export function runOutcome({ run, unchangedRun, typed, typedRows, labels, isAlwaysAsked }, reader, rules) {
  if (!run.probabilities || !unchangedRun.probabilities) return { end: "", first: "" };
  const [before, after] = [unchangedRun, run].map((each) => {
    const row = probabilitiesAt(each, each.steps - 1);
    const best = likeliest(row);
    const label = reader.visible(best < 0 ? rules.no_prediction : labels[best]);
    return { label: [...label].length > 1 ? label : `“${label}”`, share: percent(best < 0 ? NaN : row[best]) };
  });
  const which = after.label !== before.label ? "other" : after.share !== before.share ? "share" : "same";
  const end = filled(rules.ends[which], { ...after, label_before: before.label, share_before: before.share });
  const step = typedRows.findIndex((row, k) => {
    return likeliest(probabilitiesAt(unchangedRun, row)) !== likeliest(probabilitiesAt(run, k));
  });
  const first = rules.first[isAlwaysAsked ? "asked" : "unasked"];
  if (step < 0) return { end, first: first.never };
  const row = typedRows[step];
  if (row === unchangedRun.steps - 1) return { end, first: "" };
  return { end, first: filled(first.somewhere, { step: row + 1, token: reader.visible(typed.tokens[row]) }) };
}

/**
 * @param {Run} run
 * @param {number} step
 * @returns {Float64Array}
 */
function probabilitiesAt({ probabilities, steps }, step) {
  const all = /** @type {Float64Array} */ (probabilities);
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
