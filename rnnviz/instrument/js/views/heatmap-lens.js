// The lens over the heatmaps: the cells around the one that is pointed at, enlarged, and every quantity's value of that
// unit and step.

import { inkOf } from "../diagram/value-display.js";
import { displayOrder } from "../model/heatmap-panels.js";
import { pixelsOf } from "../model/heatmap-pixels.js";
import { holdText } from "../model/holds.js";
import { clamp, decimal, percent } from "../model/numbers.js";
import { html, letterSize } from "../page/dom.js";

/**
 * @import { PanelContent } from "../model/heatmap-panels.js"
 * @import { Trace } from "../model/trace.js"
 * @import { CellPlace } from "./heatmap-panel.js"
 */

const AROUND = 4; // rows and steps on either side
const CELL = [14 / 16, 13 / 16]; // width and height of an enlarged cell, in the size of the page's letters
const APART = 14; // pixels between the pointer and the lens

/**
 * A lens that is out of sight at first.
 * @returns {{ element: HTMLElement, show: (trace: Trace, content: PanelContent, place: CellPlace) => void,
 *   moveTo: (point: { x: number, y: number }, room: { width: number, height: number }) => void, hide: () => void }}
 */
export function createHeatmapLens() {
  const title = html("p", { class: "lens-title" });
  const names = html("div", { class: "lens-names" });
  const canvas = html("canvas");
  const box = html("div", { class: "lens-box" });
  const glass = html("div", { class: "lens-glass" }, names, html("div", { class: "lens-plot" }, canvas, box));
  const values = html("dl", { class: "lens-values" });
  const body = html("div", { class: "lens-body" }, glass, values);
  const element = html("div", { class: "lens", "aria-hidden": "true", hidden: true }, title, body);

  /**
   * @param {PanelContent} content
   * @param {CellPlace} place
   */
  function magnify({ field, scale, rowNames }, { row, step }) {
    const [top, left] = [window(row, field.rows.length), window(step, field.steps)];
    const [width, height] = [left.end - left.start, top.end - top.start];
    const rows = field.rows.slice(top.start, top.end);
    canvas.width = width;
    canvas.height = height;
    const [cellWidth, cellHeight] = CELL.map((share) => Math.round(share * letterSize()));
    glass.style.setProperty("--cell-width", `${cellWidth}px`);
    glass.style.setProperty("--cell-height", `${cellHeight}px`);
    canvas.style.width = `${width * cellWidth}px`;
    canvas.style.height = `${height * cellHeight}px`;
    const around = { ...field, values: field.values.subarray(left.start * field.width), rows, steps: width };
    const pixels = pixelsOf(around, scale);
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    box.style.transform = `translate(${(step - left.start) * cellWidth}px, ${(row - top.start) * cellHeight}px)`;
    names.replaceChildren(
      ...rowNames.slice(top.start, top.end).map((name, k) => {
        return html("div", { class: k === row - top.start ? "selected" : null }, name);
      }),
    );
  }

  return {
    element,

    show(trace, content, place) {
      const { kind, rowNames, field } = content;
      const token = `“${trace.tokens[place.step]}”, step ${place.step + 1}`;
      const row = field.rows[place.row];
      const name = rowNames[place.row];
      title.textContent =
        { units: `Unit ${name} at ${token}`, inputs: `Input ${name} at ${token}`, labels: token }[kind];
      magnify(content, place);
      /** @type {HTMLElement[]} */
      let rows;
      if (kind === "units") {
        rows = displayOrder(trace).filter((quantity) => trace.hasUnit(quantity, row)).flatMap((quantity) => {
          const symbol = html("i", { style: `color: ${inkOf(trace.byName[quantity])}` }, trace.byName[quantity].symbol);
          const at = (/** @type {Float32Array} */ all) => all[place.step * trace.width(quantity) + row];
          const unchanged = trace.unchangedValues(quantity);
          const hold = holdText(trace, quantity, place.step, row);
          const remark = [hold, unchanged && `unchanged ${decimal(at(unchanged))}`].filter(Boolean).join("; ");
          return entry(symbol, decimal(trace.value(quantity, place.step, row)), quantity === content.name, remark);
        });
      } else {
        const asText = kind === "labels" ? percent : decimal;
        /** @type {(all: Float32Array, k: number) => string} */
        const at = (all, k) => asText(all[place.step * field.width + k]);
        const shown = kind === "labels" ? field.rows.map((label, k) => ({ word: rowNames[k], at: label, k })) : [
          { word: content.symbol, at: row, k: place.row },
        ];
        rows = shown.flatMap(({ word, at: label, k }) => {
          const remark = content.unchanged ? `unchanged ${at(content.unchanged, label)}` : "";
          return entry(word, at(field.values, label), k === place.row, remark);
        });
      }
      values.replaceChildren(...rows);
      element.hidden = false;
    },

    // Beside a point, on the side where there is room.
    moveTo({ x, y }, room) {
      const { offsetWidth: width, offsetHeight: height } = element;
      const left = x + APART + width <= room.width ? x + APART : x - APART - width;
      const below = y + APART + height <= room.height ? y + APART : y - APART - height;
      element.style.transform = `translate(${clamp(left, 0, Math.max(room.width - width, 0))}px, ${below}px)`;
    },

    hide() {
      element.hidden = true;
    },
  };
}

/**
 * A term and its value.
 * @param {Node | string} term
 * @param {string} number
 * @param {boolean} isPointed
 * @param {string} remark
 * @returns {HTMLElement[]}
 */
function entry(term, number, isPointed, remark) {
  const marks = { class: isPointed ? "selected" : null };
  return [html("dt", marks, term), html("dd", marks, number, remark ? html("small", {}, ` ${remark}`) : null)];
}

/**
 * The places around one, as many as there are on either side.
 * @param {number} at
 * @param {number} count
 * @returns {{ start: number, end: number }}
 */
function window(at, count) {
  return { start: Math.max(at - AROUND, 0), end: Math.min(at + AROUND + 1, count) };
}
