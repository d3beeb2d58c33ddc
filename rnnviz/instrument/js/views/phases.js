// The phases of a step as a rail of buttons: each lights what it computes, and shows its formula.

import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/**
 * Show the phases.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createPhases(store) {
  const element = html("div", { class: "phases", role: "group", "aria-label": "Phases of the step" });

  function build() {
    /** @type {(phase: number | null, title: string) => HTMLButtonElement} */
    const choice = (phase, title) =>
      html("button", { type: "button", onclick: () => store.set({ phase, playing: false }) }, title);
    const { phases } = store.trace;
    element.replaceChildren(choice(null, "Whole step"), ...phases.map(({ title }, k) => choice(k, title)));
    element.hidden = phases.length < 2;
  }

  function mark() {
    const pressed = (store.state.phase ?? -1) + 1;
    [...element.children].forEach((choice, k) => choice.setAttribute("aria-pressed", String(k === pressed)));
  }

  build();
  mark();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      if (newTrace || state.phase !== previous.phase) mark();
    },
    destroy: () => element.remove(),
  };
}
