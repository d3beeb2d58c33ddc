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
 * A value that is no finite number.
 * @typedef {object} Strange
 * @property {number} row  among the rows that are shown
 * @property {number} step
 */

/** Lines of pixels of each row, and how many of them show the unchanged run. */
export const LINES = { each: 3, unchanged: 1 };

/**
 * The pixels of a heatmap, row by row, as red, green, blue and opacity.
 * @param {Field} field
 * @param {Scale} scale
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function pixelsOf(field, scale) {
  const pixels = new Uint8ClampedArray(4 * field.steps * field.rows.length);
  paintRows(pixels, field, scale, { first: 0, lines: 1 });
  return pixels;
}

/**
 * The pixels of a heatmap with a strip along the lower edge of each row for the unchanged run: a row is LINES.each
 * pixels high.
 * @param {Field} field
 * @param {Float32Array} unchanged  values in the order of the field's
 * @param {Scale} scale
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function stripedPixels(field, unchanged, scale) {
  const { each, unchanged: strip } = LINES;
  const pixels = new Uint8ClampedArray(4 * field.steps * field.rows.length * each);
  for (let line = 0; line < each; line++) {
    const values = line < each - strip ? field.values : unchanged;
    paintRows(pixels, { ...field, values }, scale, { first: line, lines: each });
  }
  return pixels;
}

/**
 * Paint one line of pixels of every row.
 * @param {Uint8ClampedArray<ArrayBuffer>} pixels
 * @param {Field} field
 * @param {Scale} scale
 * @param {{ first: number, lines: number }} place  the line, and how many a row has
 */
function paintRows(pixels, { values, width, steps, rows }, scale, { first, lines }) {
  const { colour, negative_colour, limits: [low, high] } = scale;
  const [above, below] = [colour, negative_colour].map(channels);
  for (let row = 0; row < rows.length; row++) {
    let k = 4 * steps * (row * lines + first);
    for (let step = 0, at = rows[row]; step < steps; step++, at += width, k += 4) {
      const value = values[at];
      const hue = value >= 0 ? above : below;
      pixels[k] = hue[0];
      pixels[k + 1] = hue[1];
      pixels[k + 2] = hue[2];
      pixels[k + 3] = 255 * (value >= 0 ? value / high : value / low); // clamped to 255; 0 for NaN, which has a cross
    }
  }
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
      const value = values[at];
      if ((value > high || value < low) && Number.isFinite(value)) beyond.push({ row, step, above: value > high });
    }
  }
  return beyond;
}

/**
 * The values of a heatmap that are infinite or not a number.
 * @param {Field} field
 * @param {(step: number) => boolean} isGap  whether there is no step in a column
 * @returns {Strange[]}
 */
export function strangeValues({ values, width, steps, rows }, isGap) {
  /** @type {Strange[]} */
  const strange = [];
  for (let row = 0; row < rows.length; row++) {
    for (let step = 0, at = rows[row]; step < steps; step++, at += width) {
      if (!Number.isFinite(values[at]) && !isGap(step)) strange.push({ row, step });
    }
  }
  return strange;
}
