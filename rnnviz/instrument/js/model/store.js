// The one place where the instrument's state stands. Views read it, and are told when it changes.

/**
 * step, unit: from 0. phase: index into the trace's phases, or null when the whole step is
 * shown. lit: the name of a quantity that is pointed at, or null. signal: what colours the
 * tokens, "says" or a quantity's name, or "mean:" and a gate's name. picked: the name of the quantity
 * that is to be edited. rows: which numbers over tokens the trace has, see trace.js.
 */
const START = { step: 0, unit: 0, phase: null, lit: null, playing: false, speed: 1, phaseless: false, signal: "says", picked: null, rows: null };

export class Store {
  constructor(trace, state = {}) {
    this.trace = trace;
    this.state = { ...START, ...state };
    this.listeners = new Set();
    this.keepInside();
  }

  /** Change some of the state; listeners get (state, previous) if anything is different. */
  set(change) {
    const previous = this.state;
    this.state = { ...previous, ...change };
    this.keepInside();
    const keys = Object.keys(this.state);
    if (keys.some((key) => this.state[key] !== previous[key])) this.tell(previous);
  }

  /** Put in another trace and keep the place as far as it exists there. */
  load(trace, change = {}) {
    const previous = this.state;
    this.trace = trace;
    this.state = { ...previous, ...change };
    this.keepInside();
    this.tell(previous, true);
  }

  /** Call `listener(state, previous, newTrace)` at every change. Returns the way to stop that. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Put in other numbers over tokens; all else stays. */
  takeRows(payload) {
    this.trace.takeRows(payload);
    this.set({ rows: this.trace.rowsId });
  }

  tell(previous, newTrace = false) {
    for (const listener of this.listeners) listener(this.state, previous, newTrace);
  }

  keepInside() {
    const { trace, state } = this;
    state.step = clamp(state.step, 0, trace.steps - 1);
    state.unit = clamp(state.unit, 0, trace.units - 1);
    if (state.phase !== null && !(state.phase in trace.phases)) state.phase = null;
    if (state.lit !== null && !(state.lit in trace.byName)) state.lit = null;
    if (!trace.shown.some(({ name }) => name === state.picked)) state.picked = trace.firstPick;
    state.rows = trace.rowsId;
  }
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
