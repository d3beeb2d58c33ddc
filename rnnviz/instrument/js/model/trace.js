// A recorded trace as the views read it: values by quantity, step and unit.

import { decodeBytes, decodeFloats, decodeHalves, mapValues } from "./arrays.js";
import { PREDICTION } from "./colours.js";
import { writtenEquation } from "./equations.js";
import { decodedOutputs } from "./outputs.js";
import { strongest } from "./row-order.js";

/**
 * @import {
 *   DefinitionData, EffectsData, InputVectorsData, Payload, QuantityData, TokenValuesData, UnchangedData, WeightsData
 * } from "./payload.d.ts"
 * @import { Outputs } from "./outputs.js"
 * @import { Scale } from "./colours.js"
 * @import { Settings } from "./settings.d.ts"
 */

/**
 * A payload with what the browser may have had: the definition, and effects that order the rows until those of the
 * run are measured.
 * @typedef {Payload & Settings & { definition: DefinitionData, earlier_effects?: EffectsData }} WholePayload
 */

/** @typedef {QuantityData & { limits: [number, number] }} Quantity  with the ends of its colour scale */

/**
 * @typedef {Record<string, Float32Array>} Arrays  By name.
 */

/**
 * Values of all tokens at each step, decoded.
 * @typedef {object} TokenValues
 * @property {string} title
 * @property {Float32Array} values        [step, token], row by row
 * @property {string} colour              above zero
 * @property {string} negative_colour     below zero
 * @property {number} limit               the end of the colour scale
 * @property {string} unit                follows each value
 * @property {Part[]} parts               what is added to the sum of a row
 * @property {Part | null} total          what the row adds up to
 * @property {boolean} signed             whether values can be negative
 */

/**
 * A named number at each step.
 * @typedef {object} Part
 * @property {string} title
 * @property {Float32Array} values
 */

/**
 * The parameters of a layer: see `WeightsData`.
 * @typedef {object} Weights
 * @property {Record<string, string[]>} blocks
 * @property {Arrays} arrays
 */

/** @typedef {{ values: Float32Array, label: string, measure: string }} Effects  see `EffectsData` */

/**
 * What a trace over aligned columns was made of.
 * @typedef {object} Alignment
 * @property {Trace | null} trace  the run; null for the difference of two
 * @property {(number | null)[]} rows  for each column its step, or null for a gap
 */

/**
 * The run without interventions, at the same steps: see `UnchangedData`.
 * @typedef {object} Unchanged
 * @property {Arrays} values  of the quantities that differ
 * @property {Float32Array | null} probabilities
 * @property {Effects} effects
 * @property {string} end    how the ends of the two runs differ
 * @property {string} first  where their predictions first differ
 */

const INPUT_VECTOR = "input_vector";
const BEFORE_FIRST = -1; // the step of the initial states
const HALF_DIGITS = 3; // significant digits of float16
const SINGLE_DIGITS = 6; // of float32

/**
 * A decoded payload.
 *
 * Steps count from 0 here; people see them from 1. A cell that reads backward finds its old state at the next step, so
 * views ask for `previousStep` or `valuesBefore` and never subtract one themselves.
 */
