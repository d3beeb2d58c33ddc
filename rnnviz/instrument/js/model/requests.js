// What only the server can do, another text, another cell or other options of it; and where to stand once that is there.

/**
 * `send` takes such a request, {text?, cell?} and options of the cell by name, to the server; on a
 * plain page there is none. text: what was typed. Returns {ask, arrived, present, edit}.
 */
export function createAsking(store, text, send) {
  let now = { ...store.trace.options, text, cell: store.trace.cell };
  let waiting = null; // {wanted, place, from}: what was asked for, where to go then, what was there before

  const differs = (wanted, known) => Object.keys(wanted).filter((name) => wanted[name] !== known[name]);

  return {
    /** The {text, cell} that are on the screen, and the cell's options. */
    present: () => now,

    /**
     * Ask for what differs from the present; the place (see `changeOf`) is for the trace that comes then.
     * Returns whether the place could be taken at once because nothing differs.
     */
    ask(request, place = {}) {
      const given = Object.entries(request).filter(([, value]) => value !== undefined && value !== null);
      const wanted = Object.fromEntries(given);
      const missing = differs(wanted, now);
      waiting = null;
      if (!missing.length) {
        store.set(changeOf(store.trace, place));
        return true;
      }
      if (send) {
        waiting = { wanted, place, from: now };
        send(Object.fromEntries(missing.map((name) => [name, wanted[name]])));
      }
      return false;
    },

    /** Ask for the same with an intervention, given by its text; one stays where one is. */
    edit: send && ((intervention) => send({ if: intervention })),

    /** Take note of a payload; returns the place that was waiting for it, or null. */
    arrived({ text, cell, options }) {
      now = { ...options, text, cell };
      if (!waiting) return null;
      const { wanted, place, from } = waiting;
      const there = !differs(wanted, now).length;
      const untouched = !differs(from, now).length;
      if (there || !untouched) waiting = null; // if it is neither of both, something else was typed in between
      return there ? place : null;
    },
  };
}

/** A place {step, unit, phase, lit, signal} as a change of the store; the phase may be given by its name. */
export function changeOf(trace, place) {
  const change = { ...place, playing: false };
  if (typeof place.phase === "string") {
    const phase = trace.phases.findIndex(({ name }) => name === place.phase);
    change.phase = phase < 0 ? null : phase;
  }
  return change;
}
