// A run in the browser as the payload that Python would send of it: see payload_encoding.py.

import { scaleLimits } from "../model/scale-limits.js";
import { unitEffects } from "../model/unit-effects.js";
import { runOutcome } from "./run-outcome.js";
import { filled, grouped } from "../reading/templates.js";

/**
 * @import { ForwardModel, Run } from "../model/forward.js"
 * @import { DefinitionData, EffectsData, InputVectorsData, OutputsData, Payload } from "../model/payload.d.ts"
 * @import { Vector } from "../model/vectors.js"
 * @import { Encoding, Reader } from "../reading/reader.js"
 * @import { PlaygroundData } from "./playground.d.ts"
 * @import { Prepared } from "./prepared-text.js"
 */

/**
 * A model on a page to type into.
 * @typedef {object} Playground
 * @property {PlaygroundData} data
 * @property {ForwardModel} model
 * @property {Reader} reader
 */

/** @typedef {{ layer: number, direction: "forward" | "backward" }} Place */

const INPUT = "input_vector";
const [HELD, FROZEN] = [1, 2]; // see payload_encoding.py

/**
 * What was run.
 * @typedef {object} Runs
 * @property {Prepared} prepared
 * @property {Run} run
 * @property {Run | null} unchangedRun  without the changes; null if there are none
 */

/** @typedef {{ own: EffectsData, unchanged: EffectsData | null }} EffectsOfRuns */

/**
 * The payload of a run, as long as the effects of its units are not measured.
 * @param {Playground} playground
 * @param {Runs} runs
 * @param {Place} place
 * @returns {Payload & { definition: DefinitionData }}
 */
export function runPayload(playground, { prepared, run, unchangedRun }, place) {
  const { data, model, reader } = playground;
  const { layer, direction } = place;
  const { encoding, typedRows, changes } = prepared;
  const cell = model.layers[layer].find((each) => each.direction === direction);
  const found = run.layers[layer].find((each) => each.direction === direction);
  if (!cell || !found) throw new RangeError(`there is no layer ${layer} ${direction}`);
  const kind = data.cells[cell.cell];
  const width = run.inputs[layer].width;
  const values = Object.fromEntries(
    Object.entries(found.values).map(([name, array]) => [name, Float32Array.from(array)]),
  );
  const read = new Float64Array(run.steps * width);
  for (let step = 0; step < run.steps; step++) read.set(run.inputs[layer].vector(step), step * width);
  const inputs = Float32Array.from(read);
  /** @type {Record<string, Vector>} */
  const own = data.rules.is_double ? { ...found.values, [INPUT]: read } : { ...values, [INPUT]: inputs };
  const labels = leadingLabels(data, model, [run, ...(unchangedRun ? [unchangedRun] : [])]);
  const options = Object.entries(kind.options).map((pair) => pair.join("="));
  const key = [data.model.name, layer, direction, ...options].join("/");
  const fingerprint = JSON.stringify([
    data.model.name,
    encoding.tokens,
    changes.map(({ text }) => text),
    ...(model.embedding ? [] : [encoding.inputs]),
  ]);
  return {
    id: JSON.stringify([key, fingerprint]),
    fingerprint,
    model: data.model.name,
    model_key: key,
    definition: definitionOf(playground, place),
    layer,
    direction,
    cell: data.model.cells[cell.cell].name,
    title: kind.title,
    options: kind.options,
    token_kind: data.reader.kind,
    token_width: data.reader.vector_size,
    tokens: encoding.tokens.map((token) => reader.visible(token)),
    typed_steps: typedRows.map((row) => row + 1),
    swapped_steps: changes.flatMap((change) => change.kind === "swap" ? [change.step] : []).toSorted((a, b) => a - b),
    unknown_steps: stepsWhere(encoding.unknown),
    units: { ...cell.units, [INPUT]: width },
    asked_steps: askedSteps(data, encoding),
    limits: Object.fromEntries(
      kind.definition.quantities.map(({ name, low, high }) => {
        return [name, scaleLimits({ low, high }, own[name], data.rules)];
      }),
    ),
    half_precision: false,
    values,
    input_vectors: differentRows(inputs, width),
    initial: Object.fromEntries(
      cell.states.map((state) => [state, cell.initial[state] ?? new Float32Array(cell.units[state])]),
    ),
    holds: holdsOf(prepared, run.steps, cell.units, place),
    labels: labels && labels.map((label) => reader.visible(data.model.labels[label])),
    probabilities: probabilitiesOf(run, labels),
    outputs: outputsOf(playground, run, unchangedRun, typedRows),
    effects: unmeasured(cell.units[kind.projected]),
    unchanged: unchangedRun && unchangedOf(playground, prepared, { run, unchangedRun, labels }, place),
    reductions: labels
      ? [filled(data.rules.fewer_labels, { count: grouped(labels.length), all: grouped(model.labels.length) })]
      : [],
    token_values: {},
    token_values_id: "",
  };
}

