// What a person counts as one character: grapheme clusters by the rules of Unicode's UAX #29, over Python's classes.

import { codePointAt } from "./character-classes.js";

/** @import { CharacterClass } from "./character-classes.js" */

/** @typedef {Record<string, CharacterClass>} Classes */

/** The classes that decide about a break between two code points, in the order in which they are looked up. */
const BREAKS = ["Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark", "L", "V", "T"];
const [FIRST_SYLLABLE, LAST_SYLLABLE, SYLLABLES_OF_A_BLOCK] = [0xac00, 0xd7a3, 28];
const [CARRIAGE_RETURN, LINE_FEED] = [0x0d, 0x0a];

/** By the class on the left, those on the right from which no break separates it. */
const HANGUL = /** @type {Record<string, string[]>} */ ({
  L: ["L", "V", "LV", "LVT"],
  LV: ["V", "T"],
  V: ["V", "T"],
  LVT: ["T"],
  T: ["T"],
});

/**
 * Where the grapheme cluster ends that begins at a place of a text.
 * @param {string} text
 * @param {number} start
 * @param {Classes} classes
 * @returns {number}
 */
export function clusterEnd(text, start, classes) {
  let [codePoint, end] = codePointAt(text, start);
  let left = breakClass(codePoint, classes);
  let flags = left === "Regional_Indicator" ? 1 : 0;
  let picture = classes.Pictographic.has(codePoint) ? 1 : 0; // 1: and marks; 2: and a joiner
  while (end < text.length) {
    const [next, after] = codePointAt(text, end);
    const right = breakClass(next, classes);
    const isPicture = classes.Pictographic.has(next);
    const joined = codePoint === CARRIAGE_RETURN && next === LINE_FEED ||
      left !== "Control" && right !== "Control" && (
          HANGUL[left]?.includes(right) ||
          right === "Extend" || right === "ZWJ" || right === "SpacingMark" ||
          left === "Prepend" ||
          classes.Consonant.has(next) && followsLinker(text, end, classes) ||
          picture === 2 && isPicture ||
          right === "Regional_Indicator" && flags % 2 === 1
        );
    if (!joined) break;
    flags = right === "Regional_Indicator" ? flags + 1 : 0;
    if (isPicture) picture = 1;
    else picture = picture === 1 && right === "Extend" ? 1 : picture === 1 && right === "ZWJ" ? 2 : 0;
    [codePoint, left, end] = [next, right, after];
  }
  return end;
}

/**
 * Whether a linker is before a place, with marks in between. Python's `regex` asks for no consonant before the linker,
 * and looks for it beyond the beginning of the cluster as well.
 * @param {string} text
 * @param {number} at
 * @param {Classes} classes
 * @returns {boolean}
 */
function followsLinker(text, at, classes) {
  while (at > 0) {
    const isPair = at > 1 && /** @type {number} */ (text.codePointAt(at - 2)) > 0xffff;
    at -= isPair ? 2 : 1;
    const [codePoint] = codePointAt(text, at);
    if (classes.Linker.has(codePoint)) return true;
    if (!classes.Conjoined.has(codePoint)) return false;
  }
  return false;
}

/**
 * @param {number} codePoint
 * @param {Classes} classes
 * @returns {string}  "" for a code point of no class
 */
function breakClass(codePoint, classes) {
  if (codePoint >= FIRST_SYLLABLE && codePoint <= LAST_SYLLABLE) {
    return (codePoint - FIRST_SYLLABLE) % SYLLABLES_OF_A_BLOCK ? "LVT" : "LV";
  }
  if (codePoint === CARRIAGE_RETURN || codePoint === LINE_FEED) return "Control";
  return BREAKS.find((name) => classes[name].has(codePoint)) ?? "";
}
