// The links in the words that name a target, and which of them lead to what is shown.

import { optionsIn, parseTarget, PLACE_KEYS, storeTarget } from "../model/link-target.js";
import { closestTo, elementsIn } from "./dom.js";

/**
 * @import { LinkTarget } from "../model/link-target.js"
 * @import { Store } from "../model/store.js"
 */

/** @typedef {{ link: HTMLElement, target: LinkTarget }} PlaceLink */

/**
 * @typedef {object} PlaceLinks
 * @property {() => void} gather  find the links anew, as when the page or the cell's options have changed
 * @property {() => void} markCurrent  mark the links that lead to what is shown
 * @property {(event: Event) => PlaceLink | null} linkAt  the link that an event is about
 * @property {() => void} destroy
 */

const LINK = 'a[href^="#"]';

/**
 * Find and mark the links of a page.
 * @param {Store} store
 * @param {Document | HTMLElement} root
 * @param {() => Record<string, unknown>} everythingShown  by the keys of targets
 * @returns {PlaceLinks}
 */
export function createPlaceLinks(store, root, everythingShown) {
  /** @type {PlaceLink[]} */
  let links = [];

  /**
   * What a link names: a place, and those options that the present cell has.
   * @param {HTMLElement} link
   * @returns {PlaceLink | null}
   */
  function placeLink(link) {
    const target = parseTarget((link.getAttribute("href") ?? "").slice(1), store.trace.options);
    return target && { link, target };
  }

  /** @param {PlaceLink} placeLink */
  function mark({ link, target }) {
    const now = everythingShown();
    /** @type {Record<string, unknown>} */
    const place = { ...target, ...storeTarget(target) };
    const keys = [...PLACE_KEYS.filter((key) => key in target), ...Object.keys(optionsIn(target))];
    if (keys.length > 0 && keys.every((key) => place[key] === now[key])) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }

  return {
    gather() {
      const known = new Set(links.map(({ link }) => link));
      links = elementsIn(root, LINK).flatMap((link) => placeLink(link) ?? []);
      for (const { link } of links) known.delete(link);
      for (const link of known) link.removeAttribute("aria-current");
      links.forEach(mark);
    },

    markCurrent: () => links.forEach(mark),

    linkAt(event) {
      const link = closestTo(event, LINK);
      return link && placeLink(link);
    },

    destroy() {
      for (const { link } of links) link.removeAttribute("aria-current");
    },
  };
}
