// The likeliest labels after a step as bars, with how they changed since the step before.

import { changeText, rankedLabels } from "../model/ranking.js";
import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

const COLUMNS = ["prediction", "", "after this step", "change"];

/**
 * Show the likeliest labels.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createPredictions(store) {
  const body = html("tbody");
  const head = html("tr", {}, COLUMNS.map((words) => html("th", { scope: "col" }, words)));
  const element = html("table", { class: "predictions" }, html("thead", {}, head), body);

  function show() {
    const { trace, state } = store;
    element.hidden = !trace.probabilities;
    const labels = rankedLabels(trace, state.step);
    while (body.rows.length < labels.length) body.append(createRow());
    while (body.rows.length > labels.length) body.rows[body.rows.length - 1].remove();
    labels.forEach((ranked, k) => {
      const { label, now, before } = ranked;
      const [name, bar, share, change] = body.rows[k].cells;
      const { style } = /** @type {HTMLElement} */ (bar.children[0]);
      name.textContent = label;
      style.setProperty("--now", String(now));
      style.setProperty("--before", String(before ?? now));
      share.textContent = `${(100 * now).toFixed(1)} %`;
      change.textContent = changeText(ranked);
    });
  }

  show();
  return { element, update: show, destroy: () => element.remove() };
}

/** @returns {HTMLTableRowElement} */
function createRow() {
  return html(
    "tr",
    {},
    html("th", { scope: "row" }),
    html("td", {}, html("div", { class: "bar" })),
    html("td", { class: "number" }),
    html("td", { class: "number" }),
  );
}
