// Arrays as Python sends them: in base64 inside the JSON, or beside it as they are in memory.

/** @import { Numbers } from "./payload.d.ts" */

const LENGTH_BYTES = 4; // before the JSON, its length

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
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const json = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const { buffer } = bytes.slice(LENGTH_BYTES + length); // a copy, so that numbers begin at multiples of their size
  return JSON.parse(json, (_, value) => {
    const type = value instanceof Object && Object.keys(TYPES).find((name) => name in value);
    return type ? new TYPES[type](buffer, value[type][0], value[type][1]) : value;
  });
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
