// The controls that move through time, and the keys.

import { startOfPlay } from "../model/clock.js";
import { html, svg } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/** @typedef {"first" | "back" | "play" | "forward" | "last"} StepButton */

const SPEEDS = [0.5, 1, 2, 4, 8];
const PLAYED = { steps: "steps", phases: "phases" };
const ICONS = {
  first: "M6 5v14M18 6l-8 6 8 6z",
  back: "M16 6l-8 6 8 6z",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  forward: "M8 6l8 6-8 6z",
  last: "M18 5v14M6 6l8 6-8 6z",
};

/**
 * What each key does. Moving pauses play.
 * @type {Record<string, (store: Store) => void>}
 */
export const KEYS = {
  ArrowLeft: (store) => goTo(store, store.state.step - 1),
  ArrowRight: (store) => goTo(store, store.state.step + 1),
  Home: (store) => goTo(store, 0),
  End: (store) => goTo(store, store.trace.steps - 1),
  ArrowUp: (store) => store.set({ unit: store.state.unit - 1 }),
  ArrowDown: (store) => store.set({ unit: store.state.unit + 1 }),
  "Shift+ArrowLeft": (store) => movePhase(store, -1),
  "Shift+ArrowRight": (store) => movePhase(store, 1),
  " ": togglePlay,
};

/**
 * @param {Store} store
 * @param {number} step
 */
function goTo(store, step) {
  store.set({ step, playing: false });
}

/** @param {Store} store */
function togglePlay(store) {
  store.set(store.state.playing ? { playing: false } : startOfPlay(store.trace, store.state));
}

/**
 * Move one phase on or back, across the border of a step.
 * @param {Store} store
 * @param {1 | -1} by
 */
function movePhase(store, by) {
  const { trace, state } = store;
  const phase = (state.phase ?? (by > 0 ? -1 : trace.phases.length)) + by;
  if (phase in trace.phases) {
    store.set({ phase, playing: false });
    return;
  }
  const step = state.step + (trace.backward ? -by : by);
  if (step in trace.tokens) store.set({ step, phase: by > 0 ? 0 : trace.phases.length - 1, playing: false });
}

/** @type {Record<StepButton, [title: string, action: (store: Store) => void]>} */
const BUTTONS = {
  first: ["First step (Home)", KEYS.Home],
  back: ["One step back (left arrow)", KEYS.ArrowLeft],
  play: ["Play (space)", togglePlay],
  forward: ["One step forward (right arrow)", KEYS.ArrowRight],
  last: ["Last step (End)", KEYS.End],
};

/**
 * One of the buttons that move through time.
 * @param {Store} store
 * @param {StepButton} name
 * @returns {HTMLButtonElement}
 */
export function stepButton(store, name) {
  const [title, action] = BUTTONS[name];
  const marks = { type: "button", title, "aria-label": title, "data-do": name, onclick: () => action(store) };
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
  return html("button", marks, icon);
}

/**
 * Show the controls.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createTransport(store) {
  const play = stepButton(store, "play");
  const back = [stepButton(store, "first"), stepButton(store, "back")];
  const forward = [stepButton(store, "forward"), stepButton(store, "last")];
  const speeds = SPEEDS.map((value) => html("option", { value }, `${value}×`));
  const setSpeed = () => store.set({ speed: Number(speed.value) });
  const speed = html("select", { "aria-label": "Speed", title: "Speed", onchange: setSpeed }, speeds);
  const setPlayed = () => store.set({ wholeSteps: played.value === "steps" });
  const kinds = Object.entries(PLAYED).map(([value, words]) => html("option", { value }, words));
  const played = html(
    "select",
    { "aria-label": "Play", title: "What play shows one by one", onchange: setPlayed },
    kinds,
  );
  const where = html("output", { class: "where" });
  const element = html(
    "div",
    { class: "transport" },
    html("div", { class: "buttons", role: "group", "aria-label": "Through time" }, back, play, forward),
    where,
    html("div", { class: "pace" }, played, speed),
  );

  function show() {
    const { state, trace } = store;
    where.value = `${trace.lower ? "column" : "step"} ${state.step + 1} of ${trace.steps}`;
    played.hidden = trace.phases.length < 2;
    speed.value = String(state.speed);
    played.value = state.wholeSteps ? "steps" : "phases";
    play.title = state.playing ? "Pause (space)" : "Play (space)";
    play.setAttribute("aria-label", play.title);
    play.querySelector("path")?.setAttribute("d", state.playing ? ICONS.pause : ICONS.play);
  }

  show();
  return { element, update: show, destroy: () => element.remove() };
}
