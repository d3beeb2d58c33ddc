// The heatmaps of a trace: which there are, what they show, and in which rows.

import { significant } from "./numbers.js";
import { NEGATIVE, PREDICTION } from "./colours.js";
import { outputName } from "./outputs.js";
import { likeliest } from "./prediction-words.js";
import { unitRows } from "./row-order.js";

/**
 * @import { Scale } from "./colours.js"
 * @import { Field } from "./heatmap-pixels.js"
 * @import { Outputs } from "./outputs.js"
 * @import { State } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

/**
 * A heatmap: its field, its scale and its words.
 * @typedef {object} PanelContent
 * @property {string} name  of the quantity, or "prediction"
 * @property {string} title
 * @property {string} symbol  "" for the prediction
 * @property {"units" | "labels" | "inputs"} kind  what its rows are
 * @property {Field} field
 * @property {string[]} rowNames
 * @property {Scale} scale
 * @property {boolean} clipped  whether values may be beyond the scale
 * @property {Float32Array | null} unchanged  the same values in the unchanged run; null if nothing is changed
 */

/** The name of the heatmap of probabilities, as in rnnviz.figures. */
export const PREDICTION_PANEL = "prediction";

const INPUT_VECTOR = "input_vector";
const LABELS = 5; // the most labels that are shown
const LIMIT_DIGITS = 3;

/**
 * The quantities of units from top to bottom: the states first, then the rest in the order of computation.
 * @param {Trace} trace
 * @returns {string[]}
 */
export function displayOrder({ unitQuantities, initial }) {
  const rest = unitQuantities.filter(({ name }) => !(name in initial));
  return [...Object.keys(initial), ...rest.map(({ name }) => name)];
}

/**
 * The heatmaps of a trace from top to bottom; without names, the input vector is only among all rows. Those that the
 * trace lacks are left out.
 * @param {Trace} trace
 * @param {State} state
 * @param {string[] | null} names  null for all
 * @returns {PanelContent[]}
 */
export function panelContents(trace, state, names) {
  /** @type {Map<number, number[]>} */
  const rowsByWidth = new Map();
  /** @type {(width: number) => number[]} */
  const rowsOf = (width) => {
    const rows = rowsByWidth.get(width) ?? unitRows(trace, state, width);
    rowsByWidth.set(width, rows);
    return rows;
  };
  const all = [PREDICTION_PANEL, ...displayOrder(trace), ...(state.allRows ? [INPUT_VECTOR] : [])];
  return (names ?? all).flatMap((name) => {
    if (name === PREDICTION_PANEL && trace.outputs) return [outputContent(trace, trace.outputs)];
    if (name === PREDICTION_PANEL) return trace.probabilities ? [predictionContent(trace, trace.probabilities)] : [];
    return name in trace.arrays ? [quantityContent(trace, name, rowsOf)] : [];
  });
}

/**
 * @param {Trace} trace
 * @param {string} name
 * @param {(width: number) => number[]} rowsOf  the rows of heatmaps of units
 * @returns {PanelContent}
 */
function quantityContent(trace, name, rowsOf) {
  const { title, symbol, low, high, ...scale } = trace.byName[name];
  const isInput = name === INPUT_VECTOR;
  const width = trace.width(name);
  const rows = isInput ? [...Array(width).keys()] : rowsOf(width);
  return {
    name,
    title: title[0].toUpperCase() + title.slice(1),
    symbol,
    kind: isInput ? "inputs" : "units",
    field: { values: trace.arrays[name], width, steps: trace.steps, rows },
    rowNames: rows.map(String),
    scale,
    clipped: low === null || high === null,
    unchanged: trace.unchangedValues(name),
  };
}

/**
 * @param {Trace} trace
 * @param {Float32Array} probabilities
 * @returns {PanelContent}
 */
function predictionContent(trace, probabilities) {
  const rows = likeliestLabels(trace);
  return {
    name: PREDICTION_PANEL,
    title: "Prediction",
    symbol: "",
    kind: "labels",
    field: { values: probabilities, width: trace.labels.length, steps: trace.steps, rows },
    rowNames: rows.map((label) => trace.labels[label]),
    scale: trace.probabilityScale,
    clipped: false,
    unchanged: trace.unchanged?.probabilities ?? null,
  };
}

/**
 * @param {Trace} trace
 * @param {Outputs} outputs
 * @returns {PanelContent}
 */
function outputContent(trace, { values, unchanged, limits }) {
  const rows = [...trace.labels.keys()].slice(0, LABELS);
  return {
    name: PREDICTION_PANEL,
    title: "Output",
    symbol: "",
    kind: "labels",
    field: { values, width: trace.labels.length, steps: trace.steps, rows },
    rowNames: rows.map((output) => outputName(trace, output)),
    scale: { colour: PREDICTION, negative_colour: NEGATIVE, limits },
    clipped: false,
    unchanged,
  };
}

/**
 * The labels that were the likeliest at any step, by their highest probability; the answer comes first. In a what-if
 * they are those of the unchanged run, so that a change moves no row, with the changed answer among them. Runs that are
 * shown side by side have their labels in common.
 * @param {Trace} trace
 * @returns {number[]}
 */
export function likeliestLabels(trace) {
  if (trace.labelRows) return trace.labelRows;
  if (!trace.probabilities) return [];
  const labels = leadingLabels([trace.unchanged?.probabilities ?? trace.probabilities], trace.labels.length);
  const changed = likeliest(trace.labelsAt(trace.probabilities, trace.steps - 1));
  if (!labels.includes(changed)) labels[labels.length - 1] = changed;
  return labels;
}

/**
 * The labels that were the likeliest at any step of any run, by their highest probability; those on which a run ends
 * come first.
 * @param {Float32Array[]} runs  probabilities step by step
 * @param {number} classes
 * @returns {number[]}
 */
export function leadingLabels(runs, classes) {
  const rank = Array(classes).fill(0);
  for (const probabilities of runs) {
    const answer = likeliest(probabilities.subarray(probabilities.length - classes));
    probabilities.forEach((share, k) => {
      const label = k % classes;
      rank[label] = Math.max(rank[label], share + (label === answer ? 1 : 0));
    });
  }
  return [...rank.keys()].sort((a, b) => rank[b] - rank[a]).slice(0, LABELS);
}

/**
 * The ends of a scale as text: "−5" and "5".
 * @param {Scale} scale
 * @returns {[string, string]}
 */
export function limitTexts({ limits: [low, high] }) {
  return [significant(low, LIMIT_DIGITS), significant(high, LIMIT_DIGITS)];
}
