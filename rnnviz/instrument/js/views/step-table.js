// The step as a table: the numbers of the diagram for those who cannot see it or want to copy them.

import { fixed } from "../model/numbers.js";
import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

const DECIMALS = 3;

/**
 * Show the values of the current step as a table.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createStepTable(store) {
  const body = html("tbody");
  const head = html("thead");
  const table = html("table", { class: "numbers" }, head, body);
  const frame = { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers of this step" };
  const summary = html("summary", {}, "This step as a table");
  const element = html("details", { class: "table", ontoggle: () => build() }, summary, html("div", frame, table));

  function build() {
    if (!element.open) return;
    const { trace } = store;
    const titles = ["unit", ...trace.unitQuantities.map((quantity) => `${quantity.title} ${quantity.symbol}`)];
    head.replaceChildren(html("tr", {}, titles.map((title) => html("th", { scope: "col" }, title))));
    const rows = Array.from({ length: trace.units }, (_, unit) => {
      const name = html("th", { scope: "row" }, String(unit));
      return html("tr", { onclick: () => store.set({ unit }) }, name, trace.unitQuantities.map(() => html("td")));
    });
    body.replaceChildren(...rows);
    show();
  }

  function show() {
    const { trace, state } = store;
    if (!element.open || !body.rows.length) return; // opened, and about to be built
    trace.unitQuantities.forEach(({ name }, column) => {
      trace.vector(name, state.step).forEach((value, unit) => {
        body.rows[unit].cells[column + 1].textContent = fixed(value, DECIMALS);
      });
    });
    [...body.rows].forEach((row, unit) => row.classList.toggle("selected", unit === state.unit));
  }

  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (state.step !== previous.step || state.unit !== previous.unit) show();
    },
    destroy: () => element.remove(),
  };
}
