// Play: phase after phase and step after step until the last one. At high speed, and where no phase is shown, by whole
// steps.

/**
 * @import { State, Store, View } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

const PHASE_MS = 1000; // at speed 1: time enough to read what changed
const WHOLE_STEPS_FROM = 4; // the speed from which play skips the phases

/**
 * What play changes next. It ends after the last phase of the last step.
 * @param {Trace} trace
 * @param {State} state
 * @returns {Partial<State>}
 */
export function nextInPlay(trace, state) {
  const skipsPhases = playsWholeSteps(state);
  if (!skipsPhases && state.phase !== null && state.phase + 1 < trace.phases.length) return { phase: state.phase + 1 };
  const next = state.step + (trace.backward ? -1 : 1);
  if (next < 0 || next >= trace.steps) return { phase: null, playing: false };
  return { step: next, phase: skipsPhases ? null : 0 };
}

/**
 * What starts play: at the current position, or at the first step if the trace is at its end.
 * @param {Trace} trace
 * @param {State} state
 * @returns {Partial<State>}
 */
export function startOfPlay(trace, state) {
  const [first, last] = trace.backward ? [trace.steps - 1, 0] : [0, trace.steps - 1];
  const skipsPhases = playsWholeSteps(state);
  if (state.step === last && state.phase === null) return { playing: true, step: first, phase: skipsPhases ? null : 0 };
  return { playing: true, phase: skipsPhases ? null : (state.phase ?? 0) };
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
      if (state.playing && (!previous.playing || state.speed !== previous.speed)) {
        clearInterval(timer);
        timer = setInterval(tick, PHASE_MS / Math.min(state.speed, WHOLE_STEPS_FROM));
      } else if (!state.playing && timer !== undefined) {
        clearInterval(timer);
        timer = undefined;
      }
    },
    destroy: () => clearInterval(timer),
  };
}

/**
 * @param {State} state
 * @returns {boolean}
 */
function playsWholeSteps(state) {
  return state.wholeSteps || state.speed >= WHOLE_STEPS_FROM;
}
