// The playheads over the heatmaps: in every graph a box over the current column, and a mark at the
// chosen unit's row. They follow zooming, resizing and redrawing, and turn clicks into moves.

import { html } from "./dom.js";

// The layer stands inside the chart, where the stepper's own style sheet does not reach.
const LAYER = { position: "absolute", inset: "0", pointerEvents: "none", overflow: "hidden", zIndex: "5" };
const COLUMN = {
  name: "playhead-column",
  style: { boxSizing: "border-box", border: "2px solid currentColor", borderRadius: "3px" },
};
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
      if (!newTrace && state.step === previous?.step && state.unit === previous?.unit) return;
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
  const columns = [];
  const marks = [];
  const listeners = { plotly_afterplot: redrawn, plotly_relayouting: place, plotly_click: clicked };
  const resized = new ResizeObserver(redrawn);
  let drawn = [];

  function redrawn() {
    drawn = panels(graph);
    place();
  }

  function clicked({ points: [{ pointNumber, data }] }) {
    if (!Array.isArray(pointNumber)) return;
    const [unit, step] = pointNumber;
    store.set({ step, playing: false, ...(hasUnits(data.name, store.trace) ? { unit } : {}) });
  }

  function place() {
    if (!graph._fullLayout) return; // while Plotly draws it anew
    const { state, trace } = store;
    stretch(layer, columns, drawn.length, COLUMN).forEach((box, k) => {
      const { heatmap, left, top, width, height } = drawn[k];
      const [from, to] = [-0.5, 0.5].map((side) => left + share(graph, heatmap.xaxis, state.step + side) * width);
      box.hidden = to <= left || from >= left + width; // zoomed out of sight
      const [start, end] = [Math.max(from, left), Math.min(to, left + width)];
      box.style.transform = `translate(${start - 1}px, ${top - 2}px)`;
      box.style.width = `${Math.max(end - start, 0) + 2}px`;
      box.style.height = `${height + 4}px`;
    });
    const rows = drawn.filter(({ heatmap }) => hasUnits(heatmap.name, trace));
    stretch(layer, marks, rows.length, MARK).forEach((mark, k) => {
      const { heatmap, left, top, height } = rows[k];
      const middle = top + (1 - share(graph, heatmap.yaxis, state.unit)) * height;
      mark.style.transform = `translate(${left - 8}px, ${middle - 5}px)`;
    });
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
    return [{ heatmap, left, top, width, height }];
  });
}

/** How far along an axis ("x2") a value lies: 0 at its beginning, 1 at its end. */
function share(graph, axis, value) {
  const [low, high] = graph._fullLayout[`${axis[0]}axis${axis.slice(1)}`].range;
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
