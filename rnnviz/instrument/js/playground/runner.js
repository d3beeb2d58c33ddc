// From a text to what the instrument shows of it, without a server.

import { ForwardModel } from "../model/forward.js";
import { Reader } from "../reading/reader.js";
import { prepare } from "./prepared-text.js";
import { overflowSentence, runPayload } from "./run-payload.js";

/**
 * @import { Notes } from "../model/settings.d.ts"
 * @import { WholePayload } from "../model/trace.js"
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
    const prepared = prepare(this.reader, text, wanted);
    const { typed, encoding, holds, changes } = prepared;
    const run = this.model.run(this.inputs(encoding.inputs), { holds });
    const unchanged = changes.length ? this.model.run(this.inputs(typed.inputs)) : null;
    const overflow = overflowSentence(this, encoding, run);
    /** @type {Notes} */
    const notes = {
      remarks: [...this.reader.remarks(encoding), ...(overflow ? [overflow] : [])],
      changes: changes.map(({ text: as, words }) => ({ text: as, words })),
      dimmed: false,
    };
    return { ...runPayload(this, prepared, run, unchanged, place), text, notes };
  }

  /**
   * What a network reads; numbers in its own precision.
   * @param {number[]} inputs
   * @returns {ArrayLike<number>}
   */
  inputs(inputs) {
    return this.model.embedding ? inputs : Float32Array.from(inputs);
  }
}
