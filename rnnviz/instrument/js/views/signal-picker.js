// What the tokens are coloured by.

import { ATTRIBUTION, signalsOf } from "../model/signals.js";
import { scaleEnds } from "../model/token-credit.js";
import { html } from "../page/dom.js";

/**
 * @import { Requests } from "../model/requests.js"
 * @import { ElementView, Store } from "../model/store.js"
 */

/**
 * Choose the signal that colours the tokens. What each token does for the answer is requested when it is chosen.
 * @param {Store} store
 * @param {Requests} requests
 * @returns {ElementView}
 */
export function createSignalPicker(store, { requestTokenValues }) {
  const picker = html("select", { "aria-label": "Colour the tokens by", onchange: choose });
  const legend = html("span", { class: "signal-legend" });
  const element = html("label", { class: "signal" }, "tokens coloured by ", picker, " ", legend);

  function choose() {
    const was = store.state.signal;
    store.set({ signal: picker.value });
    if (picker.value === ATTRIBUTION) requestTokenValues?.(ATTRIBUTION);
    else if (was === ATTRIBUTION) requestTokenValues?.("");
  }

  function build() {
    const offered = signalsOf(store.trace).filter(([signal]) => {
      return signal !== ATTRIBUTION || requestTokenValues || store.trace.tokenValues[ATTRIBUTION];
    });
    picker.replaceChildren(...offered.map(([value, title]) => html("option", { value }, title)));
    picker.value = store.state.signal;
    explain();
  }

  function explain() {
    const { trace, state } = store;
    const values = trace.tokenValues[ATTRIBUTION];
    legend.hidden = state.signal !== ATTRIBUTION;
    if (legend.hidden) return;
    if (!values) {
      legend.textContent = "computing …";
      return;
    }
    const mark = (/** @type {string} */ colour) => html("span", { style: `color: ${colour}` }, "■");
    const most = scaleEnds(values).at(-1);
    const scale = ` against it when each token is swapped, in log odds up to ±${most}`;
    legend.replaceChildren(mark(values.colour), " for the answer and ", mark(values.negative_colour), scale);
  }

  build();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (picker.value !== state.signal) picker.value = state.signal;
      if (state.signal !== previous.signal || state.tokenValuesId !== previous.tokenValuesId) explain();
    },
    destroy: () => element.remove(),
  };
}
