// Arrays as Python sends them: in base64 inside the JSON, or beside it as they are in memory.

/** @import { Numbers } from "./payload.d.ts" */

const LENGTH_BYTES = 4; // before the JSON, its length
const LARGEST_EXPONENT = 0x1f; // of float16: infinities and NaN
const RARE = 15; // the code of an upper byte that is none of the 15 most frequent ones

/**
 * The types of the arrays beside the JSON, as NumPy calls them. Half precision needs decoding.
 * @type {Record<string, new (buffer: ArrayBuffer, first: number, length: number) => Exclude<Numbers, string>>}
 */
const TYPES = { "<f4": Float32Array, "<f2": Uint16Array, "|u1": Uint8Array };

/**
 * Unpack data with arrays: see `as_bytes` in array_packing.py.
 * @param {Uint8Array} bytes
 * @returns {any}
 */
export function unpack(bytes) {
  const begin = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const json = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, begin));
  const { buffer } = bytes.slice(begin); // a copy, so that numbers begin at multiples of their size
  return JSON.parse(json, (_, value) => {
    const type = value instanceof Object && Object.keys(TYPES).find((name) => name in value);
    if (!type) return value;
    const [first, length, rare] = value[type];
    if (rare === undefined) return new TYPES[type](buffer, first, length);
    return joined(new Uint8Array(buffer, first), length, rare);
  });
}

/**
 * Put float32 numbers together whose upper bytes are coded: see `_with_coded_upper_bytes` in array_packing.py.
 * @param {Uint8Array} bytes  what is coded
 * @param {number} length  how many numbers there are
 * @param {number} rareLength  how many upper bytes are rare
 * @returns {Float32Array}
 */
function joined(bytes, length, rareLength) {
  const octets = new Uint8Array(4 * length);
  let rare = RARE + Math.ceil(length / 2);
  const third = rare + rareLength;
  const lower = third + length;
  for (let k = 0; k < length; k++) {
    const code = (bytes[RARE + (k >> 1)] >> (4 * (k % 2))) & 15;
    octets[4 * k] = bytes[lower + 2 * k];
    octets[4 * k + 1] = bytes[lower + 2 * k + 1];
    octets[4 * k + 2] = bytes[third + k];
    octets[4 * k + 3] = code < RARE ? bytes[code] : bytes[rare++];
  }
  return new Float32Array(octets.buffer);
}

/**
 * Read float32 numbers.
 * @param {Numbers} numbers
 * @returns {Float32Array}
 */
export function decodeFloats(numbers) {
  return typeof numbers === "string" ? new Float32Array(bufferOf(numbers)) : /** @type {Float32Array} */ (numbers);
}

/**
 * Read float16 numbers (IEEE 754).
 * @param {Numbers} numbers
 * @returns {Float32Array}
 */
export function decodeHalves(numbers) {
  const halves = typeof numbers === "string" ? new Uint16Array(bufferOf(numbers)) : numbers;
  return Float32Array.from(halves, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
    if (exponent === LARGEST_EXPONENT) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
}

/**
 * Read bytes.
 * @param {Numbers} numbers
 * @returns {Uint8Array}
 */
export function decodeBytes(numbers) {
  return typeof numbers === "string" ? new Uint8Array(bufferOf(numbers)) : /** @type {Uint8Array} */ (numbers);
}

/**
 * @param {string} base64
 * @returns {ArrayBuffer}
 */
function bufferOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * An object with other values under the same names.
 * @template Value, Result
 * @param {Record<string, Value>} object
 * @param {(value: Value) => Result} change
 * @returns {Record<string, Result>}
 */
export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
