// What the values of all tokens at a step say: a number for each token, what the row adds up to, the strongest tokens.

import { faded } from "./colours.js";
import { brief, HARD_SPACE, signedBrief } from "./numbers.js";
import { readWords } from "./read-words.js";

/** @import { TokenValues, Trace } from "./trace.js" */

const NAMED_TOKENS = 3;

/**
 * The value of each token at a step; null for tokens that are not yet read and for values that are not finite.
 * @param {Trace} trace
 * @param {TokenValues} tokenValues
 * @param {number} step
 * @returns {(number | null)[]}
 */
export function creditRow(trace, tokenValues, step) {
  return trace.tokens.map((_, k) => creditAt(trace, tokenValues, k, step));
}

/**
 * The value of a token at a step, as in `creditRow`.
 * @param {Trace} trace
 * @param {TokenValues} tokenValues
 * @param {number} k  the token
 * @param {number} step
 * @returns {number | null}
 */
export function creditAt(trace, { values }, k, step) {
  const value = values[step * trace.steps + k];
  return trace.isLater(k, step) || !Number.isFinite(value) ? null : value;
}

/**
 * The colour of a value.
 * @param {TokenValues} tokenValues
 * @param {number} value
 * @returns {string}
 */
export function creditColour({ colour, negative_colour: negative, limit }, value) {
  return faded(value < 0 ? negative : colour, Math.min(Math.abs(value) / limit, 1) || 0);
}

/**
 * The value of a token in words: "+0.41", "not read yet".
 * @param {Trace} trace
 * @param {TokenValues} tokenValues
 * @param {(number | null)[]} row
 * @param {number} k  the token
 * @param {number} step
 * @returns {string}
 */
export function creditText(trace, tokenValues, row, k, step) {
  const value = row[k];
  if (value !== null) return withUnit(numberText(value, tokenValues), tokenValues);
  return trace.isLater(k, step) ? "not read yet" : "no number";
}

/**
 * What the row adds up to: "cell state of unit 5 after step 6: 0.93 = what the tokens wrote 0.95 + initial state
 * −0.02".
 * @param {Trace} trace
 * @param {TokenValues} tokenValues
 * @param {(number | null)[]} row
 * @param {number} step
 * @returns {string} "" if it adds up to nothing
 */
export function creditSum(trace, tokenValues, row, step) {
  const { total, parts } = tokenValues;
  if (!total) return "";
  const isMissing = row.some((value, k) =>
    value === null && !Number.isFinite(tokenValues.values[step * row.length + k])
  );
  const written = isMissing ? NaN : row.reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0);
  const terms = [`what the ${readWords(trace).tokens} wrote ${brief(written)}`];
  for (const { title, values } of parts) terms.push(`${title} ${brief(values[step])}`);
  const left = `${total.title} after step ${step + 1}: ${withUnit(brief(total.values[step]), tokenValues)}`;
  return `${left} = ${terms.join(" + ")}`;
}

/**
 * The strongest tokens: "Most comes from “c” (step 2, +0.41), “S” (step 1, −0.2)."
 * @param {Trace} trace
 * @param {TokenValues} tokenValues
 * @param {(number | null)[]} row
 * @returns {string}
 */
export function strongestTokens(trace, tokenValues, row) {
  const named = row
    .flatMap((value, k) => (value ? [{ value, k }] : []))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, NAMED_TOKENS)
    .map(({ value, k }) => `“${trace.tokens[k]}” (step ${k + 1}, ${numberText(value, tokenValues)})`);
  return named.length ? `Most comes from ${named.join(", ")}.` : `Nothing comes from any ${readWords(trace).token}.`;
}

/**
 * The ends of the colour scale.
 * @param {TokenValues} tokenValues
 * @returns {string[]}
 */
export function scaleEnds(tokenValues) {
  const { signed, limit } = tokenValues;
  return [...(signed ? [-limit] : []), 0, limit].map((end) => withUnit(brief(end), tokenValues));
}

/**
 * @param {number} value
 * @param {TokenValues} tokenValues
 * @returns {string}
 */
function numberText(value, { signed }) {
  return signed ? signedBrief(value) : brief(value);
}

/**
 * @param {string} text
 * @param {TokenValues} tokenValues
 * @returns {string}
 */
function withUnit(text, { unit }) {
  return unit ? text + HARD_SPACE + unit : text;
}