export class Trace {
  /**
   * @param {WholePayload} payload
   */
  constructor(payload) {
    const { definition } = payload;
    this.id = payload.id;
    this.fingerprint = payload.fingerprint;
    this.model = payload.model;
    /** What distinguishes the run from those beside it. */
    this.caption = payload.model;
    this.modelKey = payload.model_key;
    this.cell = payload.cell;
    this.title = payload.title;
    this.options = payload.options;
    this.layer = payload.layer;
    this.backward = payload.direction === "backward";
    this.tokens = payload.tokens;
    this.tokenKind = payload.token_kind;
    this.tokenWidth = payload.token_width;
    /** By step, whether the vocabulary lacks the token. */
    this.unknown = payload.tokens.map((_, step) => payload.unknown_steps.includes(step));
    /** By step, the step of the text as typed, from 1. */
    this.typedSteps = payload.typed_steps;
    /** Steps as typed, from 1. */
    this.swappedSteps = payload.swapped_steps;
    this.steps = payload.tokens.length;
    this.widths = payload.units;
    this.inputSize = payload.units[INPUT_VECTOR];
    this.quantities = definition.quantities.map((quantity) => ({ ...quantity, limits: payload.limits[quantity.name] }));
    this.phases = definition.phases.map((phase) => ({ ...phase, equations: phase.equations.map(writtenEquation) }));
    this.gatedStates = definition.gated_states;
    this.labels = payload.labels ?? definition.labels;
    /** Steps after which the model was trained to answer; null for all. */
    this.askedSteps = payload.asked_steps;
    this.readout = definition.readout && decodeFloats(definition.readout);
    this.editable = payload.editable ?? false;
    this.valueWord = payload.value_word ?? "now";
    this.reductions = payload.reductions;
    /** @type {Record<string, Quantity>} */
    this.byName = Object.fromEntries(this.quantities.map((quantity) => [quantity.name, quantity]));
    const decode = payload.half_precision ? decodeHalves : decodeFloats;
    this.arrays = mapValues(payload.values, decode);
    this.unchanged = payload.unchanged && decodedUnchanged(payload.unchanged, decode);
    if (payload.input_vectors) this.arrays.input_vector = inputVectors(payload.input_vectors, this.inputSize);
    /** The most units that a quantity has. */
    this.units = Math.max(...this.unitQuantities.map(({ name }) => this.width(name)));
    /** How many significant digits of a value can be trusted. */
    this.digits = payload.half_precision ? HALF_DIGITS : SINGLE_DIGITS;
    this.initial = mapValues(payload.initial, decodeFloats);
    this.holds = mapValues(payload.holds, decodeBytes);
    this.probabilities = payload.probabilities === null ? null : decodeFloats(payload.probabilities);
    /** The outputs where they are no probabilities. @type {Outputs | null} */
    this.outputs = payload.outputs && decodedOutputs(payload.outputs);
    /** What each unit adds to the answer. */
    this.effects = decodedEffects(payload.effects);
    /** Those of an earlier run, until the effects are measured. @type {Effects | null} */
    this.earlierEffects = payload.earlier_effects ? decodedEffects(payload.earlier_effects) : null;
    /** The unit that is shown until one is chosen. */
    this.defaultUnit = payload.default_unit ?? strongest(this.orderingEffects.values);
    this.weights = definition.weights === null ? null : decodedWeights(definition.weights);
    this.tokenValues = decodedTokenValues(payload.token_values);
    this.tokenValuesId = payload.token_values_id;
    /** The colours of probabilities. @type {Scale} */
    this.probabilityScale = { colour: PREDICTION, negative_colour: PREDICTION, limits: [0, 1] };
    /** The labels in the rows of the heatmap, where several runs share them. @type {number[] | null} */
    this.labelRows = null;
    /** @type {Alignment | null} */
    this.alignment = null;
    /** The other run, below the tokens of this one. @type {Trace | null} */
    this.lower = null;
  }

  /**
   * Replace the token values; everything else stays.
   * @param {Pick<Payload, "token_values" | "token_values_id">} payload
   */
  setTokenValues(payload) {
    this.tokenValues = decodedTokenValues(payload.token_values);
    this.tokenValuesId = payload.token_values_id;
  }

  /**
   * Take the effects that were measured of this run; everything else stays.
   * @param {WholePayload} payload
   */
  setEffects({ effects, unchanged, default_unit: unit }) {
    this.earlierEffects = null;
    this.effects = decodedEffects(effects);
    if (this.unchanged && unchanged) this.unchanged.effects = decodedEffects(unchanged.effects);
    this.defaultUnit = unit ?? strongest(this.orderingEffects.values);
  }

  /**
   * Let the colour scales of quantities without bounds reach at least as far as these, so that a scale only grows while
   * a model is shown: the picture stays the same while one types, and two texts can be compared.
   * @param {Record<string, [number, number]>} known  by name; changed to what the scales are now
   */
  widenLimits(known) {
    this.quantities = this.quantities.map((quantity) => {
      const { name, low, high, limits } = quantity;
      if (low !== null && high !== null) return quantity;
      const [least, most] = known[name] ?? limits;
      known[name] = [Math.min(least, limits[0]), Math.max(most, limits[1])];
      return { ...quantity, limits: known[name] };
    });
    this.byName = Object.fromEntries(this.quantities.map((quantity) => [quantity.name, quantity]));
  }

  /**
   * The step that shows a step of the text as typed, or else the first one after it, or the last.
   * @param {number} typedStep  from 1
   * @returns {number}
   */
  stepOfTyped(typedStep) {
    const step = this.typedSteps.findIndex((number) => number >= typedStep);
    return step < 0 ? this.steps - 1 : step;
  }

  /**
   * Whether a step reads its token later than another step does.
   * @param {number} step
   * @param {number} other
   * @returns {boolean}
   */
  isLater(step, other) {
    return this.backward ? step < other : step > other;
  }

  /**
   * The quantities that have a value for each unit: all but the input vector.
   * @returns {Quantity[]}
   */
  get unitQuantities() {
    return this.quantities.filter((quantity) => quantity.role !== "vector");
  }

  /**
   * The quantity that is picked before the user picks one: the first gate, or else the hidden state.
   * @returns {string}
   */
  get defaultPick() {
    return this.quantities.find(({ role }) => role === "gate")?.name ?? "hidden";
  }

  /**
   * The effects that order the units: those of the unchanged run, so that a change moves no row, and of an earlier
   * run until they are measured.
   * @returns {Effects}
   */
  get orderingEffects() {
    return this.earlierEffects ?? this.unchanged?.effects ?? this.effects;
  }

