// From a text to what the instrument shows of it, without a server.

import { ForwardModel } from "../model/forward.js";
import { Reader } from "../reading/reader.js";
import { changeWords, parseChange } from "./changes.js";
import { prepare } from "./prepared-text.js";
import { overflowSentence, runPayload } from "./run-payload.js";

/**
 * @import { Notes } from "../model/settings.d.ts"
 * @import { WholePayload } from "../model/trace.js"
 * @import { Change } from "./changes.js"
 * @import { PlaygroundData } from "./playground.d.ts"
 * @import { Place } from "./run-payload.js"
 */

/** A model that reads what is typed. */
export class Runner {
  /** @param {PlaygroundData} data */
  constructor(data) {
    this.data = data;
    this.model = new ForwardModel(data.model);
    this.reader = new Reader(data.reader);
  }

  /**
   * Run over a text.
   * @param {string} text
   * @param {Place} place  what is shown of the network
   * @param {string[]} [wanted]  changes of the run
   * @returns {WholePayload}
   * @throws {InputError} if the text cannot be read
   */
  run(text, place, wanted = []) {
    const prepared = prepare(this, text, wanted);
    const { typed, encoding, holds, changes, rejected } = prepared;
    const run = this.model.run(this.inputs(encoding.inputs), { holds });
    const unchanged = changes.length ? this.model.run(this.inputs(typed.inputs)) : null;
    const overflow = overflowSentence(this, encoding, run);
    /** @type {Notes} */
    const notes = {
      remarks: [...rejected, ...this.reader.remarks(encoding), ...(overflow ? [overflow] : [])],
      changes: changes.map((change) => ({ text: change.text, words: this.wordsOf(change) })),
      dimmed: false,
    };
    return { ...runPayload(this, prepared, run, unchanged, place), text, notes };
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
    return changeWords(change, this.data.definition.quantities, this.reader, this.data.changes);
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
