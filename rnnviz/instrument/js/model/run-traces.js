// The runs of a payload: the main one, and those beside it.

import { alignedTraces } from "./aligned-traces.js";
import { addActivations } from "./functions.js";
import { leadingLabels } from "./heatmap-panels.js";
import { Trace } from "./trace.js";

/** @import { WholePayload } from "./trace.js" */

/** The name of the main run, which a slot without a name shows. */
export const MAIN = "";

/** What slots call the run that is compared with the main one, and the second less the first. */
const [OTHER, DIFFERENCE] = ["other", "difference"];

/**
 * The ids of the traces that `runTraces` makes, by the names of the runs.
 * @param {WholePayload} payload
 * @returns {Map<string, string>}
 */
export function runIds({ id, runs = [], comparison }) {
  if (!comparison) {
    return new Map([[MAIN, id], ...runs.map((run) => /** @type {const} */ ([run.name, run.payload.id]))]);
  }
  const both = [id, runs[0].payload.id].join("+");
  return new Map([MAIN, OTHER, DIFFERENCE].map((name) => [name, both]));
}

/**
 * The traces of a payload by the names of the runs. Two runs that are compared have their difference as well.
 * @param {WholePayload} payload
 * @returns {Map<string, Trace>}
 */
export function runTraces(payload) {
  const { runs = [], comparison } = payload;
  const main = decoded(payload);
  const others = runs.map((run) => /** @type {const} */ ([run.name, decoded(/** @type {any} */ (run.payload))]));
  if (comparison) {
    const [[, other]] = others;
    const isFirst = comparison.main === 0;
    const { first, second, difference } = alignedTraces(isFirst ? main : other, isFirst ? other : main, comparison);
    return new Map([[MAIN, isFirst ? first : second], [OTHER, isFirst ? second : first], [DIFFERENCE, difference]]);
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
