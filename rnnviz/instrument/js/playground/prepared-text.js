// A text that a network is ready to read, with its changes applied: see prepared_text.py.

/**
 * @import { Hold } from "../model/forward.js"
 * @import { Encoding, Reader } from "../reading/reader.js"
 */

/**
 * A change of a run, an intervention.
 * @typedef {{ kind: "swap", step: number, text: string, words: string }} Change
 */

/**
 * @typedef {object} Prepared
 * @property {Encoding} typed      the text as typed
 * @property {Encoding} encoding   what the network reads
 * @property {number[]} typedRows  for each step that is read, the step as typed, from 0
 * @property {Hold[]} holds        their steps count as they are read
 * @property {Change[]} changes    those that are applied
 * @property {string[]} rejected   why others are not
 */

/**
 * Prepare a text.
 * @param {Reader} reader
 * @param {string} text
 * @param {string[]} _wanted
 * @returns {Prepared}
 */
export function prepare(reader, text, _wanted) {
  const typed = reader.encode(text);
  return {
    typed,
    encoding: typed,
    typedRows: typed.tokens.map((_, row) => row),
    holds: [],
    changes: [],
    rejected: [],
  };
}
