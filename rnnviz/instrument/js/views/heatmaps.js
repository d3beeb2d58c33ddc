// Everything that a trace recorded, as heatmaps on one time axis. The current step, unit and phase are marked; a click
// goes to a cell, and a lens shows the numbers of the one that is pointed at.

import { layoutOf, rowHeight } from "../model/heatmap-layout.js";
import { panelContents } from "../model/heatmap-panels.js";
import { timeAxis } from "../model/time-axis.js";
import { closestTo, html } from "../page/dom.js";
import { createHeatmapLens } from "./heatmap-lens.js";
import { HeatmapPanel } from "./heatmap-panel.js";
import { createHeatmapTools } from "./heatmap-tools.js";

/**
 * @import { HeatmapLayout } from "../model/heatmap-layout.js"
 * @import { PanelContent } from "../model/heatmap-panels.js"
 * @import { ElementView, State, Store } from "../model/store.js"
 * @import { CellPlace } from "./heatmap-panel.js"
 */

/** @typedef {{ panel: HeatmapPanel, content: PanelContent, place: CellPlace }} Hit */

const FIRST_WIDTH = 560; // pixels, until it is known
const LABEL = { margin: 12, least: 26, most: 84 }; // pixels of the names beside the heatmaps
const ROW = { usual: 9 / 16, low: 8 / 16 }; // of the page's letters
const LOW_WINDOW = 47; // letters
const FONTS = { token: "11px", name: "10.5px" };
const REDRAWN = /** @type {const} */ (["rowOrder", "allRows"]);

/**
 * Show the heatmaps.
 * @param {Store} store
 * @param {{ quantities?: string[], beside?: ElementView }} [options]  quantities: which to show, by name, with
 *   "prediction" for the probabilities; all if left out. beside: a view that stands beside the prediction
 * @returns {ElementView}
 */
export function createHeatmaps(store, { quantities, beside } = {}) {
  const tools = createHeatmapTools(store);
  const axes = [createAxis(), createAxis()];
  const grid = html("div", { class: "heatmap-grid" });
  const lens = createHeatmapLens();
  const element = html("section", { class: "heatmaps", role: "group" }, grid, lens.element);
  const pen = html("canvas").getContext("2d");
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const resized = new ResizeObserver(([{ contentRect }]) => {
    const measured = Math.floor(contentRect.width);
    if (measured > 0 && measured !== width) {
      width = measured;
      draw(false);
    }
  });
  let width = FIRST_WIDTH;
  /** @type {PanelContent[]} */
  let contents = [];
  /** @type {HeatmapLayout} */
  let layout;
  /** @type {Map<string, HeatmapPanel>} */
  const panels = new Map();
  let touched = false; // whether the last press was by a finger

  /**
   * The pixels of a text.
   * @param {string} text
   * @param {string} size
   * @returns {number}
   */
  function widthOf(text, size) {
    if (!pen) return text.length * 7;
    pen.font = `${size} ${getComputedStyle(element).fontFamily || "sans-serif"}`;
    return pen.measureText(text).width;
  }

  /** @param {boolean} fades  whether the old picture fades into the new one */
  function draw(fades) {
    const { trace, state } = store;
    contents = panelContents(trace, state, quantities ?? null);
    const names = contents.filter(({ kind }) => kind === "labels").flatMap(({ rowNames }) => rowNames);
    /** @type {(texts: string[], size: string) => number} */
    const widest = (texts, size) => Math.max(0, ...texts.map((text) => widthOf(text, size)));
    /** @type {(texts: string[]) => number} */
    const gutter = (texts) => {
      return Math.min(Math.max(Math.ceil(widest(texts, FONTS.name)) + LABEL.margin, LABEL.least), LABEL.most);
    };
    const ratio = globalThis.devicePixelRatio || 1;
    layout = layoutOf({
      width,
      ratio,
      steps: trace.steps,
      unitPanels: contents.filter(({ kind }) => kind === "units").length,
      nameWidth: gutter(names),
      numberWidth: gutter([String(trace.units - 1)]),
      tokenWidth: widest(trace.tokens, FONTS.token),
    });
    arrange();
    const motion = fades && !reducedMotion.matches;
    contents.forEach((content) => {
      const column = columnOf(content);
      const size = {
        gutter: layout.gutters[column],
        cellWidth: layout.cellWidth,
        rowHeight: rowHeight(content.field.rows.length, ratio, readableRow()),
      };
      panels.get(content.name)?.show(content, size, trace, motion);
    });
    const axis = timeAxis(trace.tokens, layout.cellWidth, (text) => widthOf(text, FONTS.token));
    for (const each of axes) each.show(store, axis, layout.cellWidth);
    const titles = contents.map(({ title, symbol }) => [title.toLowerCase(), symbol].filter(Boolean).join(" "));
    element.setAttribute(
      "aria-label",
      `Heatmaps over time, units in rows, steps in columns: ${titles.join(", ")}. ` +
        "The table of the step has the values at the current step.",
    );
    tools.show();
    select();
  }

  /** Put the parts into the grid, in the order in which they are read. */
  function arrange() {
    for (const name of panels.keys()) if (!contents.some((content) => content.name === name)) panels.delete(name);
    for (const { name } of contents) if (!panels.has(name)) panels.set(name, new HeatmapPanel(name));
    const [left, right] = layout.gutters;
    axes[0].element.style.setProperty("--gutter", `${left}px`);
    axes[1].element.style.setProperty("--gutter", `${right ?? left}px`);
    const figures = contents.map(({ name }) => /** @type {HeatmapPanel} */ (panels.get(name)).element);
    grid.dataset.columns = String(layout.columns);
    const startsWithLabels = contents[0]?.kind === "labels";
    grid.classList.toggle("labelled", startsWithLabels);
    grid.classList.toggle("accompanied", beside !== undefined);
    const second = layout.columns === 2 ? [axes[1].element] : [];
    const before = startsWithLabels ? 1 : 0; // as many are above the second time axis
    const parts = [
      ...(beside ? [beside.element] : []),
      tools.element,
      axes[0].element,
      ...figures.slice(0, before),
      ...second,
      ...figures.slice(before),
    ];
    if (parts.some((part, k) => grid.children[k] !== part) || grid.children.length !== parts.length) {
      grid.replaceChildren(...parts);
    }
  }

  /**
   * @param {PanelContent} content
   * @returns {number}
   */
  function columnOf(content) {
    if (layout.columns === 1) return 0;
    const place = contents.indexOf(content);
    return contents[0].kind === "labels" ? Number(place > 0 && place % 2 === 0) : place % 2;
  }

  function select() {
    for (const { name } of contents) panels.get(name)?.select(store.trace, store.state);
    for (const axis of axes) axis.select(store);
  }

  /**
   * The cell at a pointer.
   * @param {MouseEvent} event
   * @returns {Hit | null}
   */
  function hitAt(event) {
    const figure = closestTo(event, ".heatmap-plot")?.closest(".heatmap");
    const panel = figure instanceof HTMLElement ? panels.get(figure.dataset.name ?? "") : undefined;
    const place = panel?.placeAt(event);
    return panel?.content && place ? { panel, content: panel.content, place } : null;
  }

  /** @param {Hit} hit */
  function moveTo({ content, place: { row, step } }) {
    const { kind, name, field } = content;
    store.set({ step, playing: false, ...(kind === "units" ? { unit: field.rows[row], picked: name } : {}) });
  }

  /**
   * @param {Hit} hit
   * @param {MouseEvent} event
   */
  function point({ content, place }, event) {
    const { name, kind, field } = content;
    const unit = kind === "units" ? field.rows[place.row] : null;
    const { pointed } = store.state;
    if (pointed?.name !== name || pointed.step !== place.step || pointed.unit !== unit) {
      store.set({ pointed: { name, step: place.step, unit } });
    }
    lens.show(store.trace, content, place);
    const box = element.getBoundingClientRect();
    lens.moveTo({ x: event.clientX - box.left, y: event.clientY - box.top }, box);
  }

  function leave() {
    lens.hide();
    store.set({ pointed: null });
  }

  grid.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    const hit = hitAt(event);
    if (!touched && hit && event.button === 0) moveTo(hit);
  });
  grid.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const hit = hitAt(event);
    if (hit && event.buttons === 1) moveTo(hit);
    if (hit) point(hit, event);
    else leave();
  });
  grid.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && leave());
  // A finger that scrolls the page presses as well; only a tap becomes a click.
  grid.addEventListener("click", (event) => {
    const hit = touched ? hitAt(event) : null;
    if (hit) moveTo(hit);
    if (hit) point(hit, event);
    else if (touched) leave();
  });
  draw(false);
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      beside?.update(state, previous, newTrace);
      if (newTrace) lens.hide();
      const isShown = contents.every(({ kind, field }) => kind !== "units" || field.rows.includes(state.unit));
      if (newTrace || !isShown || REDRAWN.some((key) => state[key] !== previous[key])) draw(true);
      else if (state.pointed !== previous.pointed && onlyPointed(state, previous)) {
        for (const panel of panels.values()) panel.showPointed(state);
      } else select();
    },
    destroy() {
      beside?.destroy();
      resized.disconnect();
      element.remove();
    },
  };
}

