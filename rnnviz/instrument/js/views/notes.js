// What the page says about the run: its changes, each with a button that takes it back, and remarks.

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
    const { remarks, changes } = store.state.notes;
    const chips = changes.map(({ text, words }) => {
      const title = `Take back: ${words}`;
      const marks = { type: "button", title, "aria-label": title, onclick: () => requestWithout?.(text) };
      return html("span", { class: "change" }, words, requestWithout && html("button", marks, "×"));
    });
    element.replaceChildren(
      ...(chips.length ? [html("span", { class: "change-title" }, "What if:"), ...chips] : []),
      ...remarks.map((remark) => html("span", { class: "remark" }, remark)),
    );
    element.hidden = !element.childElementCount;
  }

  show();
  return {
    element,
    update(state, previous) {
      if (state.notes !== previous.notes) show();
    },
    destroy: () => element.remove(),
  };
}
