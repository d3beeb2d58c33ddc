// Requests to the server for what only it can compute: another text, another cell or other options of it, an
// intervention. The position that goes with a request waits until its trace has come.

import { stateChange } from "./link-target.js";

/**
 * @import { StoreTarget } from "./link-target.js"
 * @import { Payload } from "./payload.d.ts"
 * @import { Settings } from "./settings.d.ts"
 * @import { Store } from "./store.js"
 */

/**
 * The text, the cell, and the cell's options by name; or the text of an intervention as "if", or as "without".
 * @typedef {Record<string, string>} Request
 */

/**
 * What a saved page shows: the place, and how the heatmaps are arranged, as text.
 * @typedef {{ step: string, unit: string, phase: string, row_order: string, all_rows: string }} SavedView
 */

/**
 * @typedef {object} Requests
 * @property {() => Request} present  the text, cell and options that are shown
 * @property {(request: Record<string, string | null | undefined>, target?: StoreTarget) => boolean} request
 *   request what differs from the present; returns whether nothing differs and the target is set already
 * @property {((intervention: string) => void) | undefined} requestIntervention
 *   request the same with one more intervention; undefined where nothing answers
 * @property {((intervention: string) => void) | undefined} requestWithout
 *   request the same without one of the interventions; undefined where nothing answers
 * @property {((name: string) => void) | undefined} requestTokenValues
 *   request the values of all tokens of this name from now on, "" for none; undefined where nothing answers
 * @property {((view: SavedView) => Promise<string>) | undefined} requestPage
 *   request the view as a page to save; undefined where nothing answers
 * @property {(payload: Payload & Settings) => StoreTarget | null} receive
 *   take note of a payload; returns the target that waited for it
 */

/** @typedef {"intervention" | "token values" | "page"} Answer  what is asked for beside another text or cell */

/** What a server answers. @type {Answer[]} */
export const ALL_ANSWERS = ["intervention", "token values", "page"];

/**
 * Keep track of what is shown and what has been requested.
 * @param {Store} store
 * @param {string | undefined} text  the text that is shown
 * @param {((request: Request) => void) | undefined} send  missing where nothing answers
 * @param {Answer[]} [answers]  what is answered
 * @returns {Requests}
 */
export function createRequests(store, text, send, answers = ALL_ANSWERS) {
  let present = { ...store.trace.options, ...given({ text, cell: store.trace.cell }) };
  /** @type {{ wanted: Request, target: StoreTarget, from: Request } | null} */
  let waiting = null;
  /** @type {((page: string) => void) | null} */
  let receivePage = null;
  const [changes, values, page] = ALL_ANSWERS.map((answer) => answers.includes(answer) ? send : undefined);

  return {
    present: () => present,

    request(request, target = {}) {
      const wanted = given(request);
      const missing = differences(wanted, present);
      waiting = null;
      if (!missing.length) {
        store.set(stateChange(store.trace, target));
        return true;
      }
      if (send) {
        waiting = { wanted, target, from: present };
        send(Object.fromEntries(missing.map((name) => [name, wanted[name]])));
      }
      return false;
    },

    requestIntervention: changes && ((intervention) => changes({ if: intervention })),
    requestWithout: changes && ((intervention) => changes({ without: intervention })),
    requestTokenValues: values && ((name) => values({ token_values: name })),
    requestPage: page && ((view) => {
      return new Promise((done) => {
        receivePage = done;
        page({ save: "page", ...view });
      });
    }),

    receive({ text: newText, cell, options, saved_page: saved }) {
      if (saved) receivePage?.(saved);
      present = { ...options, ...given({ text: newText, cell }) };
      if (!waiting) return null;
      const { wanted, target, from } = waiting;
      const arrived = !differences(wanted, present).length;
      const unchanged = !differences(from, present).length;
      if (arrived || !unchanged) waiting = null; // if neither, the user has requested something else since
      return arrived ? target : null;
    },
  };
}

/**
 * What is given of a request.
 * @param {Record<string, string | null | undefined>} request
 * @returns {Request}
 */
function given(request) {
  return Object.fromEntries(Object.entries(request).flatMap(([key, value]) => (value == null ? [] : [[key, value]])));
}

/**
 * The keys of a request that have another value now.
 * @param {Request} wanted
 * @param {Request} present
 * @returns {string[]}
 */
function differences(wanted, present) {
  return Object.keys(wanted).filter((name) => wanted[name] !== present[name]);
}
