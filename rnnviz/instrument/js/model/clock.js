// Play: step after step until the last one, or phase after phase.

/**
 * @import { State, Store, View } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

const STEP_MS = 400; // at speed 1: a name is read in a few seconds
const PHASE_MS = 1000; // at speed 1: time enough to read what changed

/**
 * What play changes next. It ends after the last phase of the last step.
 * @param {Trace} trace
 * @param {State} state
 * @returns {Partial<State>}
 */
export function nextInPlay(trace, state) {
  if (!state.wholeSteps && state.phase !== null && state.phase + 1 < trace.phases.length) {
    return { phase: state.phase + 1 };
  }
  const next = state.step + (trace.backward ? -1 : 1);
  if (next < 0 || next >= trace.steps) return { phase: null, playing: false };
  return { step: next, phase: state.wholeSteps ? null : 0 };
}

/**
 * What starts play: at the current position, or at the first step if the trace is at its end.
 * @param {Trace} trace
 * @param {State} state
 * @returns {Partial<State>}
 */
export function startOfPlay(trace, state) {
  const [first, last] = trace.backward ? [trace.steps - 1, 0] : [0, trace.steps - 1];
  const phase = state.wholeSteps ? null : 0;
  if (state.step === last && (state.wholeSteps || state.phase === null)) return { playing: true, step: first, phase };
  return { playing: true, phase: state.wholeSteps ? null : (state.phase ?? 0) };
}

/**
 * Moves the store while it plays.
 * @param {Store} store
 * @returns {View}
 */
export function createClock(store) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  function tick() {
    store.set(nextInPlay(store.trace, store.state));
  }

  return {
    update(state, previous) {
      const otherPace = state.speed !== previous.speed || state.wholeSteps !== previous.wholeSteps;
      if (state.playing && (!previous.playing || otherPace)) {
        clearInterval(timer);
        timer = setInterval(tick, intervalOf(state));
      } else if (!state.playing && timer !== undefined) {
        clearInterval(timer);
        timer = undefined;
      }
    },
    destroy: () => clearInterval(timer),
  };
}

/**
 * The time between two moves of play, in milliseconds.
 * @param {State} state
 * @returns {number}
 */
export function intervalOf({ wholeSteps, speed }) {
  return (wholeSteps ? STEP_MS : PHASE_MS) / speed;
}
