// Changes checked against a network and a text, one after another: see checked_interventions.py.

import { filled, general, InputError } from "../reading/templates.js";
import { shortened } from "./changes.js";

/**
 * @import { ForwardModel, Hold } from "../model/forward.js"
 * @import { Encoding, Reader } from "../reading/reader.js"
 * @import { Change, TokenChange, ValueChange } from "./changes.js"
 * @import { PlaygroundData } from "./playground.d.ts"
 */

/**
 * What changes put into one quantity of a layer, and which of them did.
 * @typedef {object} SetValues
 * @property {number} units
 * @property {Float64Array} values   [step, unit]; NaN where nothing is put
 * @property {Int32Array} owners     the places in `changes`
 * @property {ValueChange[]} changes
 */

const KEPT = Infinity; // stands for the value before, which a frozen state keeps: no held value is infinite

/** Changes of a run over a text. */
export class CheckedChanges {
  /**
   * @param {{ data: PlaygroundData, model: ForwardModel, reader: Reader }} playground
   * @param {Encoding} typed  the text as typed
   */
  constructor({ data, model, reader }, typed) {
    this.data = data;
    this.model = model;
    this.reader = reader;
    this.typed = typed;
    this.steps = typed.tokens.length;
    this.isRead = typed.tokens.map(() => true);
    /** @type {Change[]} */
    this.accepted = [];
    /** @type {Map<number, Encoding>} */
    this.swaps = new Map(); // by step
    /** @type {Map<ValueChange, number>} */
    this.stepsLeft = new Map(); // of those that name steps: how many are read
    /** @type {Map<string, SetValues>} */
    this.set = new Map(); // by quantity, layer and direction
  }

  /**
   * Accept a change.
   * @param {Change} change
   * @throws {InputError} if it does not fit
   */
  add(change) {
    if (this.accepted.some(({ text }) => text === change.text)) return;
    if ("step" in change) this.addToken(change);
    else this.addValue(change);
    this.accepted.push(change);
  }

  /** @param {TokenChange} change */
  addToken(change) {
    const { step } = change;
    const { reader: { data: vocabulary } } = this;
    if (!(step >= 1 && step <= this.steps)) {
      throw this.impossible(change, "unknown_step", { step, steps: this.counted() });
    }
    if (this.swaps.has(step) || !this.isRead[step - 1]) throw this.impossible(change, "repeated_step", { step });
    if (vocabulary.end && this.typed.tokens[step - 1] === vocabulary.end_mark) {
      throw this.impossible(change, "end_mark", { step });
    }
    if (change.kind === "swap") {
      this.swaps.set(step, this.encodedSwap(change));
      return;
    }
    if (this.isRead.filter(Boolean).length - 1 <= Number(vocabulary.end)) {
      throw new InputError(this.data.changes.sentences.nothing_left);
    }
    const concerned = [...this.stepsLeft.keys()].filter(({ steps }) => steps && steps[0] <= step && step <= steps[1]);
    for (const other of concerned) {
      if (this.stepsLeft.get(other) === 1) throw this.impossible(other, "removed_steps", {});
    }
    for (const other of concerned) this.stepsLeft.set(other, (this.stepsLeft.get(other) ?? 0) - 1);
    this.isRead[step - 1] = false;
  }

  /** @param {ValueChange} change */
  addValue(change) {
    this.check(change);
    const [first, end] = this.rowsOf(change);
    const left = this.isRead.slice(first, end).filter(Boolean).length;
    if (!left) throw this.impossible(change, "removed_steps", {});
    const places = this.quantitiesOf(change).map((name) => {
      const key = `${name}/${change.layer}/${change.direction}`;
      const place = this.set.get(key) ?? this.nothingSet(change, name);
      this.set.set(key, place);
      this.checkContradiction(change, name, place);
      return place;
    });
    for (const place of places) {
      for (let row = first; row < end; row++) {
        for (const unit of change.units ?? Array(place.units).keys()) {
          place.values[row * place.units + unit] = change.value ?? KEPT;
          place.owners[row * place.units + unit] = place.changes.length;
        }
      }
      place.changes.push(change);
    }
    if (change.steps) this.stepsLeft.set(change, left);
  }

  /**
   * @param {ValueChange} change
   * @param {string} name
   * @returns {SetValues}
   */
  nothingSet(change, name) {
    const units = this.cellOf(change).units[name];
    const size = this.steps * units;
    return { units, values: new Float64Array(size).fill(NaN), owners: new Int32Array(size), changes: [] };
  }

