// The stepper on any page: mount(element, payload, callbacks). Knows nothing of Streamlit.

import { createArithmetic } from "./arithmetic.js";
import { createClock } from "./clock.js";
import { SAYS } from "./colours.js";
import { createDiagram } from "./diagram.js";
import { html } from "./dom.js";
import { narrate } from "./narration.js";
import { createPlayhead } from "./playhead.js";
import { createPredictions } from "./predictions.js";
import { Store } from "./store.js";
import { createTable } from "./table.js";
import { createTokens } from "./tokens.js";
import { Trace } from "./trace.js";
import { createTransport, KEYS } from "./transport.js";

const REST_MS = 500; // after which a place counts as reached: it is told to `rested` and read aloud
const FIELDS = "input, select, textarea";

/**
 * Put a stepper into an element.
 *
 * payload: see wire.py; its `start` says at which step (from 0) and unit to begin.
 * callbacks, all optional: graph() returns the Plotly graph of the heatmaps or null;
 * rested({step, unit}) is called when the user has come to rest somewhere.
 * Returns {store, load(payload), destroy()}.
 */
export function mount(element, payload, callbacks = {}) {
  const store = new Store(new Trace(payload), payload.start);
  const narration = html("p", { class: "narration" });
  const spoken = html("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const reduced = html("p", { class: "reduced" });
  const tokens = createTokens(store);
  const transport = createTransport(store);
  const diagram = createDiagram(store);
  const predictions = createPredictions(store);
  const arithmetic = createArithmetic(store);
  const table = createTable(store);
  const views = [tokens, transport, diagram, predictions, arithmetic, table, createClock(store)];
  views.push(createPlayhead(store, callbacks.graph ?? (() => null)));
  const root = html(
    "div",
    { class: "stepper", tabindex: -1, role: "group", "aria-label": "Stepper: arrow keys move through time, space plays", onkeydown: keyed },
    tokens.element,
    transport.element,
    diagram.element,
    narration,
    spoken,
    predictions.element,
    arithmetic.element,
    table.element,
    reduced,
  );
  let resting = null;

  function keyed(event) {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches(FIELDS)) return;
    if (event.key === " " && target.matches("button, summary")) return; // they have their own use for space
    const action = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(store);
  }

  function tell(state) {
    narration.textContent = narrate(store.trace, state.step);
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (!store.state.playing) spoken.textContent = narration.textContent;
      callbacks.rested?.({ step: store.state.step, unit: store.state.unit, steps: store.trace.steps });
    }, REST_MS);
  }

  function dress() {
    const { trace } = store;
    root.style.setProperty("--says", SAYS);
    for (const { name, colour } of trace.quantities) {
      const mixed = `color-mix(in srgb, ${colour} 60%, var(--st-text-color, CanvasText))`;
      root.style.setProperty(`--role-${name.replaceAll("_", "-")}`, mixed);
    }
    const how = trace.reduced.join(" and ");
    reduced.textContent = how && `To keep the page fast, this long trace was sent ${how}.`;
  }

  const stop = store.subscribe((state, previous, newTrace) => {
    if (newTrace) dress();
    for (const view of views) view.update(state, previous, newTrace);
    if (newTrace || state.step !== previous.step || state.unit !== previous.unit) tell(state);
  });
  dress();
  element.append(root);
  narration.textContent = narrate(store.trace, store.state.step);
  return {
    store,
    /** Show another trace, or the same with weights at last. The step stays, or follows the end if it stood there. */
    load(next) {
      if (next.id === store.trace.id && !next.weights === !store.trace.weights) return;
      const { step } = store.state;
      const trace = new Trace(next);
      const atEnd = step === store.trace.steps - 1;
      store.load(trace, { step: atEnd ? trace.steps - 1 : step, playing: false, phase: null });
    },
    destroy() {
      stop();
      clearTimeout(resting);
      for (const view of views) view.destroy();
      root.remove();
    },
  };
}