  /**
   * Whether there is no step in a column, because only another text has a token there.
   * @param {number} column
   * @returns {boolean}
   */
  isGap(column) {
    return this.alignment?.rows[column] === null;
  }

  /**
   * Whether the model was trained to answer after a step.
   * @param {number} step
   * @returns {boolean}
   */
  isAsked(step) {
    return this.askedSteps === null || this.askedSteps.includes(step);
  }

  /**
   * How many values a quantity has at each step.
   * @param {string} name
   * @returns {number}
   */
  width(name) {
    return this.widths[name];
  }

  /**
   * Whether a quantity has a unit: that of a smaller one may lack it.
   * @param {string} name
   * @param {number} unit
   * @returns {boolean}
   */
  hasUnit(name, unit) {
    return unit < this.width(name);
  }

  /**
   * The values of a quantity at a step, as a view of the recorded array.
   * @param {string} name
   * @param {number} step  BEFORE_FIRST gives the initial values
   * @returns {Float32Array}
   */
  vector(name, step) {
    if (step === BEFORE_FIRST) return this.initial[name];
    const width = this.width(name);
    return this.arrays[name].subarray(step * width, (step + 1) * width);
  }

  /**
   * The value of a quantity, which has the unit.
   * @param {string} name
   * @param {number} step
   * @param {number} unit
   * @returns {number}
   */
  value(name, step, unit) {
    return this.vector(name, step)[unit];
  }

  /**
   * The step whose states a step starts from; -1 if it starts from the initial ones.
   * @param {number} step
   * @returns {number}
   */
  previousStep(step) {
    const before = this.backward ? step + 1 : step - 1;
    return before >= 0 && before < this.steps ? before : BEFORE_FIRST;
  }

  /**
   * The values of a state as a step finds them.
   * @param {string} state
   * @param {number} step
   * @returns {Float32Array}
   */
  valuesBefore(state, step) {
    return this.vector(state, this.previousStep(step));
  }

  /**
   * The probability of each label after a step; null without a readout.
   * @param {number} step
   * @returns {Float32Array | null}
   */
  probabilitiesAt(step) {
    return this.probabilities && this.labelsAt(this.probabilities, step);
  }

  /**
   * The same in the unchanged run; null if nothing is changed.
   * @param {number} step
   * @returns {Float32Array | null}
   */
  unchangedProbabilitiesAt(step) {
    return this.unchanged?.probabilities ? this.labelsAt(this.unchanged.probabilities, step) : null;
  }

  /**
   * @param {Float32Array} probabilities
   * @param {number} step
   * @returns {Float32Array}
   */
  labelsAt(probabilities, step) {
    const classes = this.labels.length;
    return probabilities.subarray(step * classes, (step + 1) * classes);
  }

  /**
   * The values of a quantity in the unchanged run, step by step; null if nothing is changed. Input vectors of the
   * unchanged run are not sent.
   * @param {string} name
   * @returns {Float32Array | null}
   */
  unchangedValues(name) {
    if (this.byName[name].role === "vector") return null;
    return this.unchanged && (this.unchanged.values[name] ?? this.arrays[name]);
  }
}

/**
 * The input vectors of all steps, row by row.
 * @param {InputVectorsData} vectors
 * @param {number} width
 * @returns {Float32Array}
 */
function inputVectors({ rows, row_of_step: rowOfStep }, width) {
  const different = decodeFloats(rows);
  const all = new Float32Array(rowOfStep.length * width);
  rowOfStep.forEach((row, step) => all.set(different.subarray(row * width, (row + 1) * width), step * width));
  return all;
}

/**
 * @param {EffectsData} effects
 * @returns {Effects}
 */
function decodedEffects(effects) {
  return { ...effects, values: decodeFloats(effects.values) };
}

/**
 * @param {UnchangedData} unchanged
 * @param {typeof decodeFloats} decode  values in the precision of the trace
 * @returns {Unchanged}
 */
function decodedUnchanged({ values, probabilities, effects, end, first }, decode) {
  return {
    values: mapValues(values, decode),
    probabilities: probabilities === null ? null : decodeFloats(probabilities),
    effects: decodedEffects(effects),
    end,
    first,
  };
}

/**
 * @param {WeightsData} weights
 * @returns {Weights}
 */
function decodedWeights({ blocks, arrays }) {
  return { blocks, arrays: mapValues(arrays, decodeFloats) };
}

/**
 * @param {Record<string, TokenValuesData>} tokenValues
 * @returns {Record<string, TokenValues>}
 */
function decodedTokenValues(tokenValues) {
  return mapValues(tokenValues, ({ values, parts, total, ...about }) => ({
    ...about,
    values: decodeFloats(values),
    parts: parts.map((part) => ({ title: part.title, values: decodeFloats(part.values) })),
    total: total && { title: total.title, values: decodeFloats(total.values) },
  }));
}
