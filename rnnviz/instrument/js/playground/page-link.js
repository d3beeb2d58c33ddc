// The view in the part of the address after "#", which works from disk as well. Its names are those of the dashboard.

import { viewParameters } from "../page/view-address.js";

/**
 * @import { Store } from "../model/store.js"
 * @import { Place } from "./run-payload.js"
 */

/**
 * What a link opens.
 * @typedef {object} Opened
 * @property {string | null} text
 * @property {string[]} changes  of the run, as text
 * @property {number | null} layer
 * @property {string | null} direction
 * @property {number | null} step  from 1
 * @property {number | null} unit
 * @property {URLSearchParams} parameters
 */

const CHANGES = "if";

/**
 * What the part of an address after "#" says.
 * @param {string} hash
 * @returns {Opened}
 */
export function readLink(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {(name: string) => number | null} */
  const number = (name) => /^\d{1,9}$/.test(parameters.get(name) ?? "") ? Number(parameters.get(name)) : null;
  return {
    text: parameters.get("text"),
    changes: (parameters.get(CHANGES) ?? "").split(";").map((change) => change.trim()).filter(Boolean),
    layer: number("layer"),
    direction: parameters.get("direction"),
    step: number("step"),
    unit: number("unit"),
    parameters,
  };
}

/**
 * The part of an address that opens a view.
 * @param {Pick<Store, "state" | "trace">} store
 * @param {{ text: string, defaultText: string, changes: string[], place: Place, firstPlace: Place }} shown
 * @returns {string}  "" for a fresh page
 */
export function linkOf(store, { text, defaultText, changes, place, firstPlace }) {
  const view = { default_step: null, text, default_text: defaultText, views: null };
  const all = {
    ...viewParameters(store, view),
    [CHANGES]: changes.join(";") || null,
    layer: place.layer === firstPlace.layer ? null : String(place.layer),
    direction: place.direction === firstPlace.direction ? null : place.direction,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== null) parameters.set(name, value);
  return parameters.size ? `#${parameters}` : "";
}
