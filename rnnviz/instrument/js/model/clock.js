// Playing: phase after phase, step after step, until the last one. At high speed whole steps, and where no phase shows.

const PHASE_MS = 1000; // at speed 1, time enough to read what moved
const WHOLE_STEPS_FROM = 4; // speeds that show no phases

/** The state after `state` when playing; playing ends after the last phase of the last step. */
export function playedOn(trace, state) {
  const wholeSteps = state.phaseless || state.speed >= WHOLE_STEPS_FROM;
  if (!wholeSteps && state.phase !== null && state.phase + 1 < trace.phases.length) return { phase: state.phase + 1 };
  const order = trace.backward ? -1 : 1;
  const next = state.step + order;
  if (next < 0 || next >= trace.steps) return { phase: null, playing: false };
  return { step: next, phase: wholeSteps ? null : 0 };
}

/** Where playing begins: from the first step if it stands at the end. */
export function playFrom(trace, state) {
  const [first, last] = trace.backward ? [trace.steps - 1, 0] : [0, trace.steps - 1];
  const phase = state.phaseless || state.speed >= WHOLE_STEPS_FROM ? null : (state.phase ?? 0);
  return state.step === last && state.phase === null ? { playing: true, step: first, phase: phase && 0 } : { playing: true, phase };
}

export function createClock(store) {
  let timer = null;

  function tick() {
    store.set(playedOn(store.trace, store.state));
  }

  return {
    update(state, previous) {
      if (state.playing && (!previous.playing || state.speed !== previous.speed)) {
        clearInterval(timer);
        timer = setInterval(tick, PHASE_MS / Math.min(state.speed, WHOLE_STEPS_FROM));
      } else if (!state.playing && timer !== null) {
        clearInterval(timer);
        timer = null;
      }
    },
    destroy: () => clearInterval(timer),
  };
}
