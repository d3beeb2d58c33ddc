// What a network reads, in words: a text of tokens, or a sequence of steps that are numbers.

/**
 * @typedef {object} ReadWords
 * @property {string} token   what is read at one step
 * @property {string} tokens
 * @property {string} another  what may be read in its place
 * @property {string} own  what the reader types
 */

/** @type {ReadWords} */
const TEXT = { token: "token", tokens: "tokens", another: "another token", own: "text" };
/** @type {ReadWords} */
const NUMBERS = { token: "step", tokens: "steps", another: "other numbers", own: "numbers" };

/**
 * The words for what a trace has read.
 * @param {{ tokenKind: string }} trace
 * @returns {ReadWords}
 */
export function readWords({ tokenKind }) {
  return tokenKind === "numbers" ? NUMBERS : TEXT;
}