/**
 * The height of a row that can be read: it grows with the letters of the page, and is a little less in a low window.
 * @returns {number}
 */
function readableRow() {
  const letters = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return letters * (window.innerHeight < LOW_WINDOW * letters ? ROW.low : ROW.usual);
}

/**
 * Whether nothing differs but the cell that is pointed at.
 * @param {State} state
 * @param {State} previous
 * @returns {boolean}
 */
function onlyPointed(state, previous) {
  const keys = /** @type {(keyof State)[]} */ (Object.keys(state));
  return keys.every((key) => key === "pointed" || state[key] === previous[key]);
}

/**
 * The labels of the steps above a column of heatmaps.
 * @returns {{ element: HTMLElement, show: (store: Store, axis: import("../model/time-axis.js").TimeAxis,
 *   cellWidth: number) => void, select: (store: Store) => void }}
 */
function createAxis() {
  const labels = html("div", { class: "axis-labels" });
  const here = html("div", { class: "axis-here" });
  const element = html("div", { class: "heatmap-axis", "aria-hidden": "true" }, labels, here);
  let cell = 1;
  /** @type {Map<number, HTMLElement>} */
  let byStep = new Map();

  return {
    element,

    show({ trace }, axis, cellWidth) {
      cell = cellWidth;
      element.dataset.form = axis.form;
      byStep = new Map(axis.labels.map(({ step, text }) => {
        const classes = axis.form === "numbers" ? "" : trace.unknown[step] ? "unknown" : "";
        const label = html("span", { class: classes || null, title: trace.tokens[step] }, text);
        label.style.left = `${(step + 0.5) * cellWidth}px`;
        return [step, label];
      }));
      labels.replaceChildren(...byStep.values());
    },

    select({ trace, state }) {
      for (const [step, label] of byStep) label.classList.toggle("selected", step === state.step);
      here.textContent = trace.tokens[state.step];
      here.style.left = `${(state.step + 0.5) * cell}px`;
    },
  };
}