/**
 * What is the same in every run of a layer and direction.
 * @param {Playground} playground
 * @param {Place} place
 * @returns {DefinitionData}
 */
function definitionOf({ data, model }, { layer, direction }) {
  const k = model.layers[layer].findIndex((cell) => cell.direction === direction);
  const { cell, blocks, arrays } = model.layers[layer][k];
  return { ...data.cells[cell].definition, readout: readoutOf(data, model, layer, k), weights: { blocks, arrays } };
}

/**
 * The weights by which a hidden state adds to the logits, if it goes to the readout by itself.
 * @param {PlaygroundData} data
 * @param {ForwardModel} model
 * @param {number} layer
 * @param {number} place  of the direction
 * @returns {Float32Array | null}
 */
function readoutOf({ rules }, { readout, layers, merge, head }, layer, place) {
  const cells = layers[layer];
  if (!head.readsDirectly || !head.isDistribution) return null;
  if (!readout || layer !== layers.length - 1 || readout.rows > rules.most_labels) return null;
  if (cells.length === 1) return readout.values;
  if (merge === "mul") return null;
  if (merge === "ave") return readout.values.map((weight) => weight / 2);
  if (merge === "sum") return readout.values;
  const half = readout.columns / 2;
  return readout.values.filter((_, k) => Math.floor((k % readout.columns) / half) === place);
}

/**
 * Which labels of a large readout are shown; null for all.
 * @param {PlaygroundData} data
 * @param {ForwardModel} model
 * @param {Run[]} runs
 * @returns {number[] | null}
 */
