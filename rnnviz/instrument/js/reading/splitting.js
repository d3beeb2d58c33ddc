// A text split into pieces as typed, how a piece is spelled in vocabularies, and how it is shown.

import { codePointAt } from "./character-classes.js";
import { clusterEnd } from "./grapheme-clusters.js";

/**
 * @import { Classes } from "./grapheme-clusters.js"
 * @import { ReaderData } from "../playground/playground.d.ts"
 */

const APOSTROPHES = ["'", "’"];
const CONTROL_PICTURES = 0x2400;
const LAST_CONTROL = 0x20;

/**
 * Split a text: see `split` in tokens.py.
 * @param {ReaderData["kind"]} kind
 * @param {string} text
 * @param {Classes} classes
 * @param {number} longest  in code points
 * @yields {string}
 */
export function* split(kind, text, classes, longest) {
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(kind, text, at, classes);
    if (end === at) {
      [, at] = codePointAt(text, at); // a space
      continue;
    }
    yield* inParts(text.slice(at, end), longest);
    at = end;
  }
}

/**
 * Where the piece ends that begins at a place; the place itself if none begins there.
 * @param {ReaderData["kind"]} kind
 * @param {string} text
 * @param {number} at
 * @param {Classes} classes
 * @returns {number}
 */
function pieceEnd(kind, text, at, classes) {
  if (kind === "characters") return clusterEnd(text, at, classes);
  if (kind === "pieces") return runEnd(text, at, (codePoint) => !classes.space.has(codePoint));
  const isOfWord = (/** @type {number} */ codePoint) => classes.word.has(codePoint);
  let end = runEnd(text, at, isOfWord);
  if (end === at) return classes.space.has(codePointAt(text, at)[0]) ? at : clusterEnd(text, at, classes);
  while (APOSTROPHES.includes(text[end])) {
    const after = runEnd(text, end + 1, isOfWord);
    if (after === end + 1) break;
    end = after;
  }
  return end;
}

/**
 * Where a run of code points ends that belong to something.
 * @param {string} text
 * @param {number} at
 * @param {(codePoint: number) => boolean} belongs
 * @returns {number}
 */
function runEnd(text, at, belongs) {
  while (at < text.length) {
    const [codePoint, after] = codePointAt(text, at);
    if (!belongs(codePoint)) break;
    at = after;
  }
  return at;
}

/**
 * @param {string} piece
 * @param {number} longest
 * @returns {Iterable<string>}
 */
function inParts(piece, longest) {
  if (piece.length <= longest) return [piece];
  const letters = [...piece];
  const count = Math.ceil(letters.length / longest);
  return Array.from({ length: count }, (_, k) => letters.slice(k * longest, (k + 1) * longest).join(""));
}

/**
 * Spell a token as vocabularies do: see `normalise` in tokens.py. What Python's Unicode does not know stays as it is.
 * @param {ReaderData["kind"]} kind
 * @param {string} token
 * @param {Classes} classes
 * @returns {string}
 */
export function normalised(kind, token, { unassigned }) {
  /** @type {string[]} */
  const parts = [];
  let known = "";
  for (const letter of token) {
    if (unassigned.has(/** @type {number} */ (letter.codePointAt(0)))) {
      parts.push(spelled(kind, known), letter);
      known = "";
    } else known += letter;
  }
  return [...parts, spelled(kind, known)].join("");
}

/**
 * @param {ReaderData["kind"]} kind
 * @param {string} token
 * @returns {string}
 */
function spelled(kind, token) {
  const composed = token.normalize("NFC");
  return kind === "words" ? composed.toLowerCase().replaceAll("’", "'").normalize("NFC") : composed;
}

/**
 * Write a token so that a label of it is never blank: see `visible` in tokens.py.
 * @param {string} token
 * @param {Classes} classes
 * @param {Record<string, string>} signs
 * @returns {string}
 */
export function visible(token, { hidden, mark }, signs) {
  if (Object.hasOwn(signs, token)) return signs[token];
  const codePoints = Array.from(token, (letter) => /** @type {number} */ (letter.codePointAt(0)));
  if (codePoints.every((codePoint) => hidden.has(codePoint))) return codePoints.map(named).join(" ");
  return mark.has(codePoints[0]) ? `◌${token}` : token;
}

/**
 * A control picture, or the number of a code point.
 * @param {number} codePoint
 * @returns {string}
 */
function named(codePoint) {
  if (codePoint < LAST_CONTROL) return String.fromCodePoint(CONTROL_PICTURES + codePoint);
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}
