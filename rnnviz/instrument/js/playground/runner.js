// From a text to what the instrument shows of it, without a server.

import { ForwardModel } from "../model/forward.js";
import { Reader } from "../reading/reader.js";
import { changeWords, parseChange } from "./changes.js";
import { prepare } from "./prepared-text.js";
import { effectsOfRuns, overflowSentence, runPayload, withEffects } from "./run-payload.js";

/**
 * @import { Run } from "../model/forward.js"
 * @import { Notes } from "../model/settings.d.ts"
 * @import { WholePayload } from "../model/trace.js"
 * @import { Change } from "./changes.js"
 * @import { PlaygroundData } from "./playground.d.ts"
 * @import { Place } from "./run-payload.js"
 */

/**
 * A run of which the effects of units are still to be measured, which takes longer than all else.
 * @typedef {object} Begun
 * @property {WholePayload} payload                     without effects
 * @property {Generator<void, WholePayload>} measuring  rests after each unit, and ends with the whole payload
 */

/** A model that reads what is typed. */
export class Runner {
  /** @param {PlaygroundData} data */
  constructor(data) {
    this.data = data;
    this.model = new ForwardModel(data.model);
    this.reader = new Reader(data.reader);
    /** The last run without changes, from which the next one carries on. @type {Run | null} */
    this.earlier = null;
  }

  /**
   * Run over a text, and measure the effects of units.
   * @param {string} text
   * @param {Place} place  what is shown of the network
   * @param {string[]} [wanted]  changes of the run
   * @returns {WholePayload}
   * @throws {InputError} if the text cannot be read
   */
  run(text, place, wanted = []) {
    const { measuring } = this.begin(text, place, wanted);
    let next = measuring.next();
    while (!next.done) next = measuring.next();
    return next.value;
  }

  /**
   * Run over a text. Only what differs from the text before is computed.
   * @param {string} text
   * @param {Place} place  what is shown of the network
   * @param {string[]} [wanted]  changes of the run
   * @returns {Begun}
   * @throws {InputError} if the text cannot be read
   */
  begin(text, place, wanted = []) {
    const prepared = prepare(this, text, wanted);
    const { typed, encoding, holds, changes, rejected } = prepared;
    const first = this.model.run(this.inputs(typed.inputs), { earlier: this.earlier });
    this.earlier = first;
    const run = changes.length ? this.model.run(this.inputs(encoding.inputs), { holds, earlier: first }) : first;
    const runs = { prepared, run, unchangedRun: changes.length ? first : null };
    const overflow = overflowSentence(this, encoding, run);
    /** @type {Notes} */
    const notes = {
      remarks: [...rejected, ...this.reader.remarks(encoding), ...(overflow ? [overflow] : [])],
      changes: changes.map((change) => ({ text: change.text, words: this.wordsOf(change) })),
      dimmed: false,
    };
    const payload = { ...runPayload(this, runs, place), text, notes };
    return { payload, measuring: this.measured(payload, runs, place) };
  }

  /**
   * @param {WholePayload} payload
   * @param {Parameters<typeof effectsOfRuns>[1]} runs
   * @param {Place} place
   * @yields {void}
   * @returns {Begun["measuring"]}
   */
  *measured(payload, runs, place) {
    return withEffects(payload, yield* effectsOfRuns(this, runs, place));
  }

  /**
   * Changes without one of them.
   * @param {string[]} changes  as text
   * @param {string} taken
   * @returns {string[]}
   */
  without(changes, taken) {
    return changes.filter((text) => {
      try {
        return parseChange(text, this.reader, this.data.changes).text !== taken;
      } catch {
        return true;
      }
    });
  }

  /**
   * @param {Change} change
   * @returns {string}
   */
  wordsOf(change) {
    const { layers } = this.model;
    const [{ cell }] = layers["step" in change ? 0 : Math.min(change.layer, layers.length - 1)];
    return changeWords(change, this.data.cells[cell].definition.quantities, this.reader, this.data.changes);
  }

  /**
   * What a network reads; numbers in its own precision.
   * @param {number[]} inputs
   * @returns {ArrayLike<number>}
   */
  inputs(inputs) {
    return this.model.embedding || this.data.rules.is_double ? inputs : Float32Array.from(inputs);
  }
}
