// The likeliest labels after a step as bars, with how they changed since the step before or, in a
// what-if, what they are in the unchanged run.

import { changeText, listedLabels } from "../model/ranking.js";
import { beyondNumbers, brief } from "../model/numbers.js";
import { listedOutputs, outputChange } from "../model/outputs.js";
import { html } from "../page/dom.js";

/**
 * @import { DrawnData } from "../model/settings.d.ts"
 * @import { ElementView, Store } from "../model/store.js"
 */

const FIRST = "prediction";
const COLUMNS = 4; // the second has the bars, which need no title
const LAST_TWO = { usual: ["after this step", "change"], changed: ["changed", "unchanged"] };

/**
 * Show the likeliest labels.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createPredictions(store) {
  const body = html("tbody");
  const titles = Array.from({ length: COLUMNS }, (_, k) => k === 1 ? html("td") : html("th", { scope: "col" }));
  const head = html("tr", {}, titles);
  const key = html("span", { class: "bar-key" });
  const unchangedKey = html("span", {}, sign("unchanged"), "unchanged run");
  const strip = html("span", { class: "key-strip" }, "(", sign("strip"), "the lower strip in the heatmaps)");
  const beforeKey = html("span", {}, sign("before"), "the step before");
  const early = html("span", { class: "unasked-note" }, "Not trained to answer here.");
  const drawnNote = html("span", { class: "drawn-note" });
  const caption = html("caption", {}, key, early, drawnNote);
  const element = html("table", { class: "predictions" }, caption, html("thead", {}, head), body);

  function show() {
    const { trace, state } = store;
    element.hidden = !trace.probabilities && !trace.outputs;
    const labels = trace.outputs ? listedOutputs(trace, state.step) : listedLabels(trace, state.step);
    const some = labels.length < trace.labels.length ? `, ${labels.length} of ${trace.labels.length}` : "";
    head.cells[0].textContent = trace.outputs ? `output${some}` : FIRST;
    const isChanged = trace.unchanged !== null;
    const hasBefore = trace.previousStep(state.step) >= 0;
    LAST_TWO[isChanged ? "changed" : "usual"].forEach((words, k) => (head.cells[2 + k].textContent = words));
    const since = trace.outputs ? "since the step before" : "in percentage points, since the step before";
    head.cells[COLUMNS - 1].title = isChanged ? "" : since;
    element.classList.toggle("changed", isChanged);
    element.classList.toggle("unasked", !trace.isAsked(state.step));
    early.hidden = trace.isAsked(state.step);
    const drawn = state.notes.drawn?.find((draw) => draw.step === state.step);
    drawnNote.hidden = !drawn;
    drawnNote.textContent = drawn ? drawnText(drawn) : "";
    key.replaceChildren(...(isChanged ? [unchangedKey, " ", strip, " "] : []), ...(hasBefore ? [beforeKey, " "] : []));
    while (body.rows.length < labels.length) body.append(createRow());
    while (body.rows.length > labels.length) body.rows[body.rows.length - 1].remove();
    labels.forEach((ranked, k) => {
      const { label, now, before, unchanged } = ranked;
      const [name, bar, share, last] = body.rows[k].cells;
      const { style } = /** @type {HTMLElement} */ (bar.children[0]);
      name.textContent = label;
      body.rows[k].classList.toggle("drawn", label === drawn?.label);
      const [low, high] = trace.outputs?.limits ?? [0, 1];
      /** @type {(value: number | null) => string} */
      const length = (value) => String(value === null ? 0 : (value - low) / (high - low) || 0);
      style.setProperty("--now", length(now));
      style.setProperty("--before", length(before ?? now));
      style.setProperty("--unchanged", length(unchanged));
      bar.children[0].classList.toggle("first", before === null);
      const text = trace.outputs ? brief : percentText;
      const change = trace.outputs ? outputChange : changeText;
      share.textContent = text(now);
      last.textContent = unchanged === null ? change(ranked) : text(unchanged);
    });
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.step !== previous.step || state.notes !== previous.notes) show();
    },
    destroy: () => element.remove(),
  };
}

/**
 * What was drawn after a step, and how likely that was.
 * @param {DrawnData} drawn
 * @returns {string}
 */
function drawnText({ label, share, drawn_share: drawnShare }) {
  const same = percentText(share) === percentText(drawnShare);
  return `Drawn: ${label}, ${percentText(share)}${same ? "" : `; in the draw ${percentText(drawnShare)}`}.`;
}

/**
 * @param {number} share
 * @returns {string}
 */
function percentText(share) {
  return beyondNumbers(share) || `${(100 * share).toFixed(1)} %`;
}

/**
 * A sign as it is in the figures.
 * @param {string} name
 * @returns {HTMLElement}
 */
function sign(name) {
  return html("i", { class: `key-${name}` });
}

/** @returns {HTMLTableRowElement} */
function createRow() {
  return html(
    "tr",
    {},
    html("th", { scope: "row" }),
    html("td", {}, html("div", { class: "bar" }, html("i"))),
    html("td", { class: "number" }),
    html("td", { class: "number" }),
  );
}
