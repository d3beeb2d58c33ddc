// Numbers as text, with a real minus sign.

/** The minus sign of numbers. */
export const MINUS = "−";

/** A space at which a line does not break. */
export const HARD_SPACE = "\u00a0";

/** What is written for a result that is none, as of infinity minus infinity. */
export const NOT_A_NUMBER = "not a number";

const LONG = 1e9; // from which on a number has an exponent
const BRIEF_DIGITS = 3;
const EXACT_DIGITS = 6;
const DECIMALS = 3;
const MOST_DECIMALS = 5;

/**
 * Replace the hyphen in front of a number, and in its exponent, by a minus sign.
 * @param {string} text
 * @returns {string}
 */
export function withMinus(text) {
  return text.replaceAll("-", MINUS);
}

/**
 * What is written for values beyond all numbers; "" for a number.
 * @param {number} value
 * @returns {string}
 */
export function beyondNumbers(value) {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  return Number.isFinite(value) ? "" : value > 0 ? "inf" : `${MINUS}inf`;
}

/**
 * A number with a count of significant digits, without trailing zeros: "0.25", "−12.5".
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
export function significant(value, digits) {
  return beyondNumbers(value) || withMinus(String(Number(value.toPrecision(digits))));
}

/**
 * A number in a sentence or label: three significant digits.
 * @param {number} value
 * @returns {string}
 */
export function brief(value) {
  return significant(value, BRIEF_DIGITS);
}

/**
 * The same with a plus in front of what is above zero: "+0.41".
 * @param {number} value
 * @returns {string}
 */
export function signedBrief(value) {
  const text = brief(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

/**
 * A number for a tooltip: six significant digits.
 * @param {number} value
 * @returns {string}
 */
export function exact(value) {
  return significant(value, EXACT_DIGITS);
}

/**
 * A finite number with a fixed count of decimals, or with an exponent where its digits would be many.
 * @param {number} value
 * @param {number} decimals
 * @returns {string}
 */
function digitsOf(value, decimals) {
  return Math.abs(value) < LONG ? value.toFixed(decimals) : value.toExponential(decimals);
}

/**
 * A number with a fixed count of decimals: "0.25".
 * @param {number} value
 * @param {number} [decimals]
 * @returns {string}
 */
export function fixed(value, decimals = 2) {
  return beyondNumbers(value) || withMinus(digitsOf(value, decimals));
}

/**
 * A number with a fixed count of decimals, and a sign unless all digits are zero: "+0.82", "0.00".
 * @param {number} value
 * @param {number} [decimals]
 * @returns {string}
 */
export function signedFixed(value, decimals = 2) {
  if (!Number.isFinite(value)) return (value > 0 ? "+" : "") + beyondNumbers(value);
  const digits = digitsOf(Math.abs(value), decimals);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? MINUS : "+"}${digits}`;
}

/**
 * Three decimals, never with a negative zero. What would read as 0 or 1 without being it gets more decimals, up to
 * `most`: "0.9997".
 * @param {number} value
 * @param {number} [most]
 * @returns {string}
 */
export function decimal(value, most = MOST_DECIMALS) {
  if (!Number.isFinite(value)) return beyondNumbers(value);
  const size = Math.abs(value);
  let digits = digitsOf(size, DECIMALS);
  const misleading = () => (digits === "0.000" || digits === "1.000") && Number(digits) !== size;
  for (let more = DECIMALS + 1; more <= most && misleading(); more++) {
    const longer = size.toFixed(more);
    if (Number(longer) !== Number(digits)) digits = longer;
  }
  return value < 0 && Number(digits) !== 0 ? MINUS + digits : digits;
}

/**
 * A decimal as a summand: its sign, a space and its size, "− 0.031".
 * @param {number} value
 * @returns {string}
 */
export function summand(value) {
  const sign = decimal(value).startsWith(MINUS) ? MINUS : "+";
  return sign + HARD_SPACE + decimal(Math.abs(value));
}

/**
 * A decimal behind another sign: in parentheses if it is negative.
 * @param {number} value
 * @param {number} [most]
 * @returns {string}
 */
export function operand(value, most) {
  const text = decimal(value, most);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/**
 * Whole percents: "68 %". Less than all is never 100 %, more than nothing never 0 %.
 * @param {number} share
 * @returns {string}
 */
export function percent(share) {
  if (!Number.isFinite(share)) return beyondNumbers(share);
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return `under 1${HARD_SPACE}%`;
  if (whole === 100 && share < 1) return `over 99${HARD_SPACE}%`;
  return `${withMinus(digitsOf(whole, 0))}${HARD_SPACE}%`;
}

/**
 * A number between two others.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
