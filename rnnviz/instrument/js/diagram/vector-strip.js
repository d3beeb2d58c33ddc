// A vector as a strip of its units, each a small cell in the colour of its value.

import { colourOf } from "../model/colours.js";
import { svg } from "../page/dom.js";
import { gridOf } from "./geometry.js";

// Cells of the same shade are one path, so that a step changes some twenty elements of a strip instead
// of one for each unit, which takes a third of the time. So many shades that rounding cannot be seen.
const SHADES = 32; // from zero to either end of the scale
const GAP_FROM = 4; // cells at least this wide stand a little apart
const GAP = 0.6;

export class DiagramStrip {
  /** centre: [x, y]. size: of the whole strip. count: how many units. */
  constructor([x, y], size, count) {
    this.count = count;
    this.size = size;
    this.corner = [x - size[0] / 2, y - size[1] / 2];
    this.grid = gridOf(count, size);
    this.cell = [size[0] / this.grid.columns, size[1] / this.grid.rows];
    const gap = Math.min(...this.cell) >= GAP_FROM ? GAP : 0;
    this.shapes = Array.from({ length: count }, (_, unit) => this.shapeOf(unit, gap));
    this.cells = svg("g", { class: "cells" });
    this.shades = new Map(); // by shade, from -SHADES to SHADES: its path
    this.title = svg("title");
    const frame = { x: this.corner[0], y: this.corner[1], width: size[0], height: size[1] };
    const [width, height] = this.cell;
    this.chosen = svg("g", { class: "chosen" }, svg("rect", { class: "clear", width, height }), svg("rect", { width, height }));
    this.element = svg(
      "g",
      { class: "vector" },
      svg("rect", { ...frame, class: "paper" }),
      gap ? svg("path", { class: "grid", d: this.gridLines() }) : null,
      this.cells,
      svg("rect", { ...frame, class: "edge", rx: 2 }),
      this.chosen,
      this.title,
    );
  }

  cornerOf(unit) {
    const { columns } = this.grid;
    return [this.corner[0] + (unit % columns) * this.cell[0], this.corner[1] + Math.floor(unit / columns) * this.cell[1]];
  }

  shapeOf(unit, gap) {
    const [x, y] = this.cornerOf(unit).map((start) => rounded(start + gap / 2));
    const [width, height] = this.cell.map((side) => rounded(side - gap));
    return `M${x} ${y}h${width}v${height}h${-width}z`;
  }

  /** Lines between the cells, so that zeros can be told apart too. */
  gridLines() {
    const [x, y] = this.corner;
    const [width, height] = this.size;
    const inner = (count) => Array.from({ length: count - 1 }, (_, k) => k + 1);
    const columns = inner(this.grid.columns).map((k) => `M${x + k * this.cell[0]} ${y}v${height}`);
    const rows = inner(this.grid.rows).map((k) => `M${x} ${y + k * this.cell[1]}h${width}`);
    return [...columns, ...rows].join("");
  }

  /** Show numbers on a quantity's scale; without numbers the strip stays empty. */
  paint(numbers, quantity) {
    const [low, high] = quantity.limits;
    const drawn = new Array(2 * SHADES + 1).fill("");
    for (let unit = 0; numbers && unit < this.count; unit++) {
      const share = numbers[unit] >= 0 ? numbers[unit] / high : -numbers[unit] / low;
      const shade = Math.round(Math.max(-1, Math.min(1, share)) * SHADES);
      drawn[SHADES + shade] += this.shapes[unit];
    }
    drawn.forEach((d, k) => {
      const known = this.shades.get(k - SHADES);
      if (d === (known?.d ?? "") || k === SHADES) return;
      const shade = known ?? this.newShade(k - SHADES, quantity);
      shade.d = d;
      shade.path.setAttribute("d", d);
    });
  }

  newShade(shade, quantity) {
    const fill = colourOf({ ...quantity, limits: [-SHADES, SHADES] }, shade);
    const found = { path: svg("path", { fill }), d: "" };
    this.cells.append(found.path);
    this.shades.set(shade, found);
    return found;
  }

  choose(unit) {
    this.chosen.setAttribute("transform", `translate(${this.cornerOf(unit)})`);
  }

  /** The unit under a point of the page; null beside the last one. */
  unitAt(clientX, clientY) {
    const box = this.element.firstChild.getBoundingClientRect();
    const part = (at, start, length, parts) => Math.min(Math.max(Math.floor(((at - start) / length) * parts), 0), parts - 1);
    const column = part(clientX, box.left, box.width, this.grid.columns);
    const unit = part(clientY, box.top, box.height, this.grid.rows) * this.grid.columns + column;
    return unit < this.count ? unit : null;
  }
}

function rounded(value) {
  return Math.round(value * 1000) / 1000;
}
