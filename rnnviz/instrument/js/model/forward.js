// A whole model: from token ids or vectors to every quantity at every step and the predictions, by its equations.

import { decodeFloats } from "./arrays.js";
import { compile, INPUT } from "./compiled-equations.js";
import { addActivations } from "./functions.js";
import { add, multiplyInto, softmax } from "./vectors.js";

/**
 * @import { Input, Layer, Place, Vectors } from "./compiled-equations.js"
 * @import { LayerData, ModelData, Numbers, TableData } from "./payload.d.ts"
 * @import { Vector } from "./vectors.js"
 */

/**
 * A quantity that is held at a value, or a state that is frozen as the step before left it.
 * @typedef {object} Hold
 * @property {number} layer
 * @property {string} direction
 * @property {string} quantity
 * @property {number[] | null} units  null for all
 * @property {number} first           the steps from first to before end, as in the text
 * @property {number} end
 * @property {number | null} value    null freezes a state
 */

/**
 * What one layer and direction computed.
 * @typedef {object} LayerRun
 * @property {string} direction
 * @property {Record<string, Float64Array>} values  by quantity, [step, unit] in the order of the text
 */

/**
 * @typedef {object} Run
 * @property {number} steps
 * @property {LayerRun[][]} layers            by layer and direction
 * @property {Float64Array | null} logits         [step, label]; null without a readout
 * @property {Float64Array | null} probabilities  [step, label]
 */

/**
 * @typedef {object} Table
 * @property {number} rows
 * @property {number} columns
 * @property {Float32Array} values
 */

/** A model that can be run. */
export class ForwardModel {
  /**
   * @param {ModelData} data
   */
  constructor(data) {
    addActivations(data.activations);
    this.name = data.name;
    this.states = data.states;
    this.equations = data.equations;
    this.merge = data.merge;
    this.labels = data.labels;
    this.embedding = data.embedding && decodedTable(data.embedding);
    this.layers = data.layers.map((directions) => directions.map(decodedLayer));
    this.inputSize = data.layers[0][0].input_size;
    this.readout = data.readout && decodedTable(data.readout);
    this.readoutBias = data.readout_bias === null ? null : decodeFloats(data.readout_bias);
  }

  /**
   * Run over a sequence.
   * @param {ArrayLike<number>} sequence  token ids; without an embedding the vectors, one after the other
   * @param {object} [options]
   * @param {Vectors[][] | null} [options.initial]  states by layer and direction, zeros where missing; if left out, the
   *   model's own
   * @param {Hold[]} [options.holds]
   * @returns {Run}
   */
  run(sequence, { initial = null, holds = [] } = {}) {
    let input = this.embedding ? embedded(sequence, this.embedding) : unembedded(sequence, this.inputSize);
    const steps = this.embedding ? sequence.length : sequence.length / this.inputSize;
    if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`${sequence.length} numbers are no whole steps`);
    const layers = this.layers.map((directions, k) => {
      const runs = directions.map((layer, j) => {
        const here = holds.filter((hold) => hold.layer === k && hold.direction === layer.direction);
        return this.runLayer(layer, input, steps, initial ? initial[k][j] : layer.initial, here);
      });
      input = merged(runs, steps, this.merge);
      return runs;
    });
    const logits = this.readout && linear(this.readout, this.readoutBias, input, steps);
    return { steps, layers, logits, probabilities: logits && probabilitiesOf(logits, steps) };
  }

  /**
   * @param {Layer} layer
   * @param {Input} input
   * @param {number} steps
   * @param {Vectors} initial
   * @param {Hold[]} holds
   * @returns {LayerRun}
   */
  runLayer(layer, input, steps, initial, holds) {
    const { units, direction } = layer;
    /** @type {Record<string, Float64Array>} */
    const values = {};
    /** @type {Vectors} */
    const start = {};
    for (const { target } of this.equations) values[target] = new Float64Array(steps * units[target]);
    for (const state of this.states) start[state] = Float64Array.from(initial[state] ?? new Float64Array(units[state]));
    const place = { now: {}, before: start, input, step: 0 };
    const compiled = this.equations.map(({ target, right }) => {
      return {
        target,
        compute: compile(right, layer, place, units[target]),
        held: holds.filter(({ quantity }) => quantity === target),
      };
    });
    for (let k = 0; k < steps; k++) {
      const step = direction === "backward" ? steps - 1 - k : k;
      /** @type {Vectors} */
      const now = { [INPUT]: input.vector(step) };
      Object.assign(place, { now, step });
      for (const { target, compute, held } of compiled) {
        now[target] = values[target].subarray(step * units[target], (step + 1) * units[target]);
        now[target].set(compute());
        for (const hold of held) putInPlace(hold, now[target], place);
      }
      place.before = now;
    }
    return { direction, values };
  }
}

