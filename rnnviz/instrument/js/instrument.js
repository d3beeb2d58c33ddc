// The instrument on any page: mount(element, payload, options).

import { createDiagram } from "./diagram/diagram.js";
import { createClock } from "./model/clock.js";
import { stateChange } from "./model/link-target.js";
import { commonState, linkStores } from "./model/linked-stores.js";
import { spokenWords } from "./model/narration.js";
import { ALL_ANSWERS, createRequests } from "./model/requests.js";
import { MAIN, runIds, runTraces } from "./model/run-traces.js";
import { Store } from "./model/store.js";
import { html } from "./page/dom.js";
import { flash } from "./page/flash.js";
import { hostOf } from "./page/host.js";
import { createKeys } from "./page/keys.js";
import { createPresenterButton } from "./page/presenter.js";
import { createProse } from "./page/prose.js";
import { createSlots } from "./page/slots.js";
import { setTextColours } from "./page/theme.js";
import { createAnswer } from "./views/answer.js";
import { createArithmetic } from "./views/arithmetic.js";
import { createHeatmaps } from "./views/heatmaps.js";
import { createCoach } from "./views/coach.js";
import { createFold } from "./views/fold.js";
import { createNarration } from "./views/narration-line.js";
import { createNotes } from "./views/notes.js";
import { createPhases } from "./views/phases.js";
import { createPredictions } from "./views/predictions.js";
import { createSaving, createSavingButton } from "./views/saving.js";
import { createStepTable } from "./views/step-table.js";
import { createSignalPicker } from "./views/signal-picker.js";
import { createTokens } from "./views/tokens.js";
import { createTransport } from "./views/transport.js";
import { createUnitField } from "./views/unit-field.js";
import { createWhatIf } from "./views/what-if.js";

/**
 * @import { Notes, Settings } from "./model/settings.d.ts"
 * @import { Answer, Request, Requests } from "./model/requests.js"
 * @import { ElementView, State, Store as StoreType } from "./model/store.js"
 * @import { Trace, WholePayload } from "./model/trace.js"
 * @import { Host } from "./page/host.js"
 */

/**
 * Where the user has come to rest.
 * @typedef {object} Rest
 * @property {number} step   from 0
 * @property {number} unit
 * @property {boolean} unitChosen  whether the user chose the unit
 * @property {number} steps  of the trace
 * @property {boolean} settled  whether no further move is expected soon
 */

/**
 * @typedef {object} Options
 * @property {(rest: Rest) => void} [onRest]
 * @property {(request: Request) => void} [onRequest]  called for what is computed elsewhere, by a server or the page
 * @property {Answer[]} [answers]  which of such requests are answered; all if left out
 * @property {Partial<Host>} [host]  how the page differs from the default
 */

/**
 * @typedef {object} Instrument
 * @property {Store} store
 * @property {(payload: WholePayload) => void} load  show another trace, or the same one with other token values
 * @property {() => void} destroy
 */

const REST_MS = 500; // without a move, after which a position is reported and read aloud
/** What a page may keep in its link, and whether the instrument is at rest. */
const IN_LINK = /** @type {const} */ (["step", "unit", "playing", "phase", "rowOrder", "allRows"]);
const PRESSES = /** @type {const} */ (["pointerdown", "keydown"]);
const MOVING = ".rnnviz-slot"; // where a press moves the instrument, as it does inside

/**
 * The views of the instrument, in their order where a page chooses them.
 * @type {Record<string, (store: StoreType, requests: Requests) => ElementView>}
 */
export const VIEWS = {
  answer: createAnswer,
  tokens: createTokens,
  transport: createTransport,
  unit: createUnitField,
  phases: createPhases,
  diagram: (store) => createDiagram(store),
  formula: (store) => createArithmetic(store, { current: true }),
  notes: createNotes,
  coach: createCoach,
  narration: createNarration,
  predictions: createPredictions,
  heatmaps: (store) => createHeatmaps(store),
  values: (store) => createHeatmaps(store, { beside: createPredictions(store) }),
  signal: createSignalPicker,
  whatif: createWhatIf,
  arithmetic: (store) => createArithmetic(store),
  formulas: (store) => createFold(store, "All formulas of this step, with their numbers", createArithmetic),
  table: createStepTable,
};

