// What each unit of a layer does for the answer of a run: see `unit_effects` in unit_effects.py.

import { weightsOf } from "./compiled-equations.js";
import { merged } from "./head.js";
import { dotProduct } from "./vectors.js";

/**
 * @import { CellRules, EffectRules } from "../playground/playground.d.ts"
 * @import { Input } from "./compiled-equations.js"
 * @import { ForwardModel, LayerRun, Run, Table } from "./forward.js"
 * @import { Vector } from "./vectors.js"
 */

/**
 * @typedef {object} UnitEffects
 * @property {Float32Array} values
 * @property {number | null} answer  the label that they are about, if any
 * @property {string} measure        what they are, in words
 */

/**
 * @typedef {object} Where
 * @property {number} layer
 * @property {string} direction
 * @property {boolean} hasHolds  whether values are held
 */

const EPSILON = 1e-4; // of differences, which in double precision agree with the gradient to eight digits

/** The sums of the rows of readouts. @type {WeakMap<Table, Float64Array>} */
const columnSums = new WeakMap();

/**
 * Measure what each unit does for the answer, with a rest after each unit that takes long.
 * @param {ForwardModel} model
 * @param {Run} run
 * @param {EffectRules & CellRules} rules
 * @param {Where} where
 * @yields {void}
 * @returns {Generator<void, UnitEffects>}
 */
export function* unitEffects(model, run, rules, { layer, direction, hasHolds }) {
  const { readout } = model;
  const place = model.layers[layer].findIndex((each) => each.direction === direction);
  const shown = run.layers[layer][place].values[rules.projected];
  const isTop = layer === model.layers.length - 1;
  if (!readout || hasHolds && (!isTop || rules.projected !== "hidden")) {
    return { values: rootMeanSquares(shown, run.steps), answer: null, measure: rules.size };
  }
  const answer = likeliest(run);
  const isCompared = readout.rows > 1 && model.head.isDistribution;
  const lead = leadWeights(readout, answer, isCompared);
  const what = isCompared ? rules.lead : rules.output;
  if (model.readsForward && model.head.readsDirectly && !hasHolds) {
    const { values, steps } = yield* silencedEffects(model, run, rules, layer, lead);
    const when = steps === run.steps ? "" : steps > 1 ? ` in the last ${steps} steps` : " at the last step";
    return { values, answer, measure: rules.silenced.replace("{what}", what).replace("{when}", when) };
  }
  const isDirect = isTop && model.head.readsDirectly;
  const values = isDirect
    ? directEffects(model, run, rules, place, lead, shown)
    : yield* throughLayersAbove(model, run, rules, layer, place, lead, shown);
  return { values, answer, measure: (isDirect ? rules.direct : rules.first_order).replace("{what}", what) };
}

/**
 * The most likely label after the last step; the first that is no number, as NumPy has it. The first output where they
 * are no probabilities.
 * @param {Run} run
 * @returns {number}
 */
export function likeliest({ probabilities, steps }) {
  if (!probabilities) return 0;
  const last = probabilities.subarray(probabilities.length - probabilities.length / steps);
  const strange = last.findIndex(Number.isNaN);
  return strange >= 0 ? strange : last.indexOf(last.reduce((most, share) => Math.max(most, share)));
}

/**
 * The weights of the answer's lead: its own, less the mean of the others' if it is compared with them.
 * @param {Table} readout
 * @param {number} answer
 * @param {boolean} isCompared
 * @returns {Float64Array}
 */
function leadWeights(readout, answer, isCompared) {
  const { rows, columns, values } = readout;
  const own = Float64Array.from(values.subarray(answer * columns, (answer + 1) * columns));
  if (!isCompared) return own;
  let sums = columnSums.get(readout);
  if (!sums) {
    sums = new Float64Array(columns);
    for (let k = 0; k < values.length; k++) sums[k % columns] += values[k];
    columnSums.set(readout, sums);
  }
  const all = sums;
  return own.map((weight, column) => weight - (all[column] - weight) / (rows - 1));
}

/**
 * What the lead loses when each unit is silenced over the last steps.
 * @param {ForwardModel} model
 * @param {Run} run
 * @param {EffectRules & CellRules} rules
 * @param {number} layer
 * @param {Float64Array} lead
 * @yields {void}
 * @returns {Generator<void, { values: Float32Array, steps: number }>}
 */
function* silencedEffects(model, run, rules, layer, lead) {
  const [cell] = model.layers[layer];
  const units = cell.units[rules.unit_states[0]];
  const rows = model.layers.map(([{ arrays }], k) => arrays.weight_ih.length / run.inputs[k].width);
  const all = rows.reduce((sum, count) => sum + count);
  const steps = Math.min(Math.max(1, Math.floor(rules.gate_values / (units * all))), run.steps);
  const first = run.steps - steps;
  const program = model.programOf(cell, from(run.inputs[layer], first));
  const initial = model.layers.map((_, k) => [statesBefore(model, run, k, first)]);
  /** @type {(name: string) => Vector} */
  const recorded = (name) => vectorAt(run.layers[layer][0], cell.units[name], name, first);
  const end = dotProduct(lead, run.output.vector(run.steps - 1));
  const values = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    program.place.before = initial[layer][0];
    const hidden = program.silenced(unit, rules.unit_states, steps, recorded);
    const output = merged([{ direction: "forward", values: { hidden } }], steps, model.merge);
    const above = model.runLayers(layer + 1, output, steps, { initial });
    values[unit] = end - dotProduct(lead, above.output.vector(steps - 1));
    yield;
  }
  return { values, steps };
}

