// The description of the step.

import { narrate } from "../model/narration.js";
import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/**
 * Describe the current step.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createNarration(store) {
  const element = html("p", { class: "narration" });

  function show() {
    const { trace, state: { step, notes } } = store;
    element.textContent = narrate(trace, step, { outcome: !notes.changes.length }); // the notes tell it as well
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (
        newTrace || state.step !== previous.step || state.notes !== previous.notes ||
        state.measured !== previous.measured
      ) show();
    },
    destroy: () => element.remove(),
  };
}