/**
 * Where all views together are on the screen: what is always in view, two columns, and what is one click away. Views
 * that share a row are in a list of their own.
 * @type {Record<string, (string | string[])[]>}
 */
const AREAS = {
  top: ["answer", "tokens", "transport"],
  words: ["notes", "coach", "narration"],
  left: [["phases", "unit"], "diagram", "formula"],
  right: ["values", "signal"],
  below: ["whatif", "formulas", "table"],
};

/**
 * Put an instrument into an element, and its views into the slots of the page. Of several runs, its own views show the
 * main one, and slots show the run that they name.
 * @param {HTMLElement} element
 * @param {WholePayload} payload
 * @param {Options} [options]
 * @returns {Instrument}
 */
export function mount(element, payload, options = {}) {
  const host = hostOf(options.host);
  const stores = storesOf(payload);
  const store = /** @type {Store} */ (stores.get(MAIN));
  const answers = options.onRequest ? options.answers ?? ALL_ANSWERS : [];
  const requests = createRequests(store, payload.text, options.onRequest, answers);
  const inside = Object.fromEntries(
    viewNames(payload, options.onRequest !== undefined).map((name) => [name, VIEWS[name](store, requests)]),
  );
  const keys = createKeys(store, { space: !payload.views });
  const spoken = html("p", { class: "spoken", role: "status", "aria-live": "polite" });
  const reduced = html("p", { class: "reduced" });
  const root = html(
    "div",
    {
      class: `instrument ${sizeClass(payload)}`.trim(),
      tabindex: -1,
      role: "group",
      "aria-label": "Instrument: arrow keys move through time, space plays",
      onkeydown: (/** @type {KeyboardEvent} */ event) => keys.handle(event),
    },
    payload.views
      ? Object.values(inside).map((view) => view.element)
      : html("div", { class: "areas" }, areasOf(inside)),
    spoken,
    reduced,
    keys.list,
  );
  const createSave = () => createSaving(store, root, requests);
  if (!payload.views) {
    const saving = answers.includes("page") ? null : createSavingButton(createSave()); // a server's page has a menu
    root.querySelector(".transport")?.append(keys.button, createPresenterButton(), saving?.button ?? "");
    if (saving) root.append(saving.dialog);
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let restTimer;

  function restSoon() {
    clearTimeout(restTimer);
    restTimer = setTimeout(rest, REST_MS);
  }

  function rest() {
    restTimer = undefined;
    const { step, playing } = store.state;
    if (!playing) spoken.textContent = spokenWords(store.trace, step);
    reportPosition(!playing);
  }

  /** @param {boolean} settled */
  function reportPosition(settled) {
    const { step, unit, unitChosen } = store.state;
    options.onRest?.({ step, unit, unitChosen, steps: store.trace.steps, settled });
  }

  /**
   * Report a position that is not yet at rest before a press: what is pressed may depend on it. In the instrument the
   * press may also be one more move.
   * @param {PointerEvent | KeyboardEvent} event
   */
  function reportBeforePress(event) {
    if (restTimer === undefined || (event instanceof KeyboardEvent && event.key !== "Enter")) return;
    const path = event.composedPath();
    const moving = path.some((node) => node === root || (node instanceof Element && node.matches(MOVING)));
    if (moving) {
      reportPosition(false);
    } else {
      clearTimeout(restTimer);
      rest();
    }
  }

  function showTrace() {
    setTextColours(root, store.trace);
    const how = store.trace.reductions.join(" and ");
    reduced.textContent = how && `To keep the page fast, this long trace was sent ${how}.`;
    reduced.hidden = !how;
  }

  element.append(root);
  showTrace();
  for (const press of PRESSES) document.addEventListener(press, reportBeforePress, true);
  const slots = createSlots(stores, host.root, root, keys.handle, { save: createSave });
  const views = [
    ...Object.values(inside),
    slots,
    createClock(store),
    createProse(store, host, requests, (parts, words) => flash(host, parts, words)),
  ];
  const unlink = linkStores([...stores.values()]);
  for (const each of stores.values()) if (each !== store) each.subscribe(slots.update);
  const unsubscribe = store.subscribe((state, previous, newTrace) => {
    if (newTrace) showTrace();
    for (const view of views) view.update(state, previous, newTrace);
    root.classList.toggle("dimmed", state.notes.dimmed);
    if (newTrace || IN_LINK.some((name) => state[name] !== previous[name])) restSoon();
  });
  return {
    store,

    load(next) {
      const target = requests.receive(next);
      slots.refreshTheme();
      if (JSON.stringify(next.notes) !== JSON.stringify(store.state.notes)) store.set(notesOf(next));
      const other = [...runIds(next)].filter(([name, id]) => stores.get(name)?.trace.id !== id).map(([name]) => name);
      const traces = other.length ? runTraces(next) : new Map();
      if (other.includes(MAIN)) {
        // The position stays at the same token, or at the end if it was there, unless a link asked for another one.
        const { step } = store.state;
        const atEnd = step === store.trace.steps - 1;
        const typedStep = store.trace.typedSteps[step];
        const trace = traces.get(MAIN);
        const stays = { step: atEnd ? trace.steps - 1 : trace.stepOfTyped(typedStep), playing: false, phase: null };
        store.load(trace, { ...stays, ...(target && stateChange(trace, target)) });
      } else {
        if (next.token_values_id !== store.trace.tokenValuesId) store.setTokenValues(next);
        if (target) store.set(stateChange(store.trace, target));
      }
      for (const name of other) {
        const { step, playing } = store.state;
        if (name !== MAIN) stores.get(name)?.load(traces.get(name), { step, playing });
      }
    },

    destroy() {
      unlink();
      unsubscribe();
      clearTimeout(restTimer);
      keys.destroy();
      for (const press of PRESSES) document.removeEventListener(press, reportBeforePress, true);
      for (const view of views) view.destroy();
      root.remove();
    },
  };
}

/**
 * The views in their areas.
 * @param {Record<string, ElementView>} views
 * @returns {HTMLElement[]}
 */
function areasOf(views) {
  /** @type {(names: string | string[]) => HTMLElement[]} */
  const elementsOf = (names) => {
    if (Array.isArray(names)) return [html("div", { class: "row" }, names.flatMap(elementsOf))];
    return names in views ? [views[names].element] : [];
  };
  return Object.entries(AREAS).map(([area, names]) => {
    return html("div", { class: `area-${area}` }, names.flatMap(elementsOf));
  });
}

/**
 * The names of the views to show. Where the page chooses them, the unit comes with the transport, and the phases with
 * the diagram that they light.
 * @param {Settings} settings
 * @param {boolean} served  whether there is a server, which runs what is typed
 * @returns {string[]}
 */
function viewNames({ views, editable }, served) {
  const left = [...(editable ? [] : ["whatif"]), ...(served ? [] : ["coach"])];
  const all = Object.values(AREAS).flat(2).filter((name) => !left.includes(name));
  const chosen = new Set(views ?? all);
  if (chosen.has("transport")) {
    chosen.add("unit");
    if (chosen.has("diagram")) chosen.add("phases");
  }
  return Object.keys(VIEWS).filter((name) => chosen.has(name));
}

/**
 * Where the instrument begins, as a part of the state. Without a unit, none is chosen.
 * @param {Settings} settings
 * @returns {Partial<Omit<State, "unit">> & { unit?: number | null }}
 */
function startOf({ start }) {
  if (!start) return {};
  const { row_order, all_rows, ...place } = start;
  return { ...place, ...(row_order && { rowOrder: row_order }), ...(all_rows && { allRows: true }) };
}

/**
 * What the page says about the run, as a change of the state.
 * @param {Settings} settings
 * @returns {{ notes?: Notes }}
 */
function notesOf({ notes }) {
  return notes ? { notes } : {};
}

/**
 * All views fill the page as a "whole". Where the page chooses them they have little room: "small" without a diagram,
 * "low" with one.
 * @param {Settings} settings
 * @returns {string}
 */
function sizeClass({ views }) {
  if (!views) return "whole";
  return views.includes("diagram") ? "low" : "small";
}

/**
 * A store for every run of a payload. Those beside the main one begin where it does.
 * @param {WholePayload} payload
 * @returns {Map<string, Store>}
 */
function storesOf(payload) {
  const traces = runTraces(payload);
  const main = new Store(/** @type {Trace} */ (traces.get(MAIN)), { ...startOf(payload), ...notesOf(payload) });
  return new Map([...traces].map(([name, trace]) => {
    return [name, name === MAIN ? main : new Store(trace, commonState(main, trace))];
  }));
}
