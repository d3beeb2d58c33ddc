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
  const element = html("p", { class: "narration" }, narrate(store.trace, store.state.step));
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.step !== previous.step) element.textContent = narrate(store.trace, state.step);
    },
    destroy: () => element.remove(),
  };
}
