// What the page says about the run: its changes, each with a button that takes it back, what they did, and remarks.

import { html } from "../page/dom.js";

/**
 * @import { Requests } from "../model/requests.js"
 * @import { ElementView, Store } from "../model/store.js"
 */

/**
 * Show the notes.
 * @param {Store} store
 * @param {Requests} requests
 * @returns {ElementView}
 */
export function createNotes(store, { requestWithout }) {
  const element = html("div", { class: "notes", role: "status" });

  function show() {
    const { remarks } = store.state.notes;
    element.replaceChildren(
      ...changeElements(store, requestWithout),
      ...remarks.map((remark) => html("span", { class: "remark" }, remark)),
    );
    element.hidden = !element.childElementCount;
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.notes !== previous.notes) show();
    },
    destroy: () => element.remove(),
  };
}

/**
 * The changes of a run, each with a button that takes it back, and what they did.
 * @param {Store} store
 * @param {Requests["requestWithout"]} requestWithout
 * @returns {HTMLElement[]}
 */
export function changeElements({ state, trace }, requestWithout) {
  const { changes } = state.notes;
  if (!changes.length) return [];
  const chips = changes.map(({ text, words }) => {
    const title = `Take back: ${words}`;
    const marks = { type: "button", title, "aria-label": title, onclick: () => requestWithout?.(text) };
    return html("span", { class: "change" }, words, requestWithout && html("button", marks, "×"));
  });
  const { end, first } = trace.unchanged ?? { end: "", first: "" };
  const outcome = html("span", { class: "outcome" }, html("strong", {}, end), " ", first);
  return [html("span", { class: "change-title" }, "What if:"), ...chips, outcome];
}
