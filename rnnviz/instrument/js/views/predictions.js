// What the readout says after this step, as bars, and how it changed from the step before.

import { html } from "../page/dom.js";

const SHOWN = 5;

/** The likeliest labels after a step: [{label, now, before}], before null at the first step. */
export function ranked(trace, step, count = SHOWN) {
  const says = trace.says(step);
  const past = trace.previous(step);
  const before = past < 0 ? null : trace.says(past);
  return [...says.keys()]
    .sort((a, b) => says[b] - says[a])
    .slice(0, count)
    .map((k) => ({ label: trace.labels[k], now: says[k], before: before && before[k] }));
}

/** A change of probability in points, with its sign. */
export function change(now, before) {
  if (before === null) return "";
  const points = Math.round((now - before) * 1000) / 10;
  return `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)}`;
}

export function createPredictions(store) {
  const rows = html("tbody");
  const head = html(
    "tr",
    {},
    ["the model says", "", "after this step", "change"].map((words) => html("th", { scope: "col" }, words)),
  );
  const element = html("table", { class: "predictions" }, html("thead", {}, head), rows);

  function show() {
    const { trace, state } = store;
    element.hidden = !trace.probabilities;
    if (element.hidden) return;
    const found = ranked(trace, state.step);
    while (rows.childElementCount < found.length) rows.append(row());
    while (rows.childElementCount > found.length) rows.lastChild.remove();
    found.forEach(({ label, now, before }, k) => {
      const [name, bar, share, moved] = rows.children[k].children;
      name.textContent = label;
      bar.firstChild.style.setProperty("--now", now);
      bar.firstChild.style.setProperty("--before", before ?? now);
      share.textContent = `${(100 * now).toFixed(1)} %`;
      moved.textContent = change(now, before);
    });
  }

  function row() {
    return html(
      "tr",
      {},
      html("th", { scope: "row" }),
      html("td", {}, html("div", { class: "bar" })),
      html("td", { class: "number" }),
      html("td", { class: "number" }),
    );
  }

  show();
  return { element, update: show, destroy() {} };
}
