// The playheads over the heatmaps. Every graph gets a box around the current column, a mark at the selected unit's row
// and, where values can be edited, a small box around the picked cell. A heatmap with steps along both axes gets a box
// around the current row. They follow zooming, resizing and redrawing, and turn clicks into moves.

import { elementsIn, html } from "./dom.js";

/**
 * @import { Store, View } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/**
 * A graph of Plotly's. The names with an underscore are internal to Plotly: it has no public way to ask for the range
 * of an axis, for the data as drawn, or for whether a listener is still there.
 * @typedef {HTMLElement & {
 *   on: (name: string, listener: (event: any) => void) => void,
 *   removeListener?: (name: string, listener: (event: any) => void) => void,
 *   _fullLayout?: Record<string, any>,
 *   _fullData?: Heatmap[],
 *   _ev: { listeners: (name: string) => Function[] },
 * }} Graph
 */

/**
 * @typedef {object} Heatmap
 * @property {string} type
 * @property {string} name  of the quantity
 * @property {string} xaxis  "x", "x2", ...
 * @property {string} yaxis
 * @property {unknown[]} [y]  the ticks of its rows
 * @property {{ rows?: string }} [meta]  rows: "steps" if the rows are steps, too
 */

/** @typedef {{ heatmap: Heatmap, left: number, top: number, right: number, bottom: number }} Panel  in pixels */
/** @typedef {[from: number, to: number]} Range */
/** @typedef {{ place: () => void, isInPlace: () => boolean, destroy: () => void }} Playhead */
/** @typedef {{ name: string, style: Partial<CSSStyleDeclaration> }} Shape */

// The layer is inside the chart, where the instrument's style sheet does not apply.
const LAYER = { position: "absolute", inset: "0", pointerEvents: "none", overflow: "hidden", zIndex: "5" };
const BOX = { boxSizing: "border-box", border: "2px solid currentColor", borderRadius: "3px" };
const COLUMN = { name: "playhead-column", style: BOX };
const ROW = { name: "playhead-row", style: BOX };
const CELL = { name: "playhead-cell", style: { ...BOX, outline: "1px solid var(--theme-background, Canvas)" } };
const MARK = {
  name: "playhead-unit",
  // Cut out of a block: where the system chooses the colours, no border is transparent.
  style: {
    borderLeft: "7px solid currentColor",
    borderTop: "5px solid currentColor",
    borderBottom: "5px solid currentColor",
    clipPath: "polygon(0 0, 100% 50%, 0 100%)",
  },
};
const BORDER = 2; // pixels, around what a box shows
const SMALLEST_CELL = 4; // pixels of a picked cell
const MARK_SIZE = { width: 8, halfHeight: 5 }; // pixels

/**
 * Playheads over all graphs that `findGraphs` returns, whichever elements these are at the time.
 * @param {Store} store
 * @param {() => Iterable<Graph>} findGraphs
 * @returns {View}
 */
export function createPlayheads(store, findGraphs) {
  /** @type {Map<Graph, Playhead>} */
  const playheads = new Map();

  /** The page may draw a chart later than the instrument, draw it again, or move it. */
  function look() {
    const graphs = new Set(findGraphs());
    for (const [graph, playhead] of playheads) {
      if (graphs.has(graph) && playhead.isInPlace()) continue;
      playhead.destroy();
      playheads.delete(graph);
    }
    for (const graph of graphs) {
      if ("on" in graph && !playheads.has(graph)) playheads.set(graph, playheadOf(graph, store));
    }
  }

  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  look();
  return {
    update(state, previous, newTrace) {
      const { step, unit, picked } = previous;
      if (!newTrace && state.step === step && state.unit === unit && state.picked === picked) return;
      for (const playhead of playheads.values()) playhead.place();
    },
    destroy() {
      changes.disconnect();
      for (const playhead of playheads.values()) playhead.destroy();
      playheads.clear();
    },
  };
}

/**
 * The playhead of one graph.
 * @param {Graph} graph
 * @param {Store} store
 * @returns {Playhead}
 */
