// Numbers that are typed or pasted, D of them a step: see `parse` in vectors.py.

import { stripped } from "./character-classes.js";
import { InputError } from "./templates.js";

/**
 * @import { NumbersData } from "../playground/playground.d.ts"
 * @import { CharacterClass } from "./character-classes.js"
 * @import { Reader } from "./reader.js"
 */

// White_Space, which is stable.
const SPACE = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LINE = /[^\r\n]+/g;
const SEPARATORS = [0x1c, 0x1d, 0x1e].map((code) => String.fromCharCode(code)).join("");
const LINE_ENDS = new RegExp(`\\r\\n|[\\n-\\r${SEPARATORS}\\x85\\u2028\\u2029]`); // of Python's splitlines
const WORD = new RegExp(`[^${SPACE},;\\[\\]()]+`, "gu");
const CELL = new RegExp(`[^${SPACE};\\[\\]()]+`, "gu");
const PAIR = /^[+\-−]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?$/;
const FILE = new RegExp(`^[^${SPACE}][^\\n]*\\.(?:csv|tsv|txt|npy)$`, "iu");
const NOISE = new RegExp(`^no[iİ]se[${SPACE}]*(?:\\(|$)`, "iu");
const ARGUMENT = (/** @type {string} */ name, /** @type {string} */ value) => `\\s*(?:${name}\\s*=\\s*)?(${value})\\s*`;
const [SEED, STEPS, SCALE] = [
  ARGUMENT("seed", "\\d{1,10}"),
  ARGUMENT("steps", "\\d{1,5}"),
  ARGUMENT("scale", "[^,()\\s]+"),
];
const NOISE_CALL = new RegExp(`^noise\\s*\\(${SEED},${STEPS}(?:,${SCALE})?\\)$`, "iu");
const ASCII = /^\p{ASCII}*$/u;
const DIGITS = "[0-9]+(?:_[0-9]+)*";
const NUMBER = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`);
const BEYOND = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;
const MOST_SCALE = 1e30;

/**
 * Read the numbers of a text.
 * @param {string} text
 * @param {Reader} reader
 * @param {number} limit  of steps
 * @returns {{ numbers: number[], truncated: boolean }}
 */
export function parseNumbers(text, reader, limit) {
  const { vector_size: size, numbers: rules } = reader.data;
  const { look, name } = /** @type {NumbersData} */ (rules);
  const short = [...text].length <= 2 * name ? stripped(text, reader.classes.blank) : "";
  if (FILE.test(short)) throw reader.error("missing_table", { name: short });
  if (NOISE.test(short)) return recordedNoise(short, reader, limit);
  checkCommas(text.slice(0, look), reader);
  const [most, numbers] = [limit * size, /** @type {number[]} */ ([])];
  let truncated = false;
  for (const number of numbersIn(text, reader)) {
    truncated = numbers.length === most;
    if (truncated) break;
    numbers.push(number);
  }
  if (numbers.length % size) throw reader.error("incomplete_step", { size, count: numbers.length });
  return { numbers, truncated };
}

/**
 * A number as people write it: see `parse_number` in vectors.py.
 * @param {string} word
 * @param {Reader["classes"]} classes
 * @returns {number | null}
 */
export function numberOf(word, classes) {
  return floatOf(word.replace(/^["']+|["']+$/g, "").replaceAll("−", "-"), classes);
}

/**
 * A number as Python's `float` reads it. Digits of other scripts are known where a vocabulary is of numbers.
 * @param {string} bare
 * @param {Reader["classes"]} classes
 * @returns {number | null}
 */
export function floatOf(bare, { blank, digit }) {
  const plain = ASCII.test(bare) ? bare.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "") : inAscii(stripped(bare, blank), digit);
  if (NUMBER.test(plain)) return Number(plain.replaceAll("_", ""));
  const beyond = BEYOND.exec(plain);
  if (!beyond) return null;
  return beyond[2] ? (beyond[1] === "-" ? -Infinity : Infinity) : NaN;
}

/**
 * A text with the digits of all scripts as those of ours.
 * @param {string} text
 * @param {CharacterClass | undefined} digit
 * @returns {string}
 */
function inAscii(text, digit) {
  if (!digit) return text;
  return Array.from(text, (letter) => {
    const codePoint = /** @type {number} */ (letter.codePointAt(0));
    if (codePoint < 0x80 || !digit.has(codePoint)) return letter;
    return String(digit.placeInRange(codePoint) % 10);
  }).join("");
}

/**
 * Noise that Python has drawn for this page.
 * @param {string} text
 * @param {Reader} reader
 * @param {number} limit
 * @returns {{ numbers: number[], truncated: boolean }}
 */
function recordedNoise(text, reader, limit) {
  const { vector_size: size, numbers: rules } = reader.data;
  const { noise } = /** @type {NumbersData} */ (rules);
  const held = noise[0].length / size;
  const [, seed, steps, factor = "1"] = NOISE_CALL.exec(text) ?? [];
  const drawn = noise[Number(seed)];
  const scale = numberOf(factor, reader.classes);
  const isHere = drawn && Number(steps) >= 1 && Math.min(Number(steps), limit) <= held;
  if (!isHere || scale === null || !(scale >= 0 && scale <= MOST_SCALE)) {
    throw new InputError(
      `This page draws no random numbers. It holds those of noise(seed=0, steps=${held}) to noise(seed=${
        noise.length - 1
      }, steps=${held}), with any scale.`,
    );
  }
  const read = Math.min(Number(steps), limit);
  return { numbers: drawn.slice(0, read * size).map((number) => number * scale), truncated: Number(steps) > read };
}

/**
 * The numbers of a text, line by line, without a header.
 * @param {string} text
 * @param {Reader} reader
 * @yields {number}
 */
function* numbersIn(text, reader) {
  const { vector_size: size, longest, numbers: rules } = reader.data;
  const { look } = /** @type {NumbersData} */ (rules);
  const start = afterHeader(text, reader);
  const isTable = /[^\r\n][\r\n]+[^\r\n]/.test(text) && !/[[(]/.test(text.slice(0, look));
  for (const line of text.slice(start).matchAll(LINE)) {
    let count = 0;
    for (const [word] of line[0].matchAll(WORD)) {
      const number = numberOf(word, reader.classes);
      if (number === null) {
        const letters = [...word];
        const shown = letters.length <= longest ? word : `${letters.slice(0, longest).join("")}…`;
        throw reader.error("not_a_number", { word: shown });
      }
      yield number;
      count++;
    }
    if (isTable && count && count % size && size % count) {
      const row = text.slice(0, start + line.index).split("\n").length;
      throw reader.error("incomplete_line", { size, row, count });
    }
  }
}

/**
 * Where the numbers begin: after the first line, if it holds words alone and more lines follow.
 * @param {string} text
 * @param {Reader} reader
 * @returns {number}
 */
function afterHeader(text, { classes, data: { numbers } }) {
  const { look } = /** @type {NumbersData} */ (numbers);
  for (const line of text.slice(0, look).matchAll(LINE)) {
    if (!stripped(line[0], classes.blank)) continue;
    const end = line.index + line[0].length;
    if (!text.slice(end, end + look).match(WORD)) return 0;
    let cells = line[0].split(/[\t,;]/).filter((cell) => stripped(cell, classes.blank));
    if (cells.length < 2) cells = wordsOf(line[0], classes.blank);
    return isHeader(cells, classes) ? end : 0;
  }
  return 0;
}

/**
 * @param {string} line
 * @param {CharacterClass} blank
 * @returns {string[]}
 */
function wordsOf(line, blank) {
  const spaced = Array.from(line, (letter) => blank.has(letter.charCodeAt(0)) ? " " : letter).join("");
  return spaced.split(" ").filter(Boolean);
}

/**
 * Whether the cells of a line name the columns of a table.
 * @param {string[]} cells
 * @param {Reader["classes"]} classes
 * @returns {boolean}
 */
function isHeader(cells, classes) {
  return cells.length > 0 && cells.every((cell) => {
    const title = stripped(cell, classes.blank).replace(/^["']+|["']+$/g, "");
    const first = title.codePointAt(0);
    if (first === undefined || !(title[0] === "_" || classes.letter.has(first))) return false;
    return [...title][1] !== "." && !title.includes("\n") && numberOf(cell, classes) === null;
  });
}

/**
 * Refuse commas that may be decimal ones: see `_check_commas` in vectors.py.
 * @param {string} start  of the text
 * @param {Reader} reader
 */
function checkCommas(start, reader) {
  const rows = start.split(LINE_ENDS).map((line) => line.match(CELL) ?? []).filter(({ length }) => length);
  const cells = rows.flat();
  const pair = cells.find((cell) => PAIR.test(cell));
  if (pair === undefined || cells.length === 1 || cells.some((cell) => cell.includes(",") && !PAIR.test(cell))) return;
  if (reader.data.vector_size === 2 && (rows.length === 1 || rows.some(({ length }) => length !== 2))) return;
  throw reader.error("ambiguous_comma", { pair, point: pair.replaceAll(",", ".") });
}