  /**
   * Refuse a change where another one puts a different value into one unit at one step.
   * @param {ValueChange} change
   * @param {string} name
   * @param {SetValues} place
   */
  checkContradiction(change, name, { units, values, owners, changes }) {
    const [first, end] = this.rowsOf(change);
    const value = change.value ?? KEPT;
    let at = -1;
    for (let row = first; row < end; row++) {
      for (const unit of change.units ?? Array(units).keys()) {
        const k = row * units + unit;
        const differs = !Number.isNaN(values[k]) && values[k] !== value;
        if (differs && (at < 0 || owners[k] < owners[at])) at = k;
      }
    }
    if (at < 0) return;
    const title = this.titleOf(change, name);
    const where = { title, unit: at % units, step: Math.floor(at / units) + 1 };
    const texts = { other: changes[owners[at]].text, text: change.text };
    throw new InputError(filled(this.data.changes.sentences.contradiction, { ...texts, ...where }));
  }

  /**
   * Refuse a change that does not fit the network or the text.
   * @param {ValueChange} change
   */
  check(change) {
    this.checkQuantity(change);
    this.checkPlace(change);
    if (!change.steps) return;
    const [first, last] = change.steps;
    if (first > last) throw this.impossible(change, "reversed_steps", { step: first, last });
    if (first >= 1 && last <= this.steps) return;
    const step = first >= 1 && first <= this.steps ? last : first;
    throw this.impossible(change, "unknown_step", { step, steps: this.counted() });
  }

  /** @param {ValueChange} change */
  checkQuantity(change) {
    const { name } = change;
    const kind = this.kindOf(change);
    const { quantities } = kind.definition;
    const isMixed = new Set(this.data.model.cells.map((each) => each.name)).size > 1;
    const cell = kind.title + (isMixed ? ` of layer ${this.layerOf(change)}` : "");
    const { states } = this.model.layers[this.layerOf(change)][0];
    if (change.kind !== "hold") {
      if (name === null || states.includes(name)) return;
      throw this.impossible(change, "unknown_state", { cell, state: name, states: states.join(", ") });
    }
    if (name === "input_vector") throw this.impossible(change, "input", {});
    const computed = quantities.filter(({ role }) => role !== "vector");
    const quantity = computed.find((each) => each.name === name);
    if (!quantity) {
      const names = computed.map((each) => each.name).join(", ");
      throw this.impossible(change, "unknown_quantity", { cell, quantity: name ?? "", quantities: names });
    }
    const [value, low, high] = [Number(change.value), quantity.low ?? -Infinity, quantity.high ?? Infinity];
    if (Number.isFinite(value) && low <= value && value <= high) return;
    const range = rangeWords(low, high);
    throw this.impossible(change, "out_of_range", { title: quantity.title, range, value: general(value) });
  }

  /** @param {ValueChange} change */
  checkPlace(change) {
    const { layer, direction, units } = change;
    const { layers } = this.model;
    if (layer >= layers.length) throw this.impossible(change, "unknown_layer", { layer, layers: layers.length });
    if (!layers[layer].some((cell) => cell.direction === direction)) {
      const whole = this.data.changes.directions.includes(direction) ? `layer ${layer}` : "the network";
      throw this.impossible(change, "unknown_direction", { whole, direction });
    }
    if (!units) return;
    const count = Math.min(...this.quantitiesOf(change).map((name) => this.cellOf(change).units[name]));
    const wrong = units.find((unit) => unit >= count);
    if (wrong !== undefined) throw this.impossible(change, "unknown_unit", { unit: wrong, last: count - 1 });
  }

