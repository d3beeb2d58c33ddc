// The equations of one layer and direction over one input, compiled once and run as often as needed.

import { compile, INPUT } from "./compiled-equations.js";

/**
 * @import { Compiled, Input, Layer, Place, Vectors } from "./compiled-equations.js"
 * @import { Hold, LayerRun } from "./forward.js"
 * @import { Vector } from "./vectors.js"
 */

/** @typedef {{ steps: number, values: Record<string, Float64Array> }} Beginning  values of at least so many steps */

/** A layer that reads an input. */
export class LayerProgram {
  /**
   * @param {Layer} layer
   * @param {Input} input
   */
  constructor(layer, input) {
    this.layer = layer;
    this.states = layer.states;
    /** @type {Place} */
    this.place = { now: {}, before: {}, input, step: 0 };
    /** @type {{ target: string, compute: Compiled }[]} */
    this.compiled = layer.equations.map(({ target, right }) => {
      return { target, compute: compile(right, layer, this.place, layer.units[target]) };
    });
  }

  /**
   * Run over the first steps of the input.
   * @param {number} steps
   * @param {Vectors} initial  states, zeros where missing
   * @param {Hold[]} [holds]  those of this layer and direction
   * @param {Beginning | null} [beginning]  what is known of a layer that reads forward, and is not computed again
   * @returns {LayerRun}
   */
  run(steps, initial, holds = [], beginning = null) {
    const { place, layer: { units, direction } } = this;
    const known = beginning ? beginning.steps : 0;
    /** @type {Record<string, Float64Array>} */
    const values = {};
    /** @type {Vectors} */
    const start = {};
    for (const { target } of this.compiled) values[target] = new Float64Array(steps * units[target]);
    for (const state of this.states) start[state] = Float64Array.from(initial[state] ?? new Float64Array(units[state]));
    for (const { target } of beginning ? this.compiled : []) {
      const array = /** @type {Beginning} */ (beginning).values[target].subarray(0, known * units[target]);
      values[target].set(array);
      start[target] = known ? array.subarray(array.length - units[target]) : start[target];
    }
    place.before = start;
    const held = this.compiled.map(({ target }) => holds.filter(({ quantity }) => quantity === target));
    for (let k = known; k < steps; k++) {
      const step = direction === "backward" ? steps - 1 - k : k;
      /** @type {Vectors} */
      const now = { [INPUT]: place.input.vector(step) };
      Object.assign(place, { now, step });
      this.compiled.forEach(({ target, compute }, number) => {
        now[target] = values[target].subarray(step * units[target], (step + 1) * units[target]);
        now[target].set(compute());
        for (const hold of held[number]) putInPlace(hold, now[target], place);
      });
      place.before = now;
    }
    return { direction, values };
  }

  /**
   * The hidden states at all steps while a unit is silenced. At the first step the values are the recorded ones up to
   * the first state that the unit loses.
   * @param {number} unit
   * @param {string[]} lost  the states that the unit loses, which have an element for each unit
   * @param {number} steps
   * @param {(name: string) => Vector} recorded  values of the first step
   * @returns {Float64Array}
   */
  silenced(unit, lost, steps, recorded) {
    const { place, layer: { units } } = this;
    const hidden = new Float64Array(steps * units.hidden);
    for (let step = 0; step < steps; step++) {
      /** @type {Vectors} */
      const now = { [INPUT]: place.input.vector(step) };
      Object.assign(place, { now, step });
      let isRecorded = step === 0;
      for (const { target, compute } of this.compiled) {
        now[target] = (isRecorded ? recorded(target) : compute()).slice();
        if (!lost.includes(target)) continue;
        now[target][unit] = 0;
        isRecorded = false;
      }
      hidden.set(now.hidden, step * units.hidden);
      place.before = now;
    }
    return hidden;
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
