// What a link in the words of a page sets: "#step=4&text=not%20good".

/**
 * @import { State, Store } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

/**
 * What a link names, as written: a position, a text, a cell and its options, and what to show of them.
 * @typedef {Record<string, string>} LinkTarget
 */

/**
 * The part of a target that the store can take: like a state, with the phase by its name.
 * @typedef {object} StoreTarget
 * @property {number} [step]
 * @property {number} [unit]
 * @property {string | null} [phase]
 * @property {string | null} [highlight]
 * @property {string} [signal]
 */

/** What makes a place to go to; the other keys only point at a part of it. */
export const PLACE_KEYS = ["step", "unit", "text", "cell", "signal"];

/** All keys but the cell's options. */
export const TARGET_KEYS = [...PLACE_KEYS, "phase", "light"];

/**
 * Parse the part of a link after "#".
 * @param {string} hash
 * @param {Record<string, string>} [options]  the options of the current cell, which a link may set as well
 * @returns {LinkTarget | null} null if no key in it is known
 */
export function parseTarget(hash, options = {}) {
  const pairs = hash.split("&").flatMap((part) => {
    const [, key, value] = part.match(/^(\w+)=(.*)$/s) ?? [];
    return key !== undefined && (TARGET_KEYS.includes(key) || key in options) ? [[key, decoded(value)]] : [];
  });
  return pairs.length ? Object.fromEntries(pairs) : null;
}

/**
 * @param {string} text
 * @returns {string}
 */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

/**
 * The options of the cell in a target.
 * @param {LinkTarget} target
 * @returns {Record<string, string>}
 */
export function optionsIn(target) {
  return Object.fromEntries(Object.entries(target).filter(([key]) => !TARGET_KEYS.includes(key)));
}

/**
 * The part of a target that the store can take, with steps from 0. "" for a phase or a light shows none.
 * @param {LinkTarget} target
 * @returns {StoreTarget}
 */
export function storeTarget({ step, unit, phase, light, signal }) {
  /** @type {StoreTarget} */
  const target = {};
  if (/^\d+$/.test(step)) target.step = Number(step) - 1;
  if (/^\d+$/.test(unit)) target.unit = Number(unit);
  if (phase !== undefined) target.phase = phase || null;
  if (light !== undefined) target.highlight = light || null;
  if (signal) target.signal = signal;
  return target;
}

/**
 * A target as a change of the store, which pauses play.
 * @param {Trace} trace
 * @param {StoreTarget} target
 * @returns {Partial<State>}
 */
export function stateChange(trace, { phase, ...target }) {
  /** @type {Partial<State>} */
  const change = { ...target, playing: false };
  if (phase === undefined) return change;
  const index = trace.phases.findIndex(({ name }) => name === phase);
  return { ...change, phase: index < 0 ? null : index };
}

/**
 * What a link has set, in words: "step 4 of 7, unit 6".
 * @param {Store} store
 * @param {string[]} keys  of the target
 * @param {Record<string, any>} present  the text, the cell and its options
 * @returns {string}
 */
export function targetText({ trace, state }, keys, present) {
  const { step, unit, phase } = state;
  const parts = [];
  if (keys.includes("text") && present.text !== undefined) parts.push(`text ${present.text}`);
  if (keys.includes("cell")) parts.push(trace.title);
  for (const key of keys) if (!TARGET_KEYS.includes(key)) parts.push(`${key} ${present[key]}`);
  parts.push(`step ${step + 1} of ${trace.steps}`, `unit ${unit}`);
  if (keys.includes("phase") && phase !== null) parts.push(trace.phases[phase].title);
  return parts.join(", ");
}
