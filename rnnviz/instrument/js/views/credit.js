// The text coloured by the values of its tokens at the current step: how much each token has to do with what is there
// now. Below, the row adds up and its strongest tokens are named.

import { faded } from "../model/colours.js";
import { creditColour, creditRow, creditSum, creditText, scaleEnds, strongestTokens } from "../model/token-credit.js";
import { html } from "../page/dom.js";
import { createChips } from "./chips.js";

/**
 * @import { ElementView, Store } from "../model/store.js"
 * @import { TokenValues } from "../model/trace.js"
 */

/**
 * Show the values of all tokens at the current step.
 * @param {Store} store
 * @param {string} name  of the token values; without them the view is empty
 * @returns {ElementView}
 */
export function createCredit(store, name) {
  const title = html("figcaption", { class: "credit-title" });
  const pointed = html("p", { class: "credit-pointed" });
  const chips = createChips(store, { labelOf, colourOf, onPoint: describe });
  const legend = html("div", { class: "credit-legend", "aria-hidden": "true" });
  const sum = html("p", { class: "credit-sum" });
  const strongest = html("p", { class: "credit-strongest" });
  const element = html("figure", { class: "credit" }, title, chips.element, legend, pointed, sum, strongest);
  /** @type {TokenValues | undefined} */
  let tokenValues;
  /** @type {(number | null)[]} */
  let row = [];

  function build() {
    tokenValues = store.trace.tokenValues[name];
    element.hidden = !tokenValues;
    if (!tokenValues) return;
    title.textContent = tokenValues.title;
    const ends = scaleEnds(tokenValues).map((end) => html("span", {}, end));
    legend.replaceChildren(scaleBar(tokenValues), html("div", { class: "credit-ends" }, ends));
    chips.build(tokenValues.title);
    show();
  }

  function show() {
    if (!tokenValues) return;
    const { trace, state } = store;
    row = creditRow(trace, tokenValues, state.step);
    chips.show();
    sum.textContent = creditSum(trace, tokenValues, row, state.step);
    sum.hidden = !sum.textContent;
    strongest.textContent = strongestTokens(trace, tokenValues, row);
  }

  /**
   * @param {number} k  a token
   * @returns {string}
   */
  function colourOf(k) {
    const value = row[k];
    return value === null || !tokenValues ? "transparent" : creditColour(tokenValues, value);
  }

  /**
   * @param {number} k
   * @returns {{ text: string, read: boolean }}
   */
  function labelOf(k) {
    const { trace, state } = store;
    return { text: `${trace.tokens[k]}, step ${k + 1}, ${textOf(k)}`, read: !trace.isLater(k, state.step) };
  }

  /**
   * @param {number} k
   * @returns {string}
   */
  function textOf(k) {
    return tokenValues ? creditText(store.trace, tokenValues, row, k, store.state.step) : "";
  }

  /**
   * Describe the token that is pointed at, or else the current one.
   * @param {number | null} k
   */
  function describe(k) {
    const at = k ?? store.state.step;
    pointed.textContent = `“${store.trace.tokens[at]}” (step ${at + 1}): ${textOf(at)}`;
  }

  build();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.tokenValuesId !== previous.tokenValuesId) build();
      else if (state.step !== previous.step) show();
    },
    destroy() {
      chips.destroy();
      element.remove();
    },
  };
}

/**
 * The colour scale as a bar.
 * @param {TokenValues} tokenValues
 * @returns {HTMLElement}
 */
function scaleBar({ colour, negative_colour: negative, signed }) {
  const positiveStops = signed ? ["50%", "100%"] : ["0%", "100%"];
  const stops = [
    ...(signed ? [`${faded(negative, 1)} 0%`, `${faded(negative, 0)} 50%`] : []),
    `${faded(colour, 0)} ${positiveStops[0]}`,
    `${faded(colour, 1)} ${positiveStops[1]}`,
  ];
  return html("div", { class: "credit-scale", style: `background: linear-gradient(to right, ${stops.join(", ")})` });
}