function leadingLabels({ rules }, { labels, readout, head }, runs) {
  if (!readout || !head.isDistribution || labels.length <= rules.most_labels) return null;
  /** @type {Set<number>} */
  const found = new Set();
  for (const { probabilities, steps } of runs) {
    for (let step = 0; step < steps && probabilities; step++) {
      const shares = probabilities.subarray(step * labels.length, (step + 1) * labels.length);
      /** @type {number[]} */
      const best = []; // from the most likely on
      for (let label = 0; label < shares.length; label++) {
        const share = shares[label] || 0;
        if (best.length === rules.leading && share <= (shares[best[best.length - 1]] || 0)) continue;
        const at = best.findIndex((other) => (shares[other] || 0) < share);
        best.splice(at < 0 ? best.length : at, 0, label);
        best.length = Math.min(best.length, rules.leading);
      }
      for (const label of best) found.add(label);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * The probabilities of some labels or all, at some steps or all.
 * @param {Run} run
 * @param {number[] | null} labels
 * @param {number[]} [rows]
 * @returns {Float32Array | null}
 */
function probabilitiesOf({ probabilities, steps }, labels, rows) {
  if (!probabilities) return null;
  const all = probabilities.length / steps;
  const chosen = rows ?? [...Array(steps).keys()];
  const out = new Float32Array(chosen.length * (labels?.length ?? all));
  let k = 0;
  for (const row of chosen) {
    if (labels) { for (const label of labels) out[k++] = probabilities[row * all + label]; }
    else {
      out.set(probabilities.subarray(row * all, (row + 1) * all), k);
      k += all;
    }
  }
  return out;
}

/**
 * The outputs where they are no probabilities, and how far their colours reach.
 * @param {Playground} playground
 * @param {Run} run
 * @param {Run | null} unchangedRun
 * @param {number[]} typedRows
 * @returns {OutputsData | null}
 */
function outputsOf({ model: { head }, data: { rules } }, { outputs }, unchangedRun, typedRows) {
  if (!outputs || head.isDistribution) return null;
  const Own = rules.is_double ? Float64Array : Float32Array;
  const values = Own.from(outputs);
  const before = unchangedRun?.outputs ?? null;
  const unchanged = before && new Own(values.length);
  const labels = values.length / typedRows.length;
  if (unchanged && before) {
    typedRows.forEach((row, step) => unchanged.set(before.subarray(row * labels, (row + 1) * labels), step * labels));
  }
  let size = 0;
  for (const table of [values, unchanged ?? []]) {
    for (const value of table) if (Number.isFinite(value)) size = Math.max(size, Math.abs(value));
  }
  return {
    values: Float32Array.from(values),
    unchanged: unchanged && Float32Array.from(unchanged),
    limits: head.isBounded ? [0, 1] : [-(size || 1), size || 1],
    activation: head.activation,
  };
}

/**
 * Measure what the units do, with rests.
 * @param {Playground} playground
 * @param {Runs} runs
 * @param {Place} place
 * @yields {void}
 * @returns {Generator<void, EffectsOfRuns>}
 */
export function* effectsOfRuns(playground, { prepared, run, unchangedRun }, place) {
  const own = yield* effectsOf(playground, run, prepared.holds.length > 0, place);
  return { own, unchanged: unchangedRun && (yield* effectsOf(playground, unchangedRun, false, place)) };
}

/**
 * A payload with the effects that were measured.
 * @template {Payload} Whole
 * @param {Whole} payload
 * @param {EffectsOfRuns} effects
 * @returns {Whole}
 */
export function withEffects({ ...payload }, { own, unchanged }) {
  payload.effects = own;
  if (payload.unchanged && unchanged) payload.unchanged = { ...payload.unchanged, effects: unchanged };
  return payload;
}

/**
 * What stands for effects that are not measured: none, and about no answer.
 * @param {number} units
 * @returns {EffectsData}
 */
function unmeasured(units) {
  return { values: new Float32Array(units), label: "", measure: "" };
}

/**
 * @param {Playground} playground
 * @param {Run} run
 * @param {boolean} hasHolds
 * @param {Place} place
 * @yields {void}
 * @returns {Generator<void, EffectsData>}
 */
function* effectsOf({ data, model, reader }, run, hasHolds, place) {
  const rules = { ...data.effects, ...data.cells[model.layers[place.layer][0].cell] };
  const { values, answer, measure } = yield* unitEffects(model, run, rules, { ...place, hasHolds });
  return { values, label: answer === null ? "" : reader.visible(model.labels[answer]), measure };
}

/**
 * The run without the changes, at the steps that they leave.
 * @param {Playground} playground
 * @param {Prepared} prepared
 * @param {{ run: Run, unchangedRun: Run, labels: number[] | null }} runs
 * @param {Place} place
 * @returns {NonNullable<Payload["unchanged"]>}
 */
function unchangedOf(playground, prepared, { run, unchangedRun, labels }, place) {
  const { typed, typedRows } = prepared;
  const { data, model, reader } = playground;
  const own = data.rules.is_double ? (/** @type {number} */ value) => value : Math.fround; // the network's precision
  /** @type {Record<string, Float32Array>} */
  const values = {};
  model.layers[place.layer].forEach(({ direction }, k) => {
    if (direction !== place.direction) return;
    const [before, after] = [unchangedRun, run].map((each) => each.layers[place.layer][k].values);
    for (const [name, array] of Object.entries(before)) {
      const width = array.length / unchangedRun.steps;
      const rows = new Float64Array(typedRows.length * width);
      typedRows.forEach((row, step) => rows.set(array.subarray(row * width, (row + 1) * width), step * width));
      if (rows.some((value, at) => own(value) !== own(after[name][at]))) values[name] = Float32Array.from(rows);
    }
  });
  const [{ cell, units }] = model.layers[place.layer];
  const isAlwaysAsked = askedSteps(data, typed) === null;
  const runs = { run, unchangedRun, typed, typedRows, labels: model.labels, isAlwaysAsked, own };
  return {
    values,
    probabilities: probabilitiesOf(unchangedRun, labels, typedRows),
    effects: unmeasured(units[data.cells[cell].projected]),
    ...runOutcome(runs, reader, data.changes),
  };
}

/**
 * Where changes hold a value, by quantity: 0, HELD or FROZEN for each step and unit.
 * @param {Prepared} prepared
 * @param {number} steps
 * @param {Record<string, number>} units
 * @param {Place} place
 * @returns {Record<string, Uint8Array>}
 */
function holdsOf({ holds }, steps, units, { layer, direction }) {
  /** @type {Record<string, Uint8Array>} */
  const marks = {};
  for (const hold of holds.filter((each) => each.layer === layer && each.direction === direction)) {
    const width = units[hold.quantity];
    const mark = marks[hold.quantity] ??= new Uint8Array(steps * width);
    for (let step = hold.first; step < Math.min(hold.end, steps); step++) {
      for (const unit of hold.units ?? Array(width).keys()) {
        mark[step * width + unit] = hold.value === null ? FROZEN : Math.max(HELD, mark[step * width + unit]);
      }
    }
  }
  return marks;
}

/**
 * The different rows of an array in the order of their first step, and for each step its row.
 * @param {Float32Array} values
 * @param {number} width
 * @returns {InputVectorsData}
 */
function differentRows(values, width) {
  const bits = new Uint32Array(values.buffer);
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const first = [];
  const rowOfStep = [];
  for (let k = 0; k < values.length; k += width) {
    const key = String(bits.subarray(k, k + width));
    if (!numbers.has(key)) {
      numbers.set(key, numbers.size);
      first.push(k);
    }
    rowOfStep.push(/** @type {number} */ (numbers.get(key)));
  }
  const rows = new Float32Array(first.length * width);
  first.forEach((k, row) => rows.set(values.subarray(k, k + width), row * width));
  return { rows, row_of_step: rowOfStep };
}

/**
 * The steps after which the model was trained to answer; null for all.
 * @param {PlaygroundData} data
 * @param {Encoding} encoding
 * @returns {number[] | null}
 */
function askedSteps({ rules }, { tokens }) {
  if (rules.asked === "every") return null;
  const asked = tokens.map((token, step) => {
    return rules.asked === "token" ? token === rules.asked_token : step === tokens.length - 1;
  });
  return asked.every(Boolean) ? null : stepsWhere(asked);
}

/**
 * @param {boolean[]} marks
 * @returns {number[]}
 */
function stepsWhere(marks) {
  return marks.flatMap((mark, step) => mark ? [step] : []);
}

/**
 * The first value of a run that is no finite number, in a sentence: see overflow.py. "" if there is none.
 * @param {Playground} playground
 * @param {Encoding} encoding
 * @param {Run} run
 * @returns {string}
 */
export function overflowSentence({ data, model, reader }, encoding, run) {
  let count = 0;
  let earliest = /** @type {{ step: number, title: string } | null} */ (null);
  /** @type {(title: string, array: ArrayLike<number>) => void} */
  const look = (title, array) => {
    const width = array.length / run.steps;
    let first = run.steps;
    for (let k = 0; k < array.length; k++) {
      if (Number.isFinite(array[k])) continue;
      count++;
      first = Math.min(first, Math.floor(k / width));
    }
    if (first < (earliest?.step ?? run.steps)) earliest = { step: first, title };
  };
  run.layers.forEach((directions, layer) => {
    const { quantities } = data.cells[model.layers[layer][0].cell].definition;
    const titles = Object.fromEntries(quantities.map(({ name, title }) => [name, title]));
    for (const { values } of directions) {
      const { width, vector } = run.inputs[layer];
      const read = Float64Array.from({ length: run.steps * width }, (_, k) => vector(Math.floor(k / width))[k % width]);
      for (const [name, array] of Object.entries({ [INPUT]: read, ...values })) look(titles[name], array);
    }
  });
  if (run.outputs) look(data.rules.output, run.outputs);
  if (!earliest) return "";
  const { step, title } = earliest;
  const told = { step: step + 1, token: reader.visible(encoding.tokens[step]), quantity: title, count: grouped(count) };
  return filled(data.rules.overflow, told);
}
