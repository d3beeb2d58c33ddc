// The page around the instrument: where its words and controls are. A page that differs from the default says how.

/**
 * @typedef {object} Host
 * @property {Document | HTMLElement} root  holds the slots and the words
 * @property {string} sections  selects the sections of the words
 * @property {string} views  selects the elements in whose shadow roots views are
 * @property {(name: string) => string} controlOf  selects what shows the "text", the "cell" or an option of it
 * @property {(marker: HTMLElement) => string} keyOf  what stays the same of a marker when the page draws it again
 */

/**
 * A page on which sections and controls have the instrument's own classes and attributes.
 * @param {Partial<Host>} [differences]
 * @returns {Host}
 */
export function hostOf(differences = {}) {
  return {
    root: document,
    sections: ".rnnviz-words",
    views: ".rnnviz-slot",
    controlOf: (name) => `[data-rnnviz-control="${name}"]`,
    keyOf: (marker) => marker.dataset.go ?? "",
    ...differences,
  };
}