function playheadOf(graph, store) {
  const layer = html("div", { class: "playhead", "aria-hidden": "true" });
  const columns = shapesIn(layer, COLUMN);
  const rows = shapesIn(layer, ROW);
  const cells = shapesIn(layer, CELL);
  const marks = shapesIn(layer, MARK);
  const listeners = { plotly_afterplot: redraw, plotly_relayouting: place, plotly_click: move };
  const resized = new ResizeObserver(redraw);
  /** @type {Panel[]} */
  let panels = [];

  function redraw() {
    panels = panelsOf(graph);
    place();
  }

  /** @param {{ points: { pointNumber: number | number[], data: Heatmap }[] }} event */
  function move({ points: [{ pointNumber, data }] }) {
    if (!Array.isArray(pointNumber)) return;
    const [row, column] = pointNumber;
    if (data.meta?.rows === "steps") store.set({ step: row, playing: false });
    else if (hasUnits(data.name, store.trace)) {
      store.set({ step: column, playing: false, unit: row, picked: data.name });
    } else store.set({ step: column, playing: false });
  }

  function place() {
    if (!graph._fullLayout) return; // while Plotly draws it again
    const { state, trace } = store;
    const squares = panels.filter(hasStepRows);
    const others = panels.filter((panel) => !hasStepRows(panel));
    const ofUnits = others.filter(({ heatmap }) => hasUnits(heatmap.name, trace));
    const withUnit = ofUnits.filter(({ heatmap }) => trace.hasUnit(heatmap.name, state.unit));
    const picked = withUnit.filter(({ heatmap }) => trace.editable && heatmap.name === state.picked);
    columns(others.length).forEach((box, k) => {
      const { left, right, top, bottom } = others[k];
      const [from, to] = across(others[k], state.step);
      setBox(box, [Math.max(from, left), Math.min(to, right)], [top, bottom], [1, BORDER]);
    });
    rows(squares.length).forEach((box, k) => {
      const { left, right, top, bottom } = squares[k];
      const [from, to] = down(squares[k], rowPosition(graph, squares[k].heatmap, state.step));
      setBox(box, [left, right], [Math.max(from, top), Math.min(to, bottom)], [BORDER, 1]);
    });
    cells(picked.length).forEach((box, k) => {
      const { left, right } = picked[k];
      const [from, to] = across(picked[k], state.step);
      const height = widened(SMALLEST_CELL, down(picked[k], state.unit));
      setBox(box, [Math.max(from, left), Math.min(to, right)], height, [BORDER, BORDER]);
    });
    marks(withUnit.length).forEach((mark, k) => {
      const [from, to] = down(withUnit[k], state.unit);
      const [x, y] = [withUnit[k].left - MARK_SIZE.width, (from + to) / 2 - MARK_SIZE.halfHeight];
      mark.style.transform = `translate(${x}px, ${y}px)`;
    });
  }

  /**
   * The pixels of a column.
   * @param {Panel} panel
   * @param {number} at
   * @returns {Range}
   */
  function across({ heatmap, left, right }, at) {
    /** @type {(value: number) => number} */
    const pixel = (value) => left + share(graph, heatmap.xaxis, value) * (right - left);
    return [pixel(at - 0.5), pixel(at + 0.5)];
  }

  /**
   * The pixels of a row, the upper end first. The axis may run up or down.
   * @param {Panel} panel
   * @param {number} at
   * @returns {Range}
   */
  function down({ heatmap, top, bottom }, at) {
    /** @type {(value: number) => number} */
    const pixel = (value) => bottom - share(graph, heatmap.yaxis, value) * (bottom - top);
    const ends = [pixel(at - 0.5), pixel(at + 0.5)];
    return [Math.min(...ends), Math.max(...ends)];
  }

  Object.assign(layer.style, LAYER);
  for (const [name, listener] of Object.entries(listeners)) graph.on(name, listener);
  if (getComputedStyle(graph).position === "static") graph.style.position = "relative";
  graph.append(layer);
  redraw();
  resized.observe(graph);
  return {
    place,
    // Plotly forgets all listeners of a graph that it draws again from scratch.
    isInPlace: () => layer.parentElement === graph && graph._ev.listeners("plotly_click").includes(move),
    destroy() {
      resized.disconnect();
      layer.remove();
      for (const [name, listener] of Object.entries(listeners)) graph.removeListener?.(name, listener);
    },
  };
}

