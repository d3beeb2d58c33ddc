// The instrument on any page: mount(element, payload, callbacks). Knows nothing of Streamlit.

import { createArithmetic } from "./views/arithmetic.js";
import { changeOf, createAsking } from "./model/requests.js";
import { createClock } from "./model/clock.js";
import { createDiagram } from "./diagram/diagram.js";
import { html } from "./page/dom.js";
import { dress } from "./page/theme.js";
import { flash } from "./page/flash.js";
import { learn } from "./model/functions.js";
import { narrate } from "./model/narration.js";
import { createPlayheads } from "./page/playheads.js";
import { createPredictions } from "./views/predictions.js";
import { createProse } from "./page/prose.js";
import { createSlots } from "./page/slots.js";
import { Store } from "./model/store.js";
import { createTable } from "./views/table.js";
import { createTokens } from "./views/tokens.js";
import { Trace } from "./model/trace.js";
import { createTransport, KEYS } from "./views/transport.js";
import { createWhatIf } from "./views/what-if.js";

const REST_MS = 500; // after which a place counts as reached: it is told to `rested` and read aloud
const PRESSES = ["pointerdown", "keydown"];
const FIELDS = "input, select, textarea";
const MOVING = ".rnnviz-slot, .js-plotly-plot"; // where a press, as in the instrument itself, only moves on

/** What may stand in the instrument, in this order. */
const VIEWS = {
  tokens: createTokens,
  transport: createTransport,
  diagram: createDiagram,
  narration: createNarration,
  predictions: createPredictions,
  whatif: createWhatIf,
  arithmetic: createArithmetic,
  table: createTable,
};

/**
 * Put an instrument into an element, and its views into the slots of the page.
 *
 * payload: see wire.py. Its `start` says at which step (from 0) and unit to begin, `views` which
 * views stand in the element (if absent all, "whatif" only if it is `editable`), `text` what was typed.
 * callbacks, all optional: graphs() returns the Plotly graphs of the heatmaps; rested({step, unit,
 * steps, left}) is called when the user has come to rest somewhere, where `left` says that no further move
 * is to be expected at once; asked({text?, cell?, if?}) when a link in the page's words, or an edit, wants what
 * only a server can compute; it has the cell's options by name as well. page: where slots and words are,
 * the whole document if absent.
 * Returns {store, load(payload), destroy()}.
 */
export function mount(element, payload, callbacks = {}) {
  const page = callbacks.page ?? document;
  const store = new Store(traceOf(payload), { ...payload.start, phaseless: Boolean(payload.follow) });
  const asking = createAsking(store, payload.text, callbacks.asked);
  const shown = Object.keys(VIEWS).filter((name) => payload.views?.includes(name) ?? (name !== "whatif" || payload.editable));
  const inside = shown.map((name) => VIEWS[name](store, { edit: asking.edit }));
  const spoken = html("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const reduced = html("p", { class: "reduced" });
  const root = html(
    "div",
    { class: `instrument ${sizeOf(payload.views)}`.trim(), tabindex: -1, role: "group", "aria-label": "Instrument: arrow keys move through time, space plays", onkeydown: keyed },
    ...inside.map((view) => view.element),
    spoken,
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

  function tell() {
    clearTimeout(resting);
    resting = setTimeout(rest, REST_MS);
  }

  function rest() {
    const { step, unit, playing } = store.state;
    resting = null;
    if (!playing) spoken.textContent = narrate(store.trace, step);
    callbacks.rested?.({ step, unit, steps: store.trace.steps, left: !playing });
  }

  /** Whatever is pressed next, on the page too, may ask where one stands; in the instrument it may also be one more move. */
  function hurry(event) {
    if (resting === null || (event.type === "keydown" && event.key !== "Enter")) return;
    const moving = event.composedPath().some((node) => node === root || node.matches?.(MOVING));
    if (moving) {
      const { step, unit } = store.state;
      callbacks.rested?.({ step, unit, steps: store.trace.steps, left: false });
    } else {
      clearTimeout(resting);
      rest();
    }
  }

  function clothe() {
    dress(root, store.trace);
    const how = store.trace.reduced.join(" and ");
    reduced.textContent = how && `To keep the page fast, this long trace was sent ${how}.`;
    reduced.hidden = !how;
  }

  element.append(root);
  clothe();
  for (const press of PRESSES) document.addEventListener(press, hurry, true);
  const slots = createSlots(store, page, root, keyed);
  const views = [
    ...inside,
    slots,
    createClock(store),
    createPlayheads(store, callbacks.graphs ?? (() => [])),
    createProse(store, { ask: asking.ask, present: asking.present, flash, root: page }),
  ];
  const stop = store.subscribe((state, previous, newTrace) => {
    if (newTrace) clothe();
    for (const view of views) view.update(state, previous, newTrace);
    const moved = state.step !== previous.step || state.unit !== previous.unit;
    if (newTrace || moved || state.playing !== previous.playing) tell();
  });
  return {
    store,
    /**
     * Show another trace, or the same with weights at last or with other rows. The step stays, or follows the
     * end if it stood there, unless somebody asked for this very trace to stand somewhere else.
     */
    load(next) {
      const place = asking.arrived(next);
      slots.clothe(); // the theme may be another one
      if (next.id === store.trace.id && !next.weights === !store.trace.weights) {
        if (next.rows_id !== store.trace.rowsId) store.takeRows(next);
        if (place) store.set(changeOf(store.trace, place));
        return;
      }
      const { step } = store.state;
      const trace = traceOf(next);
      const atEnd = step === store.trace.steps - 1;
      const same = trace.stepAsTyped(store.trace.typed[step]);
      const stays = { step: atEnd ? trace.steps - 1 : same, playing: false, phase: null };
      store.load(trace, { ...stays, ...(place && changeOf(trace, place)) });
    },
    destroy() {
      stop();
      clearTimeout(resting);
      for (const press of PRESSES) document.removeEventListener(press, hurry, true);
      for (const view of views) view.destroy();
      root.remove();
    },
  };
}

/** "small" without a diagram, "low" where it stands beside the words of a page, which choose its views. */
function sizeOf(views) {
  if (!views) return "";
  return views.includes("diagram") ? "low" : "small";
}

/** The sentence on the step. */
function createNarration(store) {
  const element = html("p", { class: "narration" }, narrate(store.trace, store.state.step));
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.step !== previous.step) element.textContent = narrate(store.trace, state.step);
    },
    destroy: () => element.remove(),
  };
}

/** A payload's trace; from then on its cell's activations are known. */
function traceOf(payload) {
  learn(payload.functions ?? {});
  return new Trace(payload);
}
