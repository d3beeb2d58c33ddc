// What the tokens are coloured by.

import { signalsOf } from "../model/signals.js";
import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/**
 * Choose the signal that colours the tokens.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createSignalPicker(store) {
  const choose = () => store.set({ signal: picker.value });
  const picker = html("select", { "aria-label": "Colour the tokens by", onchange: choose });
  const element = html("label", { class: "signal" }, "tokens coloured by ", picker);

  function build() {
    picker.replaceChildren(...signalsOf(store.trace).map(([value, title]) => html("option", { value }, title)));
    picker.value = store.state.signal;
  }

  build();
  return {
    element,
    update(state, _previous, newTrace) {
      if (newTrace) build();
      else if (picker.value !== state.signal) picker.value = state.signal;
    },
    destroy: () => element.remove(),
  };
}