/**
 * The panels of a graph, with the heatmap in each.
 * @param {Graph} graph
 * @returns {Panel[]}
 */
function panelsOf(graph) {
  return elementsIn(graph, ".nsewdrag").flatMap((area) => {
    const heatmap = graph._fullData?.find(
      ({ type, xaxis, yaxis }) => type === "heatmap" && xaxis + yaxis === area.dataset.subplot,
    );
    if (!heatmap) return [];
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(area.getAttribute(name)));
    return [{ heatmap, left, top, right: left + width, bottom: top + height }];
  });
}

/**
 * Whether the rows of a panel are steps, as its columns are.
 * @param {Panel} panel
 * @returns {boolean}
 */
function hasStepRows({ heatmap }) {
  return heatmap.meta?.rows === "steps";
}

/**
 * Where a heatmap's row is on its y axis, whose ticks may be numbers or names.
 * @param {Graph} graph
 * @param {Heatmap} heatmap
 * @param {number} row
 * @returns {number}
 */
function rowPosition(graph, { y, yaxis }, row) {
  return y ? axisOf(graph, yaxis).d2c(y[row]) : row;
}

/**
 * Put a box around a range of x and one of y, with some pixels more on either side. It is hidden if nothing is in view.
 * @param {HTMLElement} box
 * @param {Range} x
 * @param {Range} y
 * @param {[beside: number, above: number]} more
 */
function setBox(box, [left, right], [top, bottom], [beside, above]) {
  box.hidden = right <= left || bottom <= top;
  box.style.transform = `translate(${left - beside}px, ${top - above}px)`;
  box.style.width = `${Math.max(right - left, 0) + 2 * beside}px`;
  box.style.height = `${Math.max(bottom - top, 0) + 2 * above}px`;
}

/**
 * A range, or a wider one around it if it is smaller than a size.
 * @param {number} size
 * @param {Range} range
 * @returns {Range}
 */
function widened(size, [from, to]) {
  const more = Math.max(size - (to - from), 0) / 2;
  return [from - more, to + more];
}

/**
 * @param {Graph} graph
 * @param {string} axis  "x2"
 * @returns {{ range: [number, number], d2c: (value: unknown) => number }}
 */
function axisOf(graph, axis) {
  return graph._fullLayout?.[`${axis[0]}axis${axis.slice(1)}`];
}

/**
 * How far along an axis a value is: 0 at its beginning, 1 at its end.
 * @param {Graph} graph
 * @param {string} axis
 * @param {number} value
 * @returns {number}
 */
function share(graph, axis, value) {
  const [low, high] = axisOf(graph, axis).range;
  return (value - low) / (high - low);
}

/**
 * Whether a heatmap's rows are the units. Those of an input vector are not.
 * @param {string} name
 * @param {Trace} trace
 * @returns {boolean}
 */
function hasUnits(name, trace) {
  return name in trace.byName && trace.byName[name].role !== "vector";
}

/**
 * As many elements of a shape in a layer as are asked for.
 * @param {HTMLElement} layer
 * @param {Shape} shape
 * @returns {(count: number) => HTMLElement[]}
 */
function shapesIn(layer, { name, style }) {
  /** @type {HTMLElement[]} */
  const elements = [];
  return (count) => {
    while (elements.length > count) elements.pop()?.remove();
    while (elements.length < count) {
      const element = html("div", { class: name });
      Object.assign(element.style, { position: "absolute", top: "0", left: "0", ...style });
      elements.push(layer.appendChild(element));
    }
    return elements;
  };
}
