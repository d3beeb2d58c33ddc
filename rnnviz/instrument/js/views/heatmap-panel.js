// One heatmap: its heading with the scale, the names of its rows, its cells on a canvas, and the marks over them.

import { inkOf } from "../diagram/value-display.js";
import { faded } from "../model/colours.js";
import { crossPath, notchPath, outlinePath } from "../model/heatmap-marks.js";
import { limitTexts } from "../model/heatmap-panels.js";
import { beyondLimits, LINES, pixelsOf, strangeValues, stripedPixels } from "../model/heatmap-pixels.js";
import { holdAt } from "../model/holds.js";
import { clamp } from "../model/numbers.js";
import { html, svg } from "../page/dom.js";

/**
 * @import { PanelContent } from "../model/heatmap-panels.js"
 * @import { Beyond } from "../model/heatmap-pixels.js"
 * @import { State } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/** @typedef {{ gutter: number, cellWidth: number, rowHeight: number }} PanelSize  in CSS pixels */
/** @typedef {{ row: number, step: number }} CellPlace */

const FADE = { duration: 160, easing: "linear" };
const NAMED_FROM = 8; // pixels of a row whose name can be read
const STRIPED_FROM = 6; // pixels of a row in which the strip of the unchanged run can be seen
const SMALLEST_BOX = 4; // pixels of the box around a cell
const OUT = 1; // pixels by which a box is larger than what it surrounds
const [HELD, FROZEN] = [1, 2]; // see payload_encoding.py

/** A heatmap and the means to change it. */
export class HeatmapPanel {
  /** @param {string} name  of the quantity, or "prediction" */
  constructor(name) {
    this.name = name;
    this.swatch = html("span", { class: "heatmap-swatch", "aria-hidden": "true" });
    this.title = html("span", { class: "heatmap-title" });
    this.symbol = html("i");
    this.remark = html("span", { class: "heatmap-remark" });
    this.legend = html("span", { class: "heatmap-legend" });
    this.names = html("div", { class: "heatmap-names", "aria-hidden": "true" });
    this.lone = html("span", { class: "selected" });
    this.isReadable = true; // whether every row has its name
    this.canvases = [html("canvas"), html("canvas", { hidden: true })];
    this.held = svg("path", { class: "held" });
    this.frozen = svg("path", { class: "held frozen" });
    this.notches = svg("path", { class: "notches" });
    this.crosses = svg("path", { class: "crosses" });
    this.unasked = html("div", { class: "heatmap-unasked", "aria-hidden": "true" });
    this.gaps = html("div", { class: "heatmap-gaps", "aria-hidden": "true" });
    this.pointed = svg("rect", { class: "pointed" });
    this.column = svg("rect", { class: "column" });
    this.cell = svg("rect", { class: "picked" });
    this.marker = svg("path", { class: "marker", d: "M-8 -4.5L-2 0L-8 4.5z" });
    const marks = [
      this.notches,
      this.crosses,
      this.held,
      this.frozen,
      this.pointed,
      this.column,
      this.cell,
      this.marker,
    ];
    this.marks = svg("svg", { "aria-hidden": "true" }, marks);
    this.plot = html("div", { class: "heatmap-plot", role: "img" }, this.canvases, this.unasked, this.gaps, this.marks);
    const heading = html("figcaption", {}, this.swatch, this.title, this.symbol, this.remark, this.legend);
    const body = html("div", { class: "heatmap-body" }, this.names, this.plot);
    this.element = html("figure", { class: "heatmap", "data-name": name }, heading, body);
    /** @type {Animation[]} */
    this.animations = []; // of a picture that fades into another
    /** @type {PanelContent | null} */
    this.content = null;
    /** @type {PanelSize} */
    this.size = { gutter: 0, cellWidth: 1, rowHeight: 1 };
  }

