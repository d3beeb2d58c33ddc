// A whole model: from token ids or vectors to every quantity at every step and the predictions, by its equations.

import { decodeFloats } from "./arrays.js";
import { addActivations } from "./functions.js";
import { Head, merged, unembedded } from "./head.js";
import { LayerProgram } from "./layer-program.js";
import { add, multiplyInto } from "./vectors.js";

/**
 * @import { Input, Layer, Vectors } from "./compiled-equations.js"
 * @import { CellData, LayerData, ModelData, Numbers, TableData } from "./payload.d.ts"
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
 * @property {ArrayLike<number>} sequence         what was read
 * @property {LayerRun[][]} layers            by layer and direction
 * @property {Input[]} inputs                    what each layer read
 * @property {Input} output                      what the readout read
 * @property {Float64Array | null} logits         [step, label]; null without a readout
 * @property {Float64Array | null} outputs        [step, label]
 * @property {Float64Array | null} probabilities  the outputs where they are probabilities
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
    this.merge = data.merge;
    this.labels = data.labels;
    this.embedding = data.embedding && decodedTable(data.embedding);
    this.layers = data.layers.map((directions) => directions.map((layer) => decodedLayer(layer, data.cells)));
    this.inputSize = data.layers[0][0].input_size;
    this.head = new Head(data.head, data.layers[data.layers.length - 1].map(({ direction }) => direction), data.merge);
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
   * @param {Run | null} [options.earlier]  a run from the model's own states without holds: what it began with in the
   *   same way is not computed again
   * @returns {Run}
   */
  run(sequence, { initial = null, holds = [], earlier = null } = {}) {
    const input = this.embedding ? embedded(sequence, this.embedding) : unembedded(sequence, this.inputSize);
    const steps = this.embedding ? sequence.length : sequence.length / this.inputSize;
    if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`${sequence.length} numbers are no whole steps`);
    const begins = initial || !earlier ? 0 : this.stepsAlike(sequence, earlier, holds);
    const beginning = earlier && begins ? { steps: begins, layers: earlier.layers } : null;
    const { layers, inputs } = this.runLayers(0, input, steps, { initial, holds, beginning });
    const output = this.head.read(layers[layers.length - 1], steps);
    const logits = this.readout && linear(this.readout, this.readoutBias, output, steps);
    const outputs = logits && this.head.outputs(logits, steps);
    const probabilities = this.head.isDistribution ? outputs : null;
    return { steps, sequence, layers, inputs, output, logits, outputs, probabilities };
  }

  /**
   * How many steps of a sequence begin as an earlier one did, before anything is held; 0 where a layer reads backward.
   * @param {ArrayLike<number>} sequence
   * @param {Run} earlier
   * @param {Hold[]} holds
   * @returns {number}
   */
  stepsAlike(sequence, earlier, holds) {
    if (!this.readsForward) return 0;
    const width = this.embedding ? 1 : this.inputSize;
    const most = Math.min(sequence.length, earlier.sequence.length);
    let alike = 0;
    while (alike < most && Object.is(sequence[alike], earlier.sequence[alike])) alike++;
    return Math.min(Math.floor(alike / width), ...holds.map(({ first }) => first));
  }

  /**
   * Whether every layer reads forward alone.
   * @returns {boolean}
   */
  get readsForward() {
    return this.layers.every((cells) => cells.every(({ direction }) => direction === "forward"));
  }

  /**
   * Run one layer, and all above it.
   * @param {number} first
   * @param {Input} input  of the first of them
   * @param {number} steps
   * @param {object} [options]
   * @param {Vectors[][] | null} [options.initial]  of all layers
   * @param {Hold[]} [options.holds]
   * @param {{ steps: number, layers: LayerRun[][] } | null} [options.beginning]  what is known of all layers
   * @returns {{ layers: LayerRun[][], inputs: Input[], output: Input }}  the output is what the top layer passes on
   */
  runLayers(first, input, steps, { initial = null, holds = [], beginning = null } = {}) {
    const inputs = [];
    /** @type {LayerRun[][]} */
    const layers = [];
    for (let k = first; k < this.layers.length; k++) {
      inputs.push(input);
      const runs = this.layers[k].map((layer, j) => {
        const here = holds.filter((hold) => hold.layer === k && hold.direction === layer.direction);
        const program = this.programOf(layer, input);
        const known = beginning && { steps: beginning.steps, values: beginning.layers[k][j].values };
        return program.run(steps, initial ? initial[k][j] : layer.initial, here, known);
      });
      layers.push(runs);
      input = merged(runs, steps, this.merge);
    }
    return { layers, inputs, output: input };
  }

  /**
   * The equations of a layer over an input, to be run several times.
   * @param {Layer} layer
   * @param {Input} input
   * @returns {LayerProgram}
   */
  programOf(layer, input) {
    return new LayerProgram(layer, input);
  }
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
 * @param {TableData} table
 * @returns {Table}
 */
function decodedTable({ rows, columns, values }) {
  return { rows, columns, values: decodeFloats(values) };
}

/**
 * @param {LayerData} layer
 * @param {CellData[]} cells
 * @returns {Layer}
 */
function decodedLayer({ cell, direction, units, weights, initial }, cells) {
  /** @type {(arrays: Record<string, Numbers>) => Record<string, Float32Array>} */
  const decoded = (arrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, decodeFloats(array)]));
  const { states, equations } = cells[cell];
  const [arrays, start] = [weights.arrays, initial].map(decoded);
  return { cell, states, equations, direction, units, blocks: weights.blocks, arrays, initial: start };
}
