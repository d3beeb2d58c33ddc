// The view that is open, in the address: a link opens the step, the unit, the phase and the rows that were on screen.

import { ROW_ORDERS } from "../model/row-order.js";

/**
 * @import { Start } from "../model/settings.d.ts"
 * @import { Store } from "../model/store.js"
 * @import { WholePayload } from "../model/trace.js"
 */

/**
 * What the page shows without a link, and what it is made of.
 * @typedef {object} Fresh
 * @property {number | null} default_step  from 0; null for the last one
 * @property {string} text  as typed
 * @property {string | null} default_text  null keeps the text out of the link
 * @property {string[] | null} views  null for the whole instrument
 */

/**
 * Write the view into the address, without what a fresh page shows anyway: a unit only if it was chosen. The text too,
 * since a page that binds its text box to it may lose it on the way to another one.
 * @param {Pick<Store, "state" | "trace">} store
 * @param {Fresh} fresh
 */
export function writeAddress({ state, trace }, { default_step: defaultStep, text, default_text: defaultText, views }) {
  const address = new URL(window.location.href);
  /** @type {(name: string, value: string | number | null, usual?: string | number | null) => void} */
  const put = (name, value, usual = null) => {
    if (value === usual) address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  };
  put("step", state.step + 1, (defaultStep ?? trace.steps - 1) + 1);
  put("unit", state.unitChosen ? state.unit : null);
  if (!views) {
    put("phase", state.phase === null ? null : trace.phases[state.phase].name);
    put("order", state.rowOrder, ROW_ORDERS[0][0]);
    put("rows", state.allRows ? "all" : null);
  }
  if (defaultText !== null) put("text", text, defaultText);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

/**
 * What the address says about the view beyond step and unit, which the server reads.
 * @param {WholePayload} payload
 * @returns {Partial<Start>}
 */
export function viewInAddress({ views, definition }) {
  if (views) return {};
  const { searchParams } = new URL(window.location.href);
  const phase = definition.phases.findIndex(({ name }) => name === searchParams.get("phase"));
  const order = ROW_ORDERS.find(([name]) => name === searchParams.get("order"))?.[0];
  return {
    ...(phase >= 0 && { phase }),
    ...(order && { row_order: order }),
    ...(searchParams.get("rows") === "all" && { all_rows: true }),
  };
}
