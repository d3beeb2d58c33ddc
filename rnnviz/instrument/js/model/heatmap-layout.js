// Where the heatmaps are: how many columns of them, and how large a cell is. Cells are whole pixels of the screen, so
// that all are of one size, unless there are so many steps that this would waste too much of the width.

import { clamp } from "./numbers.js";

/**
 * @typedef {object} LayoutRequest
 * @property {number} width  of the view, in CSS pixels
 * @property {number} ratio  pixels of the screen for each CSS pixel
 * @property {number} steps
 * @property {number} unitPanels  how many heatmaps have units in their rows
 * @property {number} nameWidth  CSS pixels for the names of labels
 * @property {number} numberWidth  CSS pixels for the numbers of units
 * @property {number} tokenWidth  CSS pixels of the widest token
 */

/**
 * @typedef {object} HeatmapLayout
 * @property {1 | 2} columns
 * @property {number[]} gutters  CSS pixels beside the heatmaps of each column
 * @property {number} cellWidth  CSS pixels of a step
 */

const TWO_COLUMNS = { width: 520, panels: 3, cell: 3 }; // what they need at least; a cell in CSS pixels
const GAP = 14; // CSS pixels between two columns
const EDGE = 3; // CSS pixels beside the last step, for the box around it
const WHOLE_FROM = 3; // pixels of the screen: smaller cells need not be whole
const WIDEST = { cell: 32, token: 72, margin: 8 }; // CSS pixels
const ROW = 9; // CSS pixels of a row that can be read
const READABLE_ROWS = 14; // with more, rows are lower
const HEIGHT = 130; // CSS pixels of so many rows

/**
 * Lay out the heatmaps.
 * @param {LayoutRequest} request
 * @returns {HeatmapLayout}
 */
export function layoutOf({ width, ratio, steps, unitPanels, nameWidth, numberWidth, tokenWidth }) {
  const first = Math.max(nameWidth, numberWidth);
  const half = (width - GAP - first - numberWidth) / 2 - EDGE;
  const fits = width >= TWO_COLUMNS.width && unitPanels >= TWO_COLUMNS.panels && half / steps >= TWO_COLUMNS.cell;
  const room = fits ? half : width - first - EDGE;
  const widest = Math.max(WIDEST.cell, Math.min(tokenWidth + WIDEST.margin, WIDEST.token));
  const pixels = Math.min(room / steps, widest) * ratio;
  return {
    columns: fits ? 2 : 1,
    gutters: fits ? [first, numberWidth] : [first],
    cellWidth: (pixels < WHOLE_FROM ? pixels : Math.floor(pixels)) / ratio,
  };
}

/**
 * The height of a row, in CSS pixels: whole pixels of the screen.
 * @param {number} rows
 * @param {number} ratio
 * @param {number} [readable]  the height of one of a few rows
 * @returns {number}
 */
export function rowHeight(rows, ratio, readable = ROW) {
  const height = (HEIGHT / ROW) * readable;
  const pixels = rows <= READABLE_ROWS ? Math.round(readable * ratio) : Math.round((height * ratio) / rows);
  return clamp(pixels, 1, Math.round(readable * ratio)) / ratio;
}
