// The field of the selected unit.

import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/**
 * Show the selected unit, and choose another one.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createUnitField(store) {
  const field = html("input", { type: "number", min: 0, "aria-label": "Unit", onchange: choose });
  const element = html("label", { class: "unit" }, "unit ", field);

  /** Whatever was typed, the field shows a unit that exists. */
  function choose() {
    store.set({ unit: Math.round(Number(field.value)) || 0 });
    field.value = String(store.state.unit);
  }

  function show() {
    const { state, trace } = store;
    const root = /** @type {Document | ShadowRoot} */ (field.getRootNode());
    field.max = String(trace.units - 1);
    if (root.activeElement !== field) field.value = String(state.unit);
  }

  show();
  return { element, update: show, destroy: () => element.remove() };
}
