// The view that is open, in the address: a link opens the step, the unit, the phase and the rows that were on screen.

import { ROW_ORDERS } from "../model/row-order.js";
import { isLarger, PARAMETER } from "./presenter.js";

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
 * The view as parameters of a link, without what a fresh page shows anyway: a unit only if it was chosen. The text too,
 * since a page that binds its text box to it may lose it on the way to another one.
 * @param {Pick<Store, "state" | "trace">} store
 * @param {Fresh} fresh
 * @returns {Record<string, string | null>}  null for what the link leaves out
 */
export function viewParameters(
  { state, trace },
  { default_step: defaultStep, text, default_text: defaultText, views },
) {
  /** @type {(value: string | number | null, usual?: string | number | null) => string | null} */
  const unless = (value, usual = null) => value === usual ? null : String(value);
  return {
    step: unless(state.step + 1, (defaultStep ?? trace.steps - 1) + 1),
    unit: unless(state.unitChosen ? state.unit : null),
    ...(!views && {
      phase: unless(state.phase === null ? null : trace.phases[state.phase].name),
      order: unless(state.rowOrder, ROW_ORDERS[0][0]),
      rows: unless(state.allRows ? "all" : null),
    }),
    ...(defaultText !== null && { text: unless(text, defaultText) }),
  };
}

/**
 * Write the view into the address, and the size of the page, which a change of the link on the server leaves out.
 * @param {Pick<Store, "state" | "trace">} store
 * @param {Fresh} fresh
 */
export function writeAddress(store, fresh) {
  const address = new URL(window.location.href);
  const parameters = { ...viewParameters(store, fresh), [PARAMETER]: isLarger() ? "1" : null };
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

/**
 * What the address says about the view beyond step and unit, which the server reads.
 * @param {WholePayload} payload
 * @param {URLSearchParams} [parameters]  of the link
 * @returns {Partial<Start>}
 */
export function viewInAddress({ views, definition }, parameters = new URL(window.location.href).searchParams) {
  if (views) return {};
  const phase = definition.phases.findIndex(({ name }) => name === parameters.get("phase"));
  const order = ROW_ORDERS.find(([name]) => name === parameters.get("order"))?.[0];
  return {
    ...(phase >= 0 && { phase }),
    ...(order && { row_order: order }),
    ...(parameters.get("rows") === "all" && { all_rows: true }),
  };
}
