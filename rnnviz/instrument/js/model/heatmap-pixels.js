// The pixels of a heatmap: one for each step and row, in the colours of colours.js.

import { channels } from "./colours.js";

/** @import { Scale } from "./colours.js" */

/**
 * What a heatmap shows.
 * @typedef {object} Field
 * @property {Float32Array} values  step by step
 * @property {number} width  how many values there are at each step
 * @property {number} steps
 * @property {number[]} rows  which of them are shown, from top to bottom
 */

/**
 * A value beyond the end of a colour scale.
 * @typedef {object} Beyond
 * @property {number} row  among the rows that are shown
 * @property {number} step
 * @property {boolean} above  whether it is above the upper end
 */

/**
 * The pixels of a heatmap, row by row, as red, green, blue and opacity.
 * @param {Field} field
 * @param {Scale} scale
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function pixelsOf({ values, width, steps, rows }, { colour, negative_colour, limits: [low, high] }) {
  const pixels = new Uint8ClampedArray(4 * steps * rows.length);
  const [above, below] = [colour, negative_colour].map(channels);
  for (let row = 0, k = 0; row < rows.length; row++) {
    for (let step = 0, at = rows[row]; step < steps; step++, at += width, k += 4) {
      const value = values[at];
      const hue = value >= 0 ? above : below;
      pixels[k] = hue[0];
      pixels[k + 1] = hue[1];
      pixels[k + 2] = hue[2];
      pixels[k + 3] = 255 * (value >= 0 ? value / high : value / low); // clamped to 255
    }
  }
  return pixels;
}

/**
 * The values of a heatmap that are beyond the ends of its scale.
 * @param {Field} field
 * @param {[number, number]} limits
 * @returns {Beyond[]}
 */
export function beyondLimits({ values, width, steps, rows }, [low, high]) {
  /** @type {Beyond[]} */
  const beyond = [];
  for (let row = 0; row < rows.length; row++) {
    for (let step = 0, at = rows[row]; step < steps; step++, at += width) {
      if (values[at] > high || values[at] < low) beyond.push({ row, step, above: values[at] > high });
    }
  }
  return beyond;
}
