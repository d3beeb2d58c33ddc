// The playheads over the heatmaps: in every graph a box over the current column, a mark at the chosen
// unit's row, and where one can edit a small box around the cell that is picked. A heatmap with steps
// along both axes has a box over the current row. They follow zooming, resizing and redrawing, and turn
// clicks into moves.

import { html } from "./dom.js";

// The layer stands inside the chart, where the instrument's own style sheet does not reach.
const LAYER = { position: "absolute", inset: "0", pointerEvents: "none", overflow: "hidden", zIndex: "5" };
const BOX = { boxSizing: "border-box", border: "2px solid currentColor", borderRadius: "3px" };
const COLUMN = { name: "playhead-column", style: BOX };
const ROW = { name: "playhead-row", style: BOX };
const CELL = { name: "playhead-cell", style: { ...BOX, outline: "1px solid var(--st-background-color, Canvas)" } };
const BORDER = 2; // pixels, which lie around what a box shows
const LEAST = 4; // pixels that a picked cell is shown with at least
const MARK = {
  name: "playhead-unit",
  style: { borderLeft: "7px solid currentColor", borderTop: "5px solid transparent", borderBottom: "5px solid transparent" },
};

/** Follows the graphs that `findAll` returns, whichever elements those are today. */
export function createPlayheads(store, findAll) {
  const playheads = new Map(); // by graph

  /** Streamlit may draw a chart later than this, anew, or elsewhere: compare with what is there now. */
  function look() {
    const found = new Set(findAll());
    for (const [graph, playhead] of playheads) {
      if (found.has(graph) && playhead.stands()) continue;
      playhead.destroy();
      playheads.delete(graph);
    }
    for (const graph of found) if (graph.on && !playheads.has(graph)) playheads.set(graph, playheadOf(graph, store));
  }

  const page = new MutationObserver(look);
  page.observe(document.body, { childList: true, subtree: true });
  look();
  return {
    update(state, previous, newTrace) {
      if (!newTrace && ["step", "unit", "picked"].every((key) => state[key] === previous?.[key])) return;
      for (const playhead of playheads.values()) playhead.place();
    },
    destroy() {
      page.disconnect();
      for (const playhead of playheads.values()) playhead.destroy();
      playheads.clear();
    },
  };
}

/** The playhead of one graph. stands(): whether the graph still carries it. */
function playheadOf(graph, store) {
  const layer = html("div", { class: "playhead", "aria-hidden": "true" });
  const boxes = { columns: [], rows: [], cells: [], marks: [] }; // elements in the layer
  const listeners = { plotly_afterplot: redrawn, plotly_relayouting: place, plotly_click: clicked };
  const resized = new ResizeObserver(redrawn);
  let drawn = [];

  function redrawn() {
    drawn = panels(graph);
    place();
  }

  function clicked({ points: [{ pointNumber, data }] }) {
    if (!Array.isArray(pointNumber)) return;
    if (data.meta?.rows === "steps") return store.set({ step: pointNumber[0], playing: false });
    const [unit, step] = pointNumber;
    store.set({ step, playing: false, ...(hasUnits(data.name, store.trace) ? { unit, picked: data.name } : {}) });
  }

  function place() {
    if (!graph._fullLayout) return; // while Plotly draws it anew
    const { state, trace } = store;
    const square = drawn.filter(isSquare);
    const ofUnits = drawn.filter((panel) => !isSquare(panel) && hasUnits(panel.heatmap.name, trace));
    const picked = ofUnits.filter(({ heatmap }) => trace.editable && heatmap.name === state.picked);
    const columns = drawn.filter((panel) => !isSquare(panel));
    stretch(layer, boxes.columns, columns.length, COLUMN).forEach((box, k) => {
      const { left, right, top, bottom } = columns[k];
      const [from, to] = across(columns[k], state.step);
      put(box, [Math.max(from, left), Math.min(to, right)], [top, bottom], [1, BORDER]);
    });
    stretch(layer, boxes.rows, square.length, ROW).forEach((box, k) => {
      const { left, right, top, bottom } = square[k];
      const [from, to] = down(square[k], placeOfRow(graph, square[k].heatmap, state.step));
      put(box, [left, right], [Math.max(from, top), Math.min(to, bottom)], [BORDER, 1]);
    });
    stretch(layer, boxes.cells, picked.length, CELL).forEach((box, k) => {
      const { left, right } = picked[k];
      const [from, to] = across(picked[k], state.step);
      put(box, [Math.max(from, left), Math.min(to, right)], atLeast(LEAST, down(picked[k], state.unit)), [BORDER, BORDER]);
    });
    stretch(layer, boxes.marks, ofUnits.length, MARK).forEach((mark, k) => {
      const [from, to] = down(ofUnits[k], state.unit);
      mark.style.transform = `translate(${ofUnits[k].left - 8}px, ${(from + to) / 2 - 5}px)`;
    });
  }

  /** From where to where, in pixels, what stands at a place of the x axis reaches. */
  function across({ heatmap, left, right }, at) {
    return [-0.5, 0.5].map((side) => left + share(graph, heatmap.xaxis, at + side) * (right - left));
  }

  /** The same for the y axis, which may run either way: the upper end first. */
  function down({ heatmap, top, bottom }, at) {
    const ends = [-0.5, 0.5].map((side) => bottom - share(graph, heatmap.yaxis, at + side) * (bottom - top));
    return ends.sort((a, b) => a - b);
  }

  Object.assign(layer.style, LAYER);
  for (const [name, listener] of Object.entries(listeners)) graph.on(name, listener);
  if (getComputedStyle(graph).position === "static") graph.style.position = "relative";
  graph.append(layer);
  redrawn();
  resized.observe(graph);
  return {
    place,
    // Plotly forgets all listeners of a graph that it draws anew.
    stands: () => layer.parentElement === graph && graph._ev.listeners("plotly_click").includes(clicked),
    destroy() {
      resized.disconnect();
      layer.remove();
      for (const [name, listener] of Object.entries(listeners)) graph.removeListener?.(name, listener);
    },
  };
}