  /**
   * Show other values, or the same in other rows.
   * @param {PanelContent} content
   * @param {PanelSize} size
   * @param {Trace} trace
   * @param {boolean} fades  whether the old picture fades into the new one
   */
  show(content, size, trace, fades) {
    const known = this.content !== null;
    this.content = content;
    this.size = size;
    const { field, scale, title, symbol, kind } = content;
    const [width, height] = [field.steps * size.cellWidth, field.rows.length * size.rowHeight];
    const beyond = content.clipped ? beyondLimits(field, scale.limits) : [];
    this.element.style.setProperty("--gutter", `${size.gutter}px`);
    this.element.style.setProperty("--hue", scale.colour);
    this.title.textContent = title;
    this.title.style.color = kind === "labels" ? "" : inkOf({ name: this.name, colour: scale.colour });
    this.symbol.textContent = symbol;
    const strange = strangeValues(field, (step) => trace.isGap(step));
    const notched = beyond.length ? `; ${values(beyond.length)} beyond the scale` : "";
    const crossed = strange.length ? `; ${values(strange.length)} infinite or not a number` : "";
    const extent = `${field.rows.length} ${kind} over ${field.steps} steps`;
    this.plot.setAttribute("aria-label", `${title}, ${extent}${notched}${crossed}`);
    this.element.style.setProperty("--plot", `${width}px`);
    this.plot.style.width = `${width}px`;
    this.plot.style.height = `${height}px`;
    this.marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.paint(fades && known);
    this.notches.setAttribute("d", notchPath(beyond, [size.cellWidth, size.rowHeight]));
    this.crosses.setAttribute("d", crossPath(strange, [size.cellWidth, size.rowHeight]));
    this.showHolds(trace);
    if (kind === "labels") this.showUnasked(trace);
    this.gaps.replaceChildren(...this.columnsOver(trace, (step) => trace.isGap(step)));
    this.showLegend(beyond, strange.length);
    this.showNames();
  }

  /**
   * Whether each row has a strip that shows the unchanged run.
   * @returns {boolean}
   */
  get isStriped() {
    return Boolean(this.content?.unchanged) && this.size.rowHeight >= STRIPED_FROM;
  }

  /** @param {boolean} fades */
  paint(fades) {
    const { content, size } = this;
    if (!content) return;
    const { field, scale, unchanged } = content;
    const shown = unchanged && this.isStriped ? unchanged : null;
    const [width, height] = [field.steps, field.rows.length * (shown ? LINES.each : 1)];
    if (fades) this.canvases.reverse();
    const [now, old] = this.canvases;
    for (const animation of this.animations) animation.cancel();
    this.animations = [];
    now.hidden = false;
    now.width = width;
    now.height = height;
    now.style.width = `${width * size.cellWidth}px`;
    now.style.height = `${field.rows.length * size.rowHeight}px`;
    const pixels = shown ? stripedPixels(field, shown, scale) : pixelsOf(field, scale);
    now.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    old.hidden = !fades;
    if (!fades) return;
    this.animations = [now.animate({ opacity: [0, 1] }, FADE), old.animate({ opacity: [1, 0] }, FADE)];
    this.animations[1].addEventListener("finish", () => (old.hidden = true));
  }

  /**
   * Outline what an intervention holds, and say so.
   * @param {Trace} trace
   */
  showHolds(trace) {
    const { content, size, name } = this;
    const holds = content?.kind === "units" && trace.holds[name];
    this.remark.textContent = "";
    for (const path of [this.held, this.frozen]) path.removeAttribute("d");
    if (!content || !holds) return;
    const { steps, rows } = content.field;
    /** @type {(hold: number) => (step: number, row: number) => boolean} */
    const isHeld = (hold) => (step, row) => holdAt(trace, name, step, rows[row]) === hold;
    /** @type {(hold: number) => string} */
    const outline = (hold) => outlinePath(steps, rows.length, isHeld(hold), [size.cellWidth, size.rowHeight]);
    this.held.setAttribute("d", outline(HELD));
    this.frozen.setAttribute("d", outline(FROZEN));
    const isShown = (/** @type {SVGPathElement} */ path) => path.getAttribute("d") !== "";
    const words = [isShown(this.held) && "▭ held", isShown(this.frozen) && "┈ frozen"].filter(Boolean);
    const everywhere = holds.every((hold) => hold === HELD);
    this.remark.textContent = everywhere ? "held everywhere" : words.join(", ") || "held in other rows";
  }

  /**
   * Hatch the steps after which the model was not trained to answer, and say so.
   * @param {Trace} trace
   */
  showUnasked(trace) {
    const columns = this.columnsOver(trace, (step) => !trace.isAsked(step) && !trace.isGap(step));
    this.unasked.replaceChildren(...columns);
    this.remark.textContent = columns.length ? "▨ not an answer" : "";
    this.remark.title = "Hatched: the model is not trained to answer after these steps";
  }

  /**
   * An element over the column of every step that a test selects.
   * @param {Trace} trace
   * @param {(step: number) => boolean} isSelected
   * @returns {HTMLElement[]}
   */
  columnsOver(trace, isSelected) {
    const { cellWidth } = this.size;
    return [...trace.tokens.keys()].filter(isSelected)
      .map((step) => html("i", { style: `left: ${step * cellWidth}px; width: ${cellWidth}px` }));
  }

