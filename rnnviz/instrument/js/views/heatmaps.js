// Everything that a trace recorded, as heatmaps on one time axis. The current step, unit and phase are marked; a click
// goes to a cell, and a lens shows the numbers of the one that is pointed at.

import { layoutOf, rowHeight } from "../model/heatmap-layout.js";
import { panelContents } from "../model/heatmap-panels.js";
import { clamp } from "../model/numbers.js";
import { unitRows } from "../model/row-order.js";
import { timeAxis } from "../model/time-axis.js";
import { closestTo, html, letterSize } from "../page/dom.js";
import { createHeatmapAxis } from "./heatmap-axis.js";
import { createHeatmapLens } from "./heatmap-lens.js";
import { HeatmapPanel } from "./heatmap-panel.js";
import { createHeatmapTools } from "./heatmap-tools.js";

/**
 * @import { HeatmapLayout } from "../model/heatmap-layout.js"
 * @import { PanelContent } from "../model/heatmap-panels.js"
 * @import { ElementView, State, Store } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 * @import { CellPlace } from "./heatmap-panel.js"
 */

/** @typedef {{ panel: HeatmapPanel, content: PanelContent, place: CellPlace }} Hit */

const FIRST_WIDTH = 560; // pixels, until it is known
const NAMES = { margin: 12, least: 26, most: 84 }; // pixels beside the heatmaps
// What follows is in the size of the page's letters, which may grow.
const FONTS = { token: 11 / 16, name: 10.5 / 16 };
const ROW = { usual: 9 / 16, low: 8 / 16, label: 11 / 16 };
const LINE = 1; // of a time axis
const LOW_WINDOW = 47;
const REDRAWN = /** @type {const} */ (["rowOrder", "allRows"]);

/**
 * Show the heatmaps.
 * @param {Store} store
 * @param {{ quantities?: string[], beside?: ElementView, choices?: boolean }} [options]  quantities: which to show, by
 *   name, with "prediction" for the probabilities; all if left out. beside: a view that stands beside the prediction.
 *   choices: whether the choices of rows are shown
 * @returns {ElementView}
 */