/**
 * An input from a step on.
 * @param {Input} input
 * @param {number} first
 * @returns {Input}
 */
function from({ width, vector, key }, first) {
  return { width, vector: (step) => vector(first + step), key: (step) => key(first + step) };
}

/**
 * The states of a layer that reads forward, as a step finds them.
 * @param {ForwardModel} model
 * @param {Run} run
 * @param {number} layer
 * @param {number} step
 * @returns {Record<string, Vector>}
 */
function statesBefore(model, run, layer, step) {
  const [{ states, units, initial }] = model.layers[layer];
  return Object.fromEntries(states.map((state) => {
    const before = step ? vectorAt(run.layers[layer][0], units[state], state, step - 1) : initial[state];
    return [state, before ?? new Float64Array(units[state])];
  }));
}

/**
 * @param {LayerRun} run
 * @param {number} width
 * @param {string} name
 * @param {number} step
 * @returns {Vector}
 */
function vectorAt({ values }, width, name, step) {
  return values[name].subarray(step * width, (step + 1) * width);
}

/**
 * What each unit of the top layer adds to the lead by what it passes on at the last step.
 * @param {ForwardModel} model
 * @param {Run} run
 * @param {EffectRules & CellRules} rules
 * @param {number} place  of the direction
 * @param {Float64Array} lead
 * @param {Float64Array} shown
 * @returns {Float32Array}
 */
function directEffects(model, run, rules, place, lead, shown) {
  const cells = model.layers[model.layers.length - 1];
  const runs = run.layers[model.layers.length - 1];
  const hidden = cells.map(({ units }, k) => vectorAt(runs[k], units.hidden, "hidden", run.steps - 1));
  const gradient = splitGradient(lead, hidden, place, model.merge);
  const units = cells[place].units[rules.projected];
  const values = shown.subarray(shown.length - units);
  return Float32Array.from(values, (value, unit) => dotProduct(gradient, columnOf(cells[place], unit)) * value);
}

/**
 * The gradient by the hidden state of one direction, from that by both.
 * @param {Float64Array} gradient
 * @param {Vector[]} hidden  of each direction
 * @param {number} place
 * @param {ForwardModel["merge"]} merge
 * @returns {Float64Array}
 */
function splitGradient(gradient, hidden, place, merge) {
  if (hidden.length === 1) return gradient;
  const units = hidden[0].length;
  if (merge === "concat") return gradient.subarray(place * units, (place + 1) * units);
  if (merge === "mul") return gradient.map((slope, unit) => slope * hidden[1 - place][unit]);
  return gradient.map((slope) => merge === "ave" ? slope / 2 : slope);
}

/**
 * What a unit puts into the hidden state, for each of its elements, from a value of 1.
 * @param {ForwardModel["layers"][number][number]} cell
 * @param {number} unit
 * @returns {Float64Array}
 */
function columnOf(cell, unit) {
  const right = cell.equations.find(({ target }) => target === "hidden")?.right;
  const column = new Float64Array(cell.units.hidden);
  if (right?.kind !== "matrix") column[unit] = 1;
  else {
    const matrix = weightsOf(right, cell);
    const width = matrix.length / column.length;
    for (let row = 0; row < column.length; row++) column[row] = matrix[row * width + unit];
  }
  return column;
}

/**
 * What each unit adds to the lead through the layers above and those of the head, to first order: the difference
 * between runs of these layers in which it passes on a little more and a little less.
 * @param {ForwardModel} model
 * @param {Run} run
 * @param {EffectRules & CellRules} rules
 * @param {number} layer
 * @param {number} place
 * @param {Float64Array} lead
 * @param {Float64Array} shown
 * @yields {void}
 * @returns {Generator<void, Float32Array>}
 */
function* throughLayersAbove(model, run, rules, layer, place, lead, shown) {
  const cell = model.layers[layer][place];
  const runs = run.layers[layer];
  const { units: { hidden: width, [rules.projected]: units } } = cell;
  /** @type {(unit: number, share: number) => number} */
  const leadWith = (unit, share) => {
    const column = columnOf(cell, unit);
    const hidden = runs[place].values.hidden.map((value, k) => {
      const step = Math.floor(k / width);
      return value + share * column[k - step * width] * shown[step * units + unit];
    });
    const changed = runs.map((each, k) => k === place ? { ...each, values: { hidden } } : each);
    const { layers } = model.runLayers(layer + 1, merged(changed, run.steps, model.merge), run.steps, {
      initial: model.layers.map((cells) => cells.map(({ initial }) => initial)),
    });
    const top = layers[layers.length - 1] ?? changed;
    return dotProduct(lead, model.head.read(top, run.steps).vector(run.steps - 1));
  };
  const values = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    values[unit] = (leadWith(unit, EPSILON) - leadWith(unit, -EPSILON)) / (2 * EPSILON);
    yield;
  }
  return values;
}

/**
 * @param {Float64Array} values  [step, unit]
 * @param {number} steps
 * @returns {Float32Array}
 */
function rootMeanSquares(values, steps) {
  const units = values.length / steps;
  return Float32Array.from({ length: units }, (_, unit) => {
    let sum = 0;
    for (let k = unit; k < values.length; k += units) sum += values[k] ** 2;
    return Math.sqrt(sum / steps);
  });
}