  /**
   * The colours of the scale between its ends, and how much is beyond.
   * @param {Beyond[]} beyond
   * @param {number} strange  how many values are no finite numbers
   */
  showLegend(beyond, strange) {
    if (!this.content) return;
    const { scale, field, clipped } = this.content;
    const [low, high] = limitTexts(scale);
    const ends = [scale.limits[0] < 0 ? faded(scale.negative_colour, 1) : null, "transparent", faded(scale.colour, 1)];
    const ramp = `linear-gradient(to right, ${ends.filter(Boolean).join(",")})`;
    const parts = [low, html("span", { class: "heatmap-ramp", style: `background-image: ${ramp}` }), high];
    const count = beyond.length;
    const all = field.rows.length * field.steps;
    const notched = count ? `; of the ${all} shown, ${count} beyond it ${count > 1 ? "have" : "has"} a notch` : "";
    this.legend.title = clipped ? `The scale holds at least 98 % of all values${notched}` : "";
    const notes = [count && `◥ ${count} beyond`, strange && `✕ ${strange} inf or not a number`].filter(Boolean);
    this.legend.replaceChildren(...parts, ...notes.map((note) => html("span", {}, String(note))));
  }

  /** The names of the rows, if they can be read. */
  showNames() {
    const { content, size } = this;
    if (!content) return;
    this.isReadable = size.rowHeight >= NAMED_FROM;
    this.names.style.setProperty("--row", `${size.rowHeight}px`);
    const names = this.isReadable ? content.rowNames.map((name) => html("div", { title: name }, name)) : [this.lone];
    this.names.replaceChildren(...names);
  }

  /**
   * Mark the name of a row; where rows have none, it is the only one.
   * @param {number} row  -1 for none
   */
  selectName(row) {
    if (this.isReadable) [...this.names.children].forEach((each, k) => each.classList.toggle("selected", k === row));
    else {
      this.lone.textContent = this.content?.rowNames[row] ?? "";
      this.lone.style.top = `${(row + 0.5) * this.size.rowHeight}px`;
    }
  }

  /**
   * Mark the current step and unit, the picked cell and the one that is pointed at.
   * @param {Trace} trace
   * @param {State} state
   */
  select(trace, state) {
    const { content, name } = this;
    if (!content) return;
    const { field, kind } = content;
    const row = kind === "units" ? field.rows.indexOf(state.unit) : -1;
    const isEdited = trace.editable && kind === "units" && state.picked === name;
    place(this.column, this.boxOf({ row: 0, step: state.step }, field.rows.length));
    place(this.cell, isEdited && row >= 0 ? this.boxOf({ row, step: state.step }) : null);
    this.marker.toggleAttribute("hidden", row < 0);
    this.marker.setAttribute("transform", `translate(0 ${(row + 0.5) * this.size.rowHeight})`);
    this.selectName(row);
    this.showPointed(state);
  }

  /** @param {boolean} isDim  whether the reader is to look at another panel */
  dim(isDim) {
    this.element.classList.toggle("dim", isDim);
  }

  /** @param {State} state */
  showPointed({ pointed }) {
    const { content } = this;
    const row = pointed && content?.kind === "units" ? content.field.rows.indexOf(pointed.unit ?? -1) : -1;
    place(this.pointed, pointed && row >= 0 ? this.boxOf({ row, step: pointed.step }) : null);
  }

  /**
   * The box around a cell, or around several rows of a column.
   * @param {CellPlace} place
   * @param {number} [rows]
   * @returns {[x: number, y: number, width: number, height: number]}
   */
  boxOf({ row, step }, rows = 1) {
    const { cellWidth, rowHeight } = this.size;
    const height = Math.max(rows * rowHeight, SMALLEST_BOX);
    const y = (row + rows / 2) * rowHeight - height / 2;
    return [step * cellWidth - OUT, y - OUT, cellWidth + 2 * OUT, height + 2 * OUT];
  }

  /**
   * The cell at a point of the window.
   * @param {{ clientX: number, clientY: number }} point
   * @returns {CellPlace | null}
   */
  placeAt({ clientX, clientY }) {
    const box = this.plot.getBoundingClientRect();
    if (!this.content || !box.width || !box.height) return null;
    const { steps, rows } = this.content.field;
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    return {
      step: clamp(Math.floor(x * steps), 0, steps - 1),
      row: clamp(Math.floor(y * rows.length), 0, rows.length - 1),
    };
  }
}

/**
 * @param {SVGRectElement} rect
 * @param {[x: number, y: number, width: number, height: number] | null} box  null hides it
 */
function place(rect, box) {
  rect.toggleAttribute("hidden", !box);
  if (!box) return;
  ["x", "y", "width", "height"].forEach((name, k) => rect.setAttribute(name, String(box[k])));
}

/**
 * "1 value", "2 values".
 * @param {number} count
 * @returns {string}
 */
function values(count) {
  return `${count} value${count === 1 ? "" : "s"}`;
}