/**
 * Put a held value in the place of the computed one.
 * @param {Hold} hold
 * @param {Vector} vector
 * @param {Place} place
 */
function putInPlace({ quantity, units, first, end, value }, vector, { before, step }) {
  if (step < first || step >= end) return;
  for (const unit of units ?? vector.keys()) vector[unit] = value ?? before[quantity][unit];
}

/**
 * @param {ArrayLike<number>} ids
 * @param {Table} table
 * @returns {Input}
 */
function embedded(ids, { rows, columns, values }) {
  const outside = Array.from(ids).find((id) => !(Number.isInteger(id) && id >= 0 && id < rows));
  if (outside !== undefined) throw new RangeError(`there is no token ${outside}; the embedding has ${rows}`);
  const vector = (/** @type {number} */ step) => values.subarray(ids[step] * columns, (ids[step] + 1) * columns);
  return { width: columns, vector, key: (step) => ids[step] };
}

/**
 * @param {ArrayLike<number>} numbers
 * @param {number} width
 * @returns {Input}
 */
function unembedded(numbers, width) {
  const values = Float64Array.from(numbers);
  return { width, vector: (step) => values.subarray(step * width, (step + 1) * width), key: (step) => step };
}

/**
 * What the layer above reads: the hidden states of one direction or of both.
 * @param {LayerRun[]} runs
 * @param {number} steps
 * @param {ModelData["merge"]} merge
 * @returns {Input}
 */
function merged(runs, steps, merge) {
  const [hidden, other] = runs.map(({ values }) => values.hidden);
  const units = hidden.length / steps;
  if (!other) return unembedded(hidden, units);
  if (merge === "concat") {
    const both = new Float64Array(2 * hidden.length);
    for (let step = 0; step < steps; step++) {
      both.set(hidden.subarray(step * units, (step + 1) * units), 2 * step * units);
      both.set(other.subarray(step * units, (step + 1) * units), (2 * step + 1) * units);
    }
    return unembedded(both, 2 * units);
  }
  const share = merge === "ave" ? 2 : 1;
  return unembedded(
    hidden.map((value, k) => (merge === "mul" ? value * other[k] : (value + other[k]) / share)),
    units,
  );
}

/**
 * @param {Table} weights
 * @param {Float32Array | null} bias
 * @param {Input} input
 * @param {number} steps
 * @returns {Float64Array}
 */
function linear({ rows, values }, bias, input, steps) {
  const logits = new Float64Array(steps * rows);
  for (let step = 0; step < steps; step++) {
    const out = multiplyInto(values, input.vector(step), logits.subarray(step * rows, (step + 1) * rows));
    if (bias) add(out, bias);
  }
  return logits;
}

/**
 * @param {Float64Array} logits
 * @param {number} steps
 * @returns {Float64Array}
 */
function probabilitiesOf(logits, steps) {
  const probabilities = new Float64Array(logits.length);
  const labels = logits.length / steps;
  for (let k = 0; k < logits.length; k += labels) probabilities.set(softmax(logits.subarray(k, k + labels)), k);
  return probabilities;
}

/**
 * @param {TableData} table
 * @returns {Table}
 */
function decodedTable({ rows, columns, values }) {
  return { rows, columns, values: decodeFloats(values) };
}

/**
 * @param {LayerData} layer
 * @returns {Layer}
 */
function decodedLayer({ direction, units, weights, initial }) {
  /** @type {(arrays: Record<string, Numbers>) => Record<string, Float32Array>} */
  const decoded = (arrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, decodeFloats(array)]));
  return { direction, units, blocks: weights.blocks, arrays: decoded(weights.arrays), initial: decoded(initial) };
}
