// The choices above the heatmaps: which rows, in which order, and what that order is.

import { ROW_ORDERS, TOP } from "../model/row-order.js";
import { html } from "../page/dom.js";

/** @import { ElementView, State, Store } from "../model/store.js" */

const SHOWN = /** @type {const} */ (["rowOrder", "allRows", "measured"]);
const SILENCED = "Silenced: the states of the unit are set to 0.";

/**
 * Show the choices.
 * @param {Store} store
 * @param {string} [each]  what each of several runs is, if they are for heatmaps of all of them: "cell"
 * @returns {ElementView}
 */
export function createHeatmapTools(store, each = "") {
  const few = choice(`top ${TOP}`, { allRows: false });
  const all = choice("", { allRows: true });
  const orders = ROW_ORDERS.map(([rowOrder, title]) => choice(title, { rowOrder }));
  const rows = segments("Rows", [few, all]);
  const about = html("p", { class: "heatmap-about" });
  const strips = html("p", { class: "heatmap-strips" }, html("i"), "lower strip of each row: the unchanged run");
  const element = html("div", { class: "heatmap-tools" }, rows, segments("Order", orders), about, strips);

  /**
   * @param {string} title
   * @param {Partial<State>} change
   * @returns {{ button: HTMLButtonElement, change: Partial<State> }}
   */
  function choice(title, change) {
    return { button: html("button", { type: "button", onclick: () => store.set(change) }, title), change };
  }

  function show() {
    const { trace, state } = store;
    const { label, measure } = trace.orderingEffects;
    strips.hidden = !trace.unchanged;
    orders[0].button.textContent = trace.alignment ? "difference" : "effect";
    all.button.textContent = `all ${trace.units}`;
    rows.hidden = trace.units <= TOP;
    for (const { button, change: [[key, value]] } of [few, all, ...orders].map(entries)) {
      button.setAttribute("aria-pressed", String(state[/** @type {keyof State} */ (key)] === value));
    }
    const named = label && !each ? measure.replace("the answer", () => `“${label}”`) : measure;
    const effect = `${named}${trace.unchanged ? ", in the unchanged run" : ""}`;
    const isAll = state.allRows || rows.hidden;
    const which = isAll ? "All units" : each ? `Top ${TOP} of each ${each} by ${effect}` : `By ${effect}`;
    /** @type {Record<State["rowOrder"], string>} */
    const how = { effect: isAll ? ` by ${effect}` : "", similar: ", alike ones together", number: ", by number" };
    about.textContent = which + how[state.rowOrder];
    about.title = about.textContent.includes("silenced") ? SILENCED : "";
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || SHOWN.some((key) => state[key] !== previous[key])) show();
    },
    destroy: () => element.remove(),
  };
}

/**
 * @param {{ button: HTMLButtonElement, change: Partial<State> }} choice
 * @returns {{ button: HTMLButtonElement, change: [string, unknown][] }}
 */
function entries({ button, change }) {
  return { button, change: Object.entries(change) };
}

/**
 * Buttons of which one is pressed.
 * @param {string} name
 * @param {{ button: HTMLButtonElement }[]} choices
 * @returns {HTMLElement}
 */
function segments(name, choices) {
  const buttons = html("span", { class: "segments", role: "group", "aria-label": name });
  buttons.append(...choices.map(({ button }) => button));
  return html("div", { class: "heatmap-choice" }, html("span", { "aria-hidden": "true" }, name), buttons);
}
