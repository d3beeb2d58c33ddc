// The playhead over the heatmaps: a box over the current column, and a mark at the chosen unit's
// row of each. It follows zooming, resizing and redrawing, and turns clicks into moves.

import { html } from "./dom.js";

/** The panels of a Plotly graph: where each stands in pixels, and the heatmap drawn there. */
function panels(graph) {
  return [...graph.querySelectorAll(".nsewdrag")].flatMap((area) => {
    const heatmap = graph._fullData.find((trace) => trace.xaxis + trace.yaxis === area.dataset.subplot);
    if (!heatmap) return [];
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(area.getAttribute(name)));
    return [{ heatmap, left, top, width, height }];
  });
}

// The layer stands inside the chart, where the stepper's own style sheet does not reach.
const COLUMN = {
  name: "playhead-column",
  style: { boxSizing: "border-box", border: "2px solid currentColor", borderRadius: "3px" },
};
const MARK = {
  name: "playhead-unit",
  style: { borderLeft: "7px solid currentColor", borderTop: "5px solid transparent", borderBottom: "5px solid transparent" },
};

/** Follows the graph that `find` returns (null while there is none), whichever element that is today. */
export function createPlayhead(store, find) {
  const layer = html("div", { class: "playhead", "aria-hidden": "true" });
  Object.assign(layer.style, { position: "absolute", inset: "0", pointerEvents: "none", overflow: "hidden", zIndex: "5" });
  const columns = [];
  const marks = [];
  const resized = new ResizeObserver(place);
  let graph = null;

  function attach() {
    const found = find();
    if (found === graph && layer.isConnected) return;
    detach();
    graph = found;
    if (!graph?.on) return;
    graph.on("plotly_afterplot", place);
    graph.on("plotly_relayouting", place);
    graph.on("plotly_click", clicked);
    resized.observe(graph);
    if (getComputedStyle(graph).position === "static") graph.style.position = "relative";
    graph.append(layer);
    place();
  }

  function detach() {
    resized.disconnect();
    layer.remove();
    for (const [name, listener] of [["plotly_afterplot", place], ["plotly_relayouting", place], ["plotly_click", clicked]])
      graph?.removeListener?.(name, listener);
  }

  function clicked(event) {
    const { pointNumber, data } = event.points[0];
    const [unit, step] = pointNumber;
    store.set({ step, playing: false, ...(data.name in store.trace.byName ? { unit } : {}) });
  }

  function place() {
    if (!graph?._fullLayout || !layer.isConnected) return attach();
    const { state, trace } = store;
    const drawn = panels(graph);
    if (!drawn.length) return;
    const [low, high] = graph._fullLayout.xaxis.range;
    const inside = (pixel, panel) => Math.min(Math.max(pixel, panel.left), panel.left + panel.width);
    stretch(columns, drawn.length, COLUMN).forEach((box, k) => {
      const panel = drawn[k];
      const [from, to] = [-0.5, 0.5].map((side) =>
        inside(panel.left + ((state.step + side - low) / (high - low)) * panel.width, panel),
      );
      box.hidden = to <= from; // zoomed out of sight
      box.style.transform = `translate(${from - 1}px, ${panel.top - 2}px)`;
      box.style.width = `${to - from + 2}px`;
      box.style.height = `${panel.height + 4}px`;
    });
    const rows = drawn.filter((panel) => panel.heatmap.name in trace.byName);
    stretch(marks, rows.length, MARK).forEach((element, k) => {
      const { left, top, height } = rows[k];
      element.style.transform = `translate(${left - 8}px, ${top + ((state.unit + 0.5) / trace.units) * height - 5}px)`;
    });
  }

  /** As many elements in the layer as are wanted. */
  function stretch(elements, wanted, { name, style }) {
    while (elements.length > wanted) elements.pop().remove();
    while (elements.length < wanted) {
      const element = html("div", { class: name });
      Object.assign(element.style, { position: "absolute", top: "0", left: "0", ...style });
      elements.push(layer.appendChild(element));
    }
    return elements;
  }

  // Streamlit may draw the chart later than this, anew, or elsewhere: look again when the page changes.
  const page = new MutationObserver(attach);
  page.observe(document.body, { childList: true, subtree: true });
  attach();
  return {
    update: place,
    destroy() {
      page.disconnect();
      detach();
    },
  };
}