  /**
   * The token of a swap as the vocabulary encodes it; of numbers, one step.
   * @param {TokenChange} change
   * @returns {Encoding}
   */
  encodedSwap(change) {
    const { reader, data: { changes: { sentences, shown } } } = this;
    const numeric = reader.data.kind === "numbers";
    let encoding;
    try {
      encoding = numeric
        ? reader.encode(change.token, 2)
        : reader.encodeTokens(reader.split(change.token), Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const text = shortened(change.text, shown);
      throw new InputError(filled(sentences.invalid_token, { text, reason: error.message }));
    }
    if (encoding.tokens.length - Number(reader.data.end) === 1) return encoding;
    const token = shortened(change.token, shown);
    throw this.impossible(change, "not_one_token", { token, what: numeric ? "step" : "token" });
  }

  /**
   * What the network reads, and what is held in it.
   * @returns {{ encoding: Encoding, typedRows: number[], holds: Hold[] }}
   */
  apply() {
    const { typed, swaps, reader: { data: { kind, vector_size: size, numbers } } } = this;
    const rows = this.isRead.flatMap((isRead, row) => isRead ? [row] : []);
    const width = kind === "numbers" ? size : 1;
    const labelled = numbers !== null && size > numbers.few;
    /** @type {<Part>(part: (encoding: Encoding, row: number) => Part[]) => Part[]} */
    const gathered = (part) => {
      return rows.flatMap((row) => {
        const swap = swaps.get(row + 1);
        return swap ? part(swap, 0) : part(typed, row);
      });
    };
    const encoding = {
      tokens: rows.map((row) => {
        const swap = swaps.get(row + 1);
        if (!swap) return typed.tokens[row];
        return labelled ? `${typed.tokens[row]}′` : swap.tokens[0];
      }),
      inputs: gathered(({ inputs }, row) => inputs.slice(row * width, (row + 1) * width)),
      unknown: gathered(({ unknown }, row) => [unknown[row]]),
      truncated: typed.truncated,
    };
    const holds = this.accepted.flatMap((change) => {
      if ("step" in change) return [];
      const [from, until] = this.rowsOf(change);
      const read = rows.flatMap((row, step) => row >= from && row < until ? [step] : []);
      const { layer, direction, units, value } = change;
      const place = { layer, direction, units, value, first: read[0], end: read[read.length - 1] + 1 };
      return this.quantitiesOf(change).map((quantity) => ({ ...place, quantity }));
    });
    return { encoding, typedRows: rows, holds };
  }

  /**
   * The names of the quantities that a change sets.
   * @param {ValueChange} change
   * @returns {string[]}
   */
  quantitiesOf(change) {
    const { name, units } = change;
    if (name !== null) return [name];
    return units === null ? this.cellOf(change).states : this.kindOf(change).unit_states;
  }

  /**
   * The rows of the text as typed that a change is about: the first, and the one after the last.
   * @param {ValueChange} change
   * @returns {[number, number]}
   */
  rowsOf({ steps }) {
    return steps ? [steps[0] - 1, steps[1]] : [0, this.steps];
  }

  /**
   * @param {ValueChange} change
   * @returns {ForwardModel["layers"][number][number]}
   */
  cellOf({ layer, direction }) {
    const cells = this.model.layers[layer];
    return cells.find((cell) => cell.direction === direction) ?? cells[0];
  }

  /**
   * The layer of a change; of one that does not exist, the first.
   * @param {ValueChange} change
   * @returns {number}
   */
  layerOf({ layer }) {
    return layer < this.model.layers.length ? layer : 0;
  }

  /**
   * The cell of the layer.
   * @param {ValueChange} change
   * @returns {PlaygroundData["cells"][number]}
   */
  kindOf(change) {
    return this.data.cells[this.model.layers[this.layerOf(change)][0].cell];
  }

  /**
   * @param {ValueChange} change
   * @param {string} name
   * @returns {string}
   */
  titleOf(change, name) {
    return this.kindOf(change).definition.quantities.find((each) => each.name === name)?.title ?? name;
  }

  /**
   * The steps of the text in words.
   * @returns {string}
   */
  counted() {
    return this.steps === 1 ? "one step" : `steps 1 to ${this.steps}`;
  }

  /**
   * @param {Change} change
   * @param {string} code
   * @param {Record<string, string | number>} values
   * @returns {InputError}
   */
  impossible(change, code, values) {
    const { problems, sentences, shown } = this.data.changes;
    const problem = filled(problems[code], values, this.reader.classes.hidden);
    return new InputError(filled(sentences.impossible, { text: shortened(change.text, shown), problem }));
  }
}

/**
 * The range of a quantity in words.
 * @param {number} low
 * @param {number} high
 * @returns {string}
 */
function rangeWords(low, high) {
  if (low > -Infinity && high < Infinity) return `must be between ${general(low)} and ${general(high)}`;
  return low === -Infinity ? "must be a finite number" : `must be a finite number of at least ${general(low)}`;
}