/** The panels of a graph: where each stands in pixels, and the heatmap drawn there. */
function panels(graph) {
  return [...graph.querySelectorAll(".nsewdrag")].flatMap((area) => {
    const heatmap = graph._fullData?.find(({ type, xaxis, yaxis }) => type === "heatmap" && xaxis + yaxis === area.dataset.subplot);
    if (!heatmap) return [];
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(area.getAttribute(name)));
    return [{ heatmap, left, top, right: left + width, bottom: top + height }];
  });
}

/** Whether a heatmap has steps along both axes, its rows being about a step each. */
function isSquare({ heatmap }) {
  return heatmap.meta?.rows === "steps";
}

/** Where a heatmap's row stands on its y axis, whose ticks may be numbers or names. */
function placeOfRow(graph, { y, yaxis }, row) {
  return y ? axisOf(graph, yaxis).d2c(y[row]) : row;
}

/** Put a box around a stretch of x and one of y, and so many pixels more on either side; none if nothing is in sight. */
function put(box, [left, right], [top, bottom], [beside, above]) {
  box.hidden = right <= left || bottom <= top; // zoomed out of sight
  box.style.transform = `translate(${left - beside}px, ${top - above}px)`;
  box.style.width = `${Math.max(right - left, 0) + 2 * beside}px`;
  box.style.height = `${Math.max(bottom - top, 0) + 2 * above}px`;
}

function atLeast(size, [from, to]) {
  const more = Math.max(size - (to - from), 0) / 2;
  return [from - more, to + more];
}

function axisOf(graph, axis) {
  return graph._fullLayout[`${axis[0]}axis${axis.slice(1)}`];
}

/** How far along an axis ("x2") a value lies: 0 at its beginning, 1 at its end. */
function share(graph, axis, value) {
  const [low, high] = axisOf(graph, axis).range;
  return (value - low) / (high - low);
}

/** Whether a heatmap's rows are the hidden units: those of an input vector are not. */
function hasUnits(name, trace) {
  return name in trace.byName && trace.byName[name].role !== "vector";
}

/** As many elements in the layer as are wanted. */
function stretch(layer, elements, wanted, { name, style }) {
  while (elements.length > wanted) elements.pop().remove();
  while (elements.length < wanted) {
    const element = html("div", { class: name });
    Object.assign(element.style, { position: "absolute", top: "0", left: "0", ...style });
    elements.push(layer.appendChild(element));
  }
  return elements;
}
