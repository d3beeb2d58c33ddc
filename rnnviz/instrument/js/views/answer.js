// The prediction in words: the answer where the model is asked, and elsewhere what it would be.

import { outputWords } from "../model/outputs.js";
import { predictionWords, whenOf } from "../model/prediction-words.js";
import { html } from "../page/dom.js";

/**
 * @import { ElementView, Store } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/**
 * Show the prediction at the current step as words and a percentage, and smaller the next likeliest ones or, in a
 * what-if, that of the unchanged run.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createAnswer(store) {
  const when = html("span", { class: "answer-when" });
  const label = html("strong", { class: "answer-label" });
  const share = html("span", { class: "answer-share" });
  const others = html("span", { class: "answer-others" }); // or the unchanged run
  const element = html(
    "div",
    { class: "answer" },
    when,
    html("div", { class: "answer-line" }, label, " ", share, " ", others),
  );

  function show() {
    const { trace, state: { step } } = store;
    element.hidden = !trace.probabilities && !trace.outputs;
    if (element.hidden) return;
    const words = trace.outputs ? valueWords(trace, step) : predictionWords(trace, step);
    when.textContent = whenOf(trace, step);
    label.textContent = words.label;
    share.textContent = words.share;
    others.textContent = words.unchanged || words.others;
    element.classList.toggle("changed", words.unchanged !== "");
    element.classList.toggle("unasked", !trace.isAsked(step));
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.step !== previous.step) show();
    },
    destroy: () => element.remove(),
  };
}

/**
 * Outputs that are values, as a prediction is written: the name of the first one, its value, and smaller the others.
 * @param {Trace} trace
 * @param {number} step
 * @returns {{ label: string, share: string, others: string, unchanged: string }}
 */
function valueWords(trace, step) {
  const { name, value, others, unchanged } = outputWords(trace, step);
  return name ? { label: name, share: value, others, unchanged } : { label: value, share: "", others, unchanged };
}
