// The one place that holds the instrument's state. Views read it and are called when it changes.

import { clamp } from "./numbers.js";
import { signalsOf } from "./signals.js";

/**
 * @import { Payload } from "./payload.d.ts"
 * @import { Notes } from "./settings.d.ts"
 * @import { Trace, WholePayload } from "./trace.js"
 */

/**
 * @typedef {object} State
 * @property {number} step             from 0
 * @property {number} unit             from 0
 * @property {boolean} unitChosen      whether the reader chose it, so that it stays when another trace comes
 * @property {number | null} phase     index into the trace's phases; null shows the whole step
 * @property {string | null} highlight the name of the quantity that is pointed at
 * @property {boolean} playing
 * @property {number} speed
 * @property {boolean} wholeSteps      whether play skips the phases
 * @property {string} signal           what colours the tokens, see signals.js
 * @property {string} picked           the name of the quantity that the what-if view edits
 * @property {string} tokenValuesId    of the trace's token values
 * @property {boolean} measured        whether the effects of the trace's units are its own
 * @property {Notes} notes             what the page says about the run
 * @property {"effect" | "similar" | "number"} rowOrder  of the units in the heatmaps
 * @property {boolean} allRows         whether the heatmaps show all units, and not only those with the largest effect
 * @property {Pointed | null} pointed  the value that is pointed at in a heatmap
 */

/**
 * A value that is pointed at.
 * @typedef {object} Pointed
 * @property {string} name         of the quantity, or "prediction"
 * @property {number} step
 * @property {number | null} unit  null where the rows are not units
 */

/**
 * Called with the new state, the one before, and whether the trace is another one.
 * @typedef {(state: State, previous: State, newTrace: boolean) => void} Listener
 */

/**
 * Something that shows the store's trace and state.
 * @typedef {object} View
 * @property {Listener} update
 * @property {() => void} destroy
 */

/**
 * A view with an element of its own.
 * @typedef {View & { element: HTMLElement }} ElementView
 */

/** @type {State} */
const START = {
  step: 0,
  unit: 0,
  unitChosen: false,
  phase: null,
  highlight: null,
  playing: false,
  speed: 1,
  wholeSteps: true,
  signal: "prediction",
  picked: "",
  tokenValuesId: "",
  measured: true,
  rowOrder: "effect",
  allRows: false,
  pointed: null,
  notes: { remarks: [], changes: [], dimmed: false },
};

/** The trace, the state, and who listens to them. */
export class Store {
  /**
   * @param {Trace} trace
   * @param {Partial<Omit<State, "unit">> & { unit?: number | null }} [state]  without a unit, none is chosen
   */
  constructor(trace, { unit, ...state } = {}) {
    this.trace = trace;
    this.state = { ...START, unit: unit ?? trace.defaultUnit, unitChosen: unit != null, ...state };
    /** @type {Set<Listener>} */
    this.listeners = new Set();
    /** The ends of colour scales, by model and quantity. @type {Map<string, Record<string, [number, number]>>} */
    this.limits = new Map();
    this.keepLimits();
    this.fitState();
  }

  /**
   * Change a part of the state. Listeners are called if anything differs. A unit that is set is chosen.
   * @param {Partial<State>} change
   */
  set(change) {
    const previous = this.state;
    this.state = { ...previous, ...change };
    if (change.unit !== undefined) this.state.unitChosen = true;
    this.fitState();
    const keys = /** @type {(keyof State)[]} */ (Object.keys(this.state));
    if (keys.some((key) => this.state[key] !== previous[key])) this.notify(previous, false);
  }

  /**
   * Show another trace and keep the state as far as it fits; a unit only if it was chosen.
   * @param {Trace} trace
   * @param {Partial<State>} [change]
   */
  load(trace, change = {}) {
    const previous = this.state;
    this.trace = trace;
    this.keepLimits();
    this.state = { ...previous, pointed: null, ...change };
    if (change.unit !== undefined) this.state.unitChosen = true;
    if (!this.state.unitChosen) this.state.unit = trace.defaultUnit;
    this.fitState();
    this.notify(previous, true);
  }

  /**
   * Replace the trace's token values; everything else stays.
   * @param {Pick<Payload, "token_values" | "token_values_id">} payload
   */
  setTokenValues(payload) {
    this.trace.setTokenValues(payload);
    this.set({ tokenValuesId: payload.token_values_id });
  }

  /**
   * Take the effects of the trace's units, which were measured after it was shown; everything else stays.
   * @param {WholePayload} payload
   */
  setEffects(payload) {
    const previous = this.state;
    this.trace.setEffects(payload);
    this.state = { ...previous };
    if (!this.state.unitChosen) this.state.unit = this.trace.defaultUnit;
    this.fitState();
    this.notify(previous, false);
  }

  /**
   * Call a listener at every change.
   * @param {Listener} listener
   * @returns {() => void} ends the subscription
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * @param {State} previous
   * @param {boolean} newTrace
   */
  notify(previous, newTrace) {
    for (const listener of this.listeners) listener(this.state, previous, newTrace);
  }

  /** Give the trace the colour scales that its model has had. */
  keepLimits() {
    const { modelKey } = this.trace;
    const known = this.limits.get(modelKey) ?? {};
    this.limits.set(modelKey, known);
    this.trace.widenLimits(known);
  }

  /** Bring the state into the bounds of the trace. */
  fitState() {
    const { trace, state } = this;
    state.step = clamp(state.step, 0, trace.steps - 1);
    state.unit = clamp(state.unit, 0, trace.units - 1);
    if (state.phase !== null && !(state.phase in trace.phases)) state.phase = null;
    if (state.highlight !== null && !(state.highlight in trace.byName)) state.highlight = null;
    if (!trace.unitQuantities.some(({ name }) => name === state.picked)) state.picked = trace.defaultPick;
    if (!signalsOf(trace).some(([signal]) => signal === state.signal)) state.signal = signalsOf(trace)[0][0];
    state.tokenValuesId = trace.tokenValuesId;
    state.measured = trace.earlierEffects === null;
  }
}
