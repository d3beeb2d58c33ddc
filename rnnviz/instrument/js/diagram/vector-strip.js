// A vector as a strip of its units, each a small cell in the colour of its value.

import { colourOf } from "../model/colours.js";
import { crossPath } from "../model/heatmap-marks.js";
import { clamp } from "../model/numbers.js";
import { svg } from "../page/dom.js";

/**
 * @import { Scale } from "../model/colours.js"
 * @import { Point, Size } from "./geometry.js"
 */

// Cells of the same shade are one path. So a step changes some fifteen elements of a strip instead of one for each
// unit, which takes a third of the time. With this many shades, rounding cannot be seen.
const SHADES = 16; // from zero to either end of the scale
const GAP_FROM = 4; // cells at least this wide have a gap between them
const GAP = 0.6;

/** The elements of a strip, and the means to paint it. */
export class VectorStrip {
  /**
   * @param {Point} centre
   * @param {Size} size  of the whole strip
   * @param {number} count  of units
   */
  constructor([x, y], size, count) {
    this.count = count;
    this.size = size;
    /** @type {Point} */
    this.corner = [x - size[0] / 2, y - size[1] / 2];
    this.grid = gridOf(count, size);
    /** @type {Size} */
    this.cell = [size[0] / this.grid.columns, size[1] / this.grid.rows];
    const gap = Math.min(...this.cell) >= GAP_FROM ? GAP : 0;
    this.shapes = Array.from({ length: count }, (_, unit) => this.shapeOf(unit, gap));
    this.cells = svg("g", { class: "cells" });
    /** @type {Map<number, { path: SVGPathElement, d: string }>} by shade, from -SHADES to SHADES */
    this.shades = new Map();
    const [left, top] = this.corner;
    this.crosses = svg("path", { class: "crosses", transform: `translate(${left} ${top})` });
    /** Whether a value is infinite or not a number. */
    this.isStrange = false;
    this.title = svg("title");
    const frame = { x: this.corner[0], y: this.corner[1], width: size[0], height: size[1] };
    const [width, height] = this.cell;
    const clear = svg("rect", { class: "clear", width, height });
    this.selection = svg("g", { class: "selected" }, clear, svg("rect", { width, height }));
    this.background = svg("rect", { ...frame, class: "paper" });
    this.element = svg(
      "g",
      { class: "vector" },
      this.background,
      gap ? svg("path", { class: "grid", d: this.gridLines() }) : null,
      this.cells,
      this.crosses,
      svg("rect", { ...frame, class: "edge", rx: 2 }),
      this.selection,
      this.title,
    );
  }

  /**
   * The upper left corner of a unit's cell.
   * @param {number} unit
   * @returns {Point}
   */
  cornerOf(unit) {
    const { columns } = this.grid;
    const [x, y] = this.corner;
    return [x + (unit % columns) * this.cell[0], y + Math.floor(unit / columns) * this.cell[1]];
  }

  /**
   * A unit's cell as an SVG path.
   * @param {number} unit
   * @param {number} gap
   * @returns {string}
   */
  shapeOf(unit, gap) {
    const [x, y] = this.cornerOf(unit).map((start) => rounded(start + gap / 2));
    const [width, height] = this.cell.map((side) => rounded(side - gap));
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }

  /**
   * Lines between the cells, which separate zeros too.
   * @returns {string} an SVG path
   */
  gridLines() {
    const [x, y] = this.corner;
    const [width, height] = this.size;
    /** @type {(count: number) => number[]} */
    const inner = (count) => Array.from({ length: count - 1 }, (_, k) => k + 1);
    const columns = inner(this.grid.columns).map((k) => `M${x + k * this.cell[0]} ${y}v${height}`);
    const rows = inner(this.grid.rows).map((k) => `M${x} ${y + k * this.cell[1]}h${width}`);
    return [...columns, ...rows].join("");
  }

