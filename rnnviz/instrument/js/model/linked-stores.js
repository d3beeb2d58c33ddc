// Stores of several runs that go through time together.

/** @import { State, Store } from "./store.js" */

const TOGETHER = /** @type {const} */ (["step", "playing", "speed", "wholeSteps", "rowOrder", "allRows"]);
const OF_ONE_MODEL = /** @type {const} */ ([...TOGETHER, "unit", "phase", "pointed"]);

/**
 * What two stores have in common: the step and the arrangement of rows, and of one model the unit and the phase.
 * @param {Store} store
 * @param {Store["trace"]} trace  of the other
 * @returns {readonly (keyof State)[]}
 */
function commonKeys(store, trace) {
  return store.trace.model === trace.model ? OF_ONE_MODEL : TOGETHER;
}

/**
 * The part of a store's state with which a store of another trace begins.
 * @param {Store} store
 * @param {Store["trace"]} trace
 * @returns {Partial<State>}
 */
export function commonState(store, trace) {
  const state = pick(store.state, commonKeys(store, trace));
  return "unit" in state ? { ...state, unitChosen: store.state.unitChosen } : state;
}

/**
 * Let what changes in one store change in the others. Another trace concerns its own store alone.
 * @param {Store[]} stores
 * @returns {() => void} ends it
 */
export function linkStores(stores) {
  const links = stores.map((store) =>
    store.subscribe((state, previous, newTrace) => {
      if (newTrace) return;
      for (const other of stores) {
        if (other === store) continue;
        const keys = commonKeys(store, other.trace).filter((key) => state[key] !== previous[key]);
        if (keys.length) other.set(pick(state, keys));
      }
    })
  );
  return () => links.forEach((leave) => leave());
}

/**
 * @param {State} state
 * @param {readonly (keyof State)[]} keys
 * @returns {Partial<State>}
 */
function pick(state, keys) {
  return Object.fromEntries(keys.map((key) => [key, state[key]]));
}
