// Sentences from templates, as Python's `format` fills them in.

import { beyondNumbers, withMinus } from "../model/numbers.js";
import { codePointAt } from "./character-classes.js";

/** @import { CharacterClass } from "./character-classes.js" */

/** A text that cannot be read; the message is a sentence for a person. */
export class InputError extends Error {}

/** @type {Record<string, string>} */
const ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Fill in a template: {name} gives way to a value, {name!r} to one in quotes.
 * @param {string} template
 * @param {Record<string, string | number>} values
 * @param {CharacterClass} [hidden]  of code points that quotes escape
 * @returns {string}
 */
export function filled(template, values, hidden) {
  return template.replace(/\{(\w+)(!r)?\}/g, (_, name, quotes) => {
    return quotes && hidden ? quoted(String(values[name]), hidden) : String(values[name]);
  });
}

/**
 * A text in quotes, as Python writes it.
 * @param {string} text
 * @param {CharacterClass} hidden
 * @returns {string}
 */
export function quoted(text, hidden) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const letters = Array.from(text, (letter) => {
    if (letter === quote) return `\\${letter}`;
    const [codePoint] = codePointAt(letter, 0);
    if (letter === " " || !(hidden.has(codePoint) || letter === "\\")) return letter;
    return ESCAPES[letter] ?? escaped(codePoint);
  });
  return quote + letters.join("") + quote;
}

/**
 * @param {number} codePoint
 * @returns {string}
 */
function escaped(codePoint) {
  const digits = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return codePoint < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/**
 * A number as Python's format "g" writes it, halves rounded to the even digit.
 * @param {number} value
 * @param {number} [significant]  digits
 * @returns {string}
 */
export function general(value, significant = DIGITS) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = rounded(value, significant);
  if (exponent < -4 || exponent >= significant) {
    const sign = exponent < 0 ? "-" : "+";
    return `${trimmed(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const digits = mantissa.replace(/[-.]/g, "");
  const minus = value < 0 ? "-" : "";
  if (exponent < 0) return trimmed(`${minus}0.${"0".repeat(-exponent - 1)}${digits}`);
  return trimmed(`${minus}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

const DIGITS = 6;
const EXACT = 60; // digits after the first, with which a number halfway between two others is exact

/**
 * A number in a few characters: see `short_number` in number_format.py.
 * @param {number} value
 * @returns {string}
 */
export function shortNumber(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return beyondNumbers(value);
  if (size < 1e3) return withMinus(general(value, 3));
  if (size < 1e4) {
    const whole = Math.floor(size);
    const isUp = size - whole > 0.5 || (size - whole === 0.5 && whole % 2 === 1);
    return withMinus(String((isUp ? whole + 1 : whole) * Math.sign(value)));
  }
  const [mantissa, exponent] = rounded(value, 2);
  return withMinus(`${mantissa}e+${exponent}`);
}

/**
 * The first digits of a number, and its exponent.
 * @param {number} value
 * @param {number} significant  how many digits
 * @returns {[mantissa: string, exponent: number]}
 */
function rounded(value, significant) {
  const [digits] = value.toExponential(EXACT).split("e");
  const kept = digits.slice(0, digits.indexOf(".") + significant);
  const isHalf = /^50*$/.test(digits.slice(kept.length));
  const isEven = Number(kept.at(-1)) % 2 === 0;
  const text = isHalf && isEven
    ? `${kept}e${value.toExponential(EXACT).split("e")[1]}`
    : value.toExponential(significant - 1);
  const [mantissa, exponent] = text.split("e");
  return [mantissa, Number(exponent)];
}

/**
 * A number without zeros at the end of its decimals.
 * @param {string} digits
 * @returns {string}
 */
function trimmed(digits) {
  return digits.includes(".") ? digits.replace(/\.?0*$/, "") : digits;
}

/**
 * A whole number with commas between thousands.
 * @param {number} count
 * @returns {string}
 */
export function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
