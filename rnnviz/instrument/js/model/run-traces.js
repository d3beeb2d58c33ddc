// The runs of a payload: the main one, and those beside it.

import { alignedTraces } from "./aligned-traces.js";
import { addActivations } from "./functions.js";
import { leadingLabels } from "./heatmap-panels.js";
import { Trace } from "./trace.js";

/** @import { WholePayload } from "./trace.js" */

/** The name of the main run, which a slot without a name shows. */
export const MAIN = "";

/** What slots call the second of two texts, and what it has more than the first. */
const [SECOND, DIFFERENCE] = ["second", "difference"];

/**
 * The ids of the traces that `runTraces` makes, by the names of the runs.
 * @param {WholePayload} payload
 * @returns {Map<string, string>}
 */
export function runIds({ id, runs = [], columns }) {
  if (!columns) return new Map([[MAIN, id], ...runs.map((run) => /** @type {const} */ ([run.name, run.payload.id]))]);
  const both = [id, runs[0].payload.id].join("+");
  return new Map([MAIN, SECOND, DIFFERENCE].map((name) => [name, both]));
}

/**
 * The traces of a payload by the names of the runs. Two texts whose columns are aligned have their difference as well.
 * @param {WholePayload} payload
 * @returns {Map<string, Trace>}
 */
export function runTraces(payload) {
  const { runs = [], columns } = payload;
  const main = decoded(payload);
  const others = runs.map((run) => /** @type {const} */ ([run.name, decoded(/** @type {any} */ (run.payload))]));
  if (columns) {
    const { first, second, difference } = alignedTraces(main, others[0][1], columns);
    return new Map([[MAIN, first], [SECOND, second], [DIFFERENCE, difference]]);
  }
  const traces = new Map([[MAIN, main], ...others]);
  if (others.length) shareLabels([...traces.values()]);
  return traces;
}

/**
 * Decode a payload, and get to know its activations.
 * @param {WholePayload} payload
 * @returns {Trace}
 */
function decoded(payload) {
  addActivations(payload.definition.activations);
  return new Trace(payload);
}

/**
 * Let runs of models with the same labels show the same ones.
 * @param {Trace[]} traces
 */
function shareLabels(traces) {
  const [first] = traces;
  const alike = traces.filter(({ labels, probabilities }) => probabilities && String(labels) === String(first.labels));
  const rows = leadingLabels(alike.flatMap(({ probabilities }) => probabilities ?? []), first.labels.length);
  for (const trace of alike) trace.labelRows = rows;
}
