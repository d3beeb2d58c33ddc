// Markers in the words that set the instrument once they appear, as the answer to a question does.

import { elementsIn } from "./dom.js";

/** @import { Host } from "./host.js" */

const MARKER = ".rnnviz-go[data-go]";

/**
 * Follow each marker once: a page that is drawn again must not pull the reader back. Markers that are there from the
 * beginning are not followed.
 * @param {Host} host
 * @param {(hash: string) => void} follow  called with what a new marker names
 * @returns {{ look: () => void }} look is for when the page has changed
 */
export function createMarkers(host, follow) {
  /** @type {Map<string, string>} by key: the page on which the marker was */
  const followed = new Map();
  /** @returns {Map<string, string>} by key: what the marker names */
  const present = () => new Map(elementsIn(host.root, MARKER).map((each) => [host.keyOf(each), each.dataset.go ?? ""]));

  for (const key of present().keys()) followed.set(key, window.location.pathname);
  return {
    look() {
      const page = window.location.pathname;
      const markers = present();
      for (const [key, since] of followed) if (!markers.has(key) && since !== page) followed.delete(key);
      for (const [key, hash] of markers) {
        if (followed.has(key)) continue;
        followed.set(key, page);
        follow(hash);
      }
    },
  };
}