export function createHeatmaps(store, { quantities, beside, choices = true } = {}) {
  const tools = choices ? createHeatmapTools(store) : null;
  const axes = [createHeatmapAxis(), createHeatmapAxis()];
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
   * A function that measures texts in pixels.
   * @param {number} fontSize  in pixels
   * @returns {(text: string) => number}
   */
  function measurer(fontSize) {
    if (!pen) return (text) => text.length * fontSize;
    const { fontFamily } = getComputedStyle(element);
    return (text) => {
      pen.font = `${fontSize}px ${fontFamily || "sans-serif"}`;
      return pen.measureText(text).width;
    };
  }

  /** @param {boolean} fades  whether the old picture fades into the new one */
  function draw(fades) {
    const { trace, state } = store;
    contents = panelContents(trace, state, quantities ?? null);
    const names = contents.filter(({ kind }) => kind === "labels").flatMap(({ rowNames }) => rowNames);
    const letters = letterSize();
    const [tokenWidth, nameWidth] = [FONTS.token, FONTS.name].map((share) => measurer(share * letters));
    /** @type {(texts: string[]) => number} */
    const gutter = (texts) => clamp(Math.ceil(widest(texts, nameWidth)) + NAMES.margin, NAMES.least, NAMES.most);
    const ratio = globalThis.devicePixelRatio || 1;
    layout = layoutOf({
      width,
      ratio,
      steps: trace.steps,
      unitPanels: contents.filter(({ kind }) => kind === "units").length,
      nameWidth: gutter(names),
      numberWidth: gutter([String(trace.units - 1)]),
      tokenWidth: widest(trace.tokens, tokenWidth),
    });
    arrange();
    const motion = fades && !reducedMotion.matches;
    const { cellWidth, gutters } = layout;
    const few = letters * (window.innerHeight < LOW_WINDOW * letters ? ROW.low : ROW.usual);
    for (const content of contents) {
      const readable = content.kind === "labels" ? ROW.label * letters : few;
      const height = rowHeight(content.field.rows.length, ratio, readable);
      const size = { gutter: gutters[columnOf(content)], cellWidth, rowHeight: height };
      panels.get(content.name)?.show(content, size, trace, motion);
    }
    const axis = timeAxis(trace.tokens, cellWidth, tokenWidth);
    const upright = axis.form === "upright" ? widest(axis.labels.map(({ text }) => text), tokenWidth) : 0;
    const height = Math.max(LINE * letters, Math.ceil(upright) + 2);
    axes.forEach((each, k) => {
      each.show(store, axis, { cellWidth, gutter: gutters[k] ?? gutters[0], height, widthOf: tokenWidth });
    });
    const titles = contents.map(({ title, symbol }) => [title.toLowerCase(), symbol].filter(Boolean).join(" "));
    element.setAttribute(
      "aria-label",
      `Heatmaps of ${trace.caption} over time, units in rows, steps in columns: ${titles.join(", ")}. ` +
        "The table of the step has the values at the current step.",
    );
    // Nothing else has rows to choose.
    if (tools) tools.element.hidden = !contents.some(({ kind }) => kind === "units");
    select();
  }

  /** Put the parts into the grid, in the order in which they are read. */
  function arrange() {
    for (const name of panels.keys()) if (!contents.some((content) => content.name === name)) panels.delete(name);
    for (const { name } of contents) if (!panels.has(name)) panels.set(name, new HeatmapPanel(name));
    const figures = contents.map(({ name }) => /** @type {HeatmapPanel} */ (panels.get(name)).element);
    grid.dataset.columns = String(layout.columns);
    const startsWithLabels = contents[0]?.kind === "labels";
    grid.classList.toggle("labelled", startsWithLabels);
    grid.classList.toggle("accompanied", beside !== undefined);
    beside?.element.classList.add("beside");
    const second = layout.columns === 2 ? [axes[1].element] : [];
    const before = startsWithLabels ? 1 : 0; // as many are above the second time axis
    const parts = [
      ...(beside ? [beside.element] : []),
      ...(tools ? [tools.element] : []),
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
    const { trace, state } = store;
    const focused = contents.filter(({ name }) => inFocus(name, trace, state));
    for (const content of contents) {
      const panel = panels.get(content.name);
      panel?.select(trace, state);
      panel?.dim(focused.length > 0 && !focused.includes(content));
    }
    for (const axis of axes) axis.select(store);
  }

  /**
   * Whether the heatmaps have other rows now. A unit that is selected may take the place of another one.
   * @param {State} state
   * @param {State} previous
   * @returns {boolean}
   */
  function rowsDiffer(state, previous) {
    if (REDRAWN.some((key) => state[key] !== previous[key])) return true;
    if (state.measured === previous.measured && (state.unit === previous.unit || state.allRows)) return false;
    const fields = contents.flatMap(({ kind, field }) => (kind === "units" ? [field] : []));
    const byWidth = new Map(fields.map((field) => [field.width, field.rows]));
    return [...byWidth].some(([units, rows]) => String(rows) !== String(unitRows(store.trace, state, units)));
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
    if (store.trace.isGap(place.step)) {
      lens.hide();
      return;
    }
    lens.show(store.trace, content, place);
    const box = element.getBoundingClientRect();
    lens.moveTo({ x: event.clientX - box.left, y: event.clientY - box.top }, box);
  }

  function leave() {
    lens.hide();
    store.set({ pointed: null });
  }

  /**
   * A finger leaves the cells when it touches something else.
   * @param {PointerEvent} event
   */
  function leaveByTouch(event) {
    if (event.pointerType === "touch" && !event.composedPath().includes(grid)) leave();
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
  document.addEventListener("pointerdown", leaveByTouch);
  draw(false);
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      beside?.update(state, previous, newTrace);
      tools?.update(state, previous, newTrace);
      if (newTrace) lens.hide();
      if (newTrace || rowsDiffer(state, previous)) draw(true);
      else if (state.pointed !== previous.pointed && onlyPointed(state, previous)) {
        for (const panel of panels.values()) panel.showPointed(state);
      } else select();
    },
    destroy() {
      beside?.destroy();
      tools?.destroy();
      document.removeEventListener("pointerdown", leaveByTouch);
      resized.disconnect();
      element.remove();
    },
  };
}

/**
 * The width of the widest of several texts.
 * @param {string[]} texts
 * @param {(text: string) => number} widthOf
 * @returns {number}
 */
function widest(texts, widthOf) {
  return Math.max(0, ...texts.map(widthOf));
}

/**
 * Whether a quantity is in focus: it is pointed at, or computed in the phase that is shown.
 * @param {string} name
 * @param {Trace} trace
 * @param {State} state
 * @returns {boolean}
 */
function inFocus(name, { phases }, { highlight, phase }) {
  if (highlight !== null) return highlight === name;
  return phase === null || phases[phase].computes.includes(name);
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
