// What the tokens are coloured by.

import { readWords } from "../model/read-words.js";
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
  const picker = html("select", { onchange: choose });
  const words = html("span");
  const legend = html("span", { class: "signal-legend" });
  const element = html("label", { class: "signal" }, words, " ", picker, " ", legend);

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
    const { tokens } = readWords(store.trace);
    words.textContent = `${tokens} coloured by`;
    picker.setAttribute("aria-label", `Colour the ${tokens} by`);
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
    const [favoured, measure] = trace.outputs ? ["a larger output", "changes of it"] : ["the answer", "log odds"];
    const scale = ` against it when each ${readWords(trace).token} is swapped, in ${measure} up to ±${most}`;
    legend.replaceChildren(mark(values.colour), ` for ${favoured} and `, mark(values.negative_colour), scale);
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
