// The step as a table: the diagram's numbers for those who cannot see it, or want to copy them.

import { html } from "../page/dom.js";

export function createTable(store) {
  const body = html("tbody");
  const head = html("thead");
  const frame = html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers of this step" });
  frame.append(html("table", { class: "numbers" }, head, body));
  const element = html("details", { class: "table", ontoggle: () => build() }, html("summary", {}, "This step as a table"), frame);
  let cells = [];

  function build() {
    if (!element.open) return;
    const { trace } = store;
    const titles = ["unit", ...trace.shown.map((quantity) => `${quantity.title} ${quantity.symbol}`)];
    head.replaceChildren(html("tr", {}, titles.map((title) => html("th", { scope: "col" }, title))));
    const rows = Array.from({ length: trace.units }, (_, unit) =>
      html("tr", { onclick: () => store.set({ unit }) }, html("th", { scope: "row" }, String(unit)), trace.shown.map(() => html("td"))),
    );
    cells = rows.map((row) => [...row.children].slice(1));
    body.replaceChildren(...rows);
    show();
  }

  function show() {
    if (!element.open) return;
    const { trace, state } = store;
    trace.shown.forEach((quantity, column) => {
      const vector = trace.vector(quantity.name, state.step);
      vector.forEach((value, unit) => {
        cells[unit][column].textContent = value.toFixed(3).replace("-", "−");
      });
    });
    [...body.children].forEach((row, unit) => row.classList.toggle("chosen", unit === state.unit));
  }

  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (state.step !== previous.step || state.unit !== previous.unit) show();
    },
    destroy() {},
  };
}
