// From hidden states to outputs: what a readout reads, the layers below it, and what becomes of its sums. See head.py.

import { decodeFloats } from "./arrays.js";
import { FUNCTIONS } from "./functions.js";
import { add, multiplyInto, softmax } from "./vectors.js";

/**
 * @import { Input } from "./compiled-equations.js"
 * @import { LayerRun } from "./forward.js"
 * @import { HeadData, ModelData } from "./payload.d.ts"
 * @import { Vector } from "./vectors.js"
 */

/** @typedef {{ weight: Float32Array, bias: Float32Array, compute: (sum: number) => number }} HeadLayer */

/** Readings for which a sequence has one vector at each step, from that step alone. */
const STEP_BY_STEP = ["every step", "last step"];

/** The head of a model. */
export class Head {
  /**
   * @param {HeadData} data  whose activations are known
   * @param {string[]} directions  of the top layer
   * @param {ModelData["merge"]} merge
   */
  constructor({ activation, reading, layers }, directions, merge) {
    this.reading = reading;
    this.merge = merge;
    /** The name of what is applied to the sums. */
    this.activation = activation;
    /** Whether the outputs are probabilities that add up to 1. */
    this.isDistribution = activation === "softmax";
    /** Whether the outputs are on a scale from 0 to 1. */
    this.isBounded = activation === "sigmoid";
    /** What is applied to each sum where they are not. */
    this.compute = this.isDistribution ? null : FUNCTIONS[activation].compute;
    /** @type {HeadLayer[]} */
    this.layers = layers.map(({ weight, bias, activation: name }) => {
      return { weight: decodeFloats(weight.values), bias: decodeFloats(bias), compute: FUNCTIONS[name].compute };
    });
    const isForward = directions.length === 1 && directions[0] === "forward";
    /** Whether the sums of a step are a linear function of the hidden states of that step alone. */
    this.readsDirectly = !layers.length &&
      (STEP_BY_STEP.includes(reading) || (reading === "last states" && isForward));
  }

  /**
   * What the readout reads after every step, as if the text ended there.
   * @param {LayerRun[]} runs  of the top layer
   * @param {number} steps
   * @returns {Input}
   */
  read(runs, steps) {
    const isOfEnds = this.reading === "last states";
    const ends = isOfEnds ? runs.map((run) => run.direction === "backward" ? withFirst(run, steps) : run) : runs;
    const hidden = merged(ends, steps, this.merge);
    const input = STEP_BY_STEP.includes(this.reading) || isOfEnds ? hidden : pooled(hidden, steps, this.reading);
    if (!this.layers.length) return input;
    const rows = Array.from({ length: steps }, (_, step) => this.inner(input.vector(step)));
    return { width: rows[0].length, vector: (step) => rows[step], key: (step) => step };
  }

  /**
   * The values of the last layer below the readout.
   * @param {Vector} vector
   * @returns {Vector}
   */
  inner(vector) {
    return this.layers.reduce((values, { weight, bias, compute }) => {
      const sums = multiplyInto(weight, values, new Float64Array(bias.length));
      add(sums, bias);
      return sums.map(compute);
    }, vector);
  }

  /**
   * What becomes of the sums of the readout.
   * @param {Float64Array} logits  [step, output]
   * @param {number} steps
   * @returns {Float64Array}
   */
  outputs(logits, steps) {
    if (this.compute) return logits.map(this.compute);
    const probabilities = new Float64Array(logits.length);
    const labels = logits.length / steps;
    for (let k = 0; k < logits.length; k += labels) probabilities.set(softmax(logits.subarray(k, k + labels)), k);
    return probabilities;
  }
}

/**
 * Vectors that stand one after the other, as an input.
 * @param {ArrayLike<number>} numbers
 * @param {number} width
 * @returns {Input}
 */
export function unembedded(numbers, width) {
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
export function merged(runs, steps, merge) {
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
 * A run with the hidden state of the first step at every step.
 * @param {LayerRun} run
 * @param {number} steps
 * @returns {LayerRun}
 */
function withFirst({ direction, values }, steps) {
  const units = values.hidden.length / steps;
  return { direction, values: { hidden: values.hidden.map((_, k) => values.hidden[k % units]) } };
}

/**
 * The sum, mean or maximum over the steps so far.
 * @param {Input} input
 * @param {number} steps
 * @param {string} reading
 * @returns {Input}
 */
function pooled({ width, vector }, steps, reading) {
  const all = new Float64Array(steps * width);
  for (let step = 0; step < steps; step++) {
    const values = vector(step);
    for (let unit = 0; unit < width; unit++) {
      const k = step * width + unit;
      const before = step ? all[k - width] : null;
      all[k] = before === null
        ? values[unit]
        : reading === "max"
        ? Math.max(before, values[unit])
        : before + values[unit];
    }
  }
  if (reading !== "mean") return unembedded(all, width);
  return unembedded(all.map((sum, k) => sum / (Math.floor(k / width) + 1)), width);
}
