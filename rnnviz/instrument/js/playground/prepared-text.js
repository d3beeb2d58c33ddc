// A text that a network is ready to read, with its changes applied: see prepared_text.py.

import { filled, grouped, InputError } from "../reading/templates.js";
import { parseChange, targetOf } from "./changes.js";
import { CheckedChanges } from "./checked-changes.js";

/**
 * @import { ForwardModel, Hold } from "../model/forward.js"
 * @import { Encoding, Reader } from "../reading/reader.js"
 * @import { Change } from "./changes.js"
 * @import { PlaygroundData } from "./playground.d.ts"
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
 * Prepare a text. Changes that do not fit are left out.
 * @param {{ data: PlaygroundData, model: ForwardModel, reader: Reader }} playground
 * @param {string} text
 * @param {string[]} [wanted]  changes as text
 * @returns {Prepared}
 * @throws {InputError} if the text cannot be read
 */
export function prepare(playground, text, wanted = []) {
  const typed = playground.reader.encode(text);
  const checked = new CheckedChanges(playground, typed);
  const { kept, rejected } = parsedChanges(playground, wanted);
  for (const change of kept) {
    try {
      checked.add(change);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      rejected.push(error.message);
    }
  }
  const changes = checked.accepted;
  if (changes.length) return { typed, ...checked.apply(), changes, rejected };
  return { typed, encoding: typed, typedRows: typed.tokens.map((_, row) => row), holds: [], changes, rejected };
}

/**
 * The different changes that texts are, as many as a run has room for, and what is wrong with the others.
 * @param {{ data: PlaygroundData, reader: Reader }} playground
 * @param {string[]} wanted
 * @returns {{ kept: Change[], rejected: string[] }}
 */
function parsedChanges({ data: { changes: rules }, reader }, wanted) {
  const rejected = [];
  /** @type {Map<string, Change>} */
  const distinct = new Map();
  for (const text of wanted) {
    try {
      const change = parseChange(text, reader, rules);
      if (!distinct.has(change.text)) distinct.set(change.text, change); // 0 and -0 are one, and the first counts
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      rejected.push(error.message);
    }
  }
  const kept = [];
  let units = 0;
  for (const change of [...distinct.values()].slice(0, rules.most)) {
    units += "units" in change ? change.units?.length ?? 0 : 0;
    if (units > rules.most_units) break;
    kept.push(change);
  }
  const left = distinct.size - kept.length;
  if (left) {
    const room = { most: rules.most, units: grouped(rules.most_units) };
    rejected.push(filled(rules.sentences.too_many, { ...room, left: grouped(left), count: grouped(distinct.size) }));
  }
  return { kept, rejected };
}

/**
 * Changes with another one, in place of an earlier one of the same quantity, units and steps.
 * @param {{ data: PlaygroundData, reader: Reader }} playground
 * @param {string[]} changes  as text
 * @param {string} added
 * @returns {string[]}
 * @throws {InputError} if the text is no change
 */
export function withChange({ data: { changes: rules }, reader }, changes, added) {
  const change = parseChange(added, reader, rules);
  const others = changes.filter((text) => {
    try {
      return targetOf(parseChange(text, reader, rules)) !== targetOf(change);
    } catch {
      return true;
    }
  });
  return [...others, change.text];
}
