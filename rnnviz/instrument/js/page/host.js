// The page around the instrument: where its words, controls and graphs are. A page that differs from the default says
// how.

import { elementsIn } from "./dom.js";

/** @import { Graph } from "./playheads.js" */

/**
 * @typedef {object} Host
 * @property {Document | HTMLElement} root  holds the slots and the words
 * @property {() => Graph[]} graphs  the Plotly graphs of the heatmaps
 * @property {string} sections  selects the sections of the words
 * @property {string} views  selects the elements in whose shadow roots views are
 * @property {(name: string) => string} controlOf  selects what shows the "text", the "cell" or an option of it
 * @property {(marker: HTMLElement) => string} keyOf  what stays the same of a marker when the page draws it again
 */

/**
 * A page on which graphs, sections and controls have the instrument's own classes and attributes.
 * @param {Partial<Host>} [differences]
 * @returns {Host}
 */
export function hostOf(differences = {}) {
  const root = differences.root ?? document;
  return {
    root,
    graphs: () => /** @type {Graph[]} */ (elementsIn(root, ".rnnviz-graph")),
    sections: ".rnnviz-words",
    views: ".rnnviz-slot",
    controlOf: (name) => `[data-rnnviz-control="${name}"]`,
    keyOf: (marker) => marker.dataset.go ?? "",
    ...differences,
  };
}
