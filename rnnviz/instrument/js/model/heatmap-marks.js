// What is drawn on the cells of a heatmap, as SVG paths: values beyond the scale or all numbers, and what is held.

/** @import { Beyond, Strange } from "./heatmap-pixels.js" */

/** @typedef {[width: number, height: number]} CellSize  in CSS pixels */

const NOTCH = { most: 5, share: 0.6, least: 1.5 }; // pixels of a side; of the smaller side of the cell

/**
 * A notch in the corner of every cell whose value is beyond the scale: at the upper edge if it is above, at the lower
 * edge if it is below.
 * @param {Beyond[]} beyond
 * @param {CellSize} cell
 * @returns {string}
 */
export function notchPath(beyond, [width, height]) {
  const side = rounded(Math.max(Math.min(NOTCH.most, NOTCH.share * Math.min(width, height)), NOTCH.least));
  return beyond.map(({ row, step, above }) => {
    const [x, y] = [(step + 1) * width, (above ? row : row + 1) * height].map(rounded);
    return `M${x} ${y}h${-side}L${x} ${rounded(y + (above ? side : -side))}z`;
  }).join("");
}

/**
 * A cross over every cell whose value is no finite number.
 * @param {Strange[]} strange
 * @param {CellSize} cell
 * @returns {string}
 */
export function crossPath(strange, [width, height]) {
  const arm = rounded(Math.max(0.35 * Math.min(width, height), 1));
  return strange.map(({ row, step }) => {
    const [x, y] = [(step + 0.5) * width - arm, (row + 0.5) * height - arm].map(rounded);
    return `M${x} ${y}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}`;
  }).join("");
}

/**
 * The outline of the cells that a test selects.
 * @param {number} steps
 * @param {number} rows
 * @param {(step: number, row: number) => boolean} isInside
 * @param {CellSize} cell
 * @returns {string}
 */
export function outlinePath(steps, rows, isInside, [width, height]) {
  /** @type {(step: number, row: number) => boolean} */
  const inside = (step, row) => step >= 0 && step < steps && row >= 0 && row < rows && isInside(step, row);
  let path = "";
  for (let row = 0; row <= rows; row++) {
    const edges = (/** @type {number} */ step) => Number(inside(step, row)) - Number(inside(step, row - 1));
    for (const [from, to] of runs(steps, edges)) {
      path += `M${rounded(from * width)} ${rounded(row * height)}H${rounded(to * width)}`;
    }
  }
  for (let step = 0; step <= steps; step++) {
    const edges = (/** @type {number} */ row) => Number(inside(step, row)) - Number(inside(step - 1, row));
    for (const [from, to] of runs(rows, edges)) {
      path += `M${rounded(step * width)} ${rounded(from * height)}V${rounded(to * height)}`;
    }
  }
  return path;
}

/**
 * The runs of equal numbers that are not zero, from where each begins to where it ends.
 * @param {number} count
 * @param {(at: number) => number} number
 * @returns {[from: number, to: number][]}
 */
function runs(count, number) {
  /** @type {[number, number][]} */
  const found = [];
  for (let at = 0, before = 0; at < count; at++) {
    const now = number(at);
    if (now && now === before) found[found.length - 1][1] = at + 1;
    else if (now) found.push([at, at + 1]);
    before = now;
  }
  return found;
}

/**
 * @param {number} value
 * @returns {number}
 */
function rounded(value) {
  return Math.round(value * 100) / 100;
}