  /**
   * Show values on a scale. Without values the strip is empty.
   * @param {ArrayLike<number> | null} values
   * @param {Scale} scale
   */
  paint(values, scale) {
    /** @type {string[]} */
    const drawn = Array.from({ length: 2 * SHADES + 1 }, () => "");
    const strange = [];
    for (let unit = 0; values && unit < this.count; unit++) {
      const shade = shadeOf(values[unit], scale.limits);
      if (shade !== null) drawn[SHADES + shade] += this.shapes[unit];
      if (!Number.isFinite(values[unit])) strange.push(unit);
    }
    this.cross(strange);
    drawn.forEach((d, k) => {
      const known = this.shades.get(k - SHADES);
      if (d === (known?.d ?? "") || k === SHADES) return;
      const shade = known ?? this.addShade(k - SHADES, scale);
      shade.d = d;
      shade.path.setAttribute("d", d);
    });
  }

  /**
   * Put a cross on units, as the heatmaps do on values that are infinite or not a number.
   * @param {number[]} units
   */
  cross(units) {
    if (!units.length && !this.isStrange) return;
    this.isStrange = units.length > 0;
    const { columns } = this.grid;
    const cells = units.map((unit) => ({ row: Math.floor(unit / columns), step: unit % columns }));
    this.crosses.setAttribute("d", crossPath(cells, this.cell));
  }

  /**
   * @param {number} shade
   * @param {Scale} scale
   * @returns {{ path: SVGPathElement, d: string }}
   */
  addShade(shade, scale) {
    const fill = colourOf({ ...scale, limits: [-SHADES, SHADES] }, shade);
    const added = { path: svg("path", { fill }), d: "" };
    this.cells.append(added.path);
    this.shades.set(shade, added);
    return added;
  }

  /**
   * Mark a unit, if the strip has it.
   * @param {number} unit
   */
  select(unit) {
    this.selection.toggleAttribute("hidden", unit >= this.count);
    this.selection.setAttribute("transform", `translate(${this.cornerOf(unit)})`);
  }

  /**
   * The unit at a point of the window.
   * @param {{ clientX: number, clientY: number }} point
   * @returns {number | null} null in the empty cells after the last unit
   */
  unitAt({ clientX, clientY }) {
    const box = this.background.getBoundingClientRect();
    const column = partAt(clientX - box.left, box.width, this.grid.columns);
    const unit = partAt(clientY - box.top, box.height, this.grid.rows) * this.grid.columns + column;
    return unit < this.count ? unit : null;
  }
}

/**
 * The shade of a value, from -SHADES to SHADES.
 * @param {number} value
 * @param {readonly [number, number]} limits  of the scale
 * @returns {number | null} null for what is not a number
 */
export function shadeOf(value, [low, high]) {
  if (Number.isNaN(value)) return null;
  return Math.round(clamp(value >= 0 ? value / high : -value / low, -1, 1) * SHADES);
}

/**
 * Which of several equal parts of a length a distance falls into.
 * @param {number} distance
 * @param {number} length
 * @param {number} parts
 * @returns {number}
 */
function partAt(distance, length, parts) {
  return clamp(Math.floor((distance / length) * parts), 0, parts - 1);
}

/**
 * @param {number} value
 * @returns {number}
 */
function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/**
 * How units fill a strip, with cells as close to squares as possible.
 * @param {number} count  of units
 * @param {Size} size
 * @returns {{ columns: number, rows: number }}
 */
export function gridOf(count, [width, height]) {
  let best = { columns: count, rows: 1 };
  let lowest = Infinity;
  for (let rows = 1; rows <= Math.min(count, height); rows++) {
    const columns = Math.ceil(count / rows);
    const stretch = Math.abs(Math.log(width / columns / (height / rows)));
    const cost = stretch + (4 * (columns * rows - count)) / count;
    if (cost < lowest) [best, lowest] = [{ columns, rows }, cost];
  }
  return best;
}
