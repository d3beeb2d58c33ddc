// The controls: through time, through the phases inside a step, and through the units.

import { playFrom } from "../model/clock.js";
import { html } from "../page/dom.js";

const SPEEDS = [0.5, 1, 2, 4, 8];
const ICONS = {
  first: "M6 5v14M18 6l-8 6 8 6z",
  back: "M16 6l-8 6 8 6z",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  forward: "M8 6l8 6-8 6z",
  last: "M18 5v14M6 6l8 6-8 6z",
};

/** What each key does, as a function of the store. Moving pauses play. */
export const KEYS = {
  ArrowLeft: (store) => go(store, store.state.step - 1),
  ArrowRight: (store) => go(store, store.state.step + 1),
  Home: (store) => go(store, 0),
  End: (store) => go(store, store.trace.steps - 1),
  ArrowUp: (store) => store.set({ unit: store.state.unit - 1 }),
  ArrowDown: (store) => store.set({ unit: store.state.unit + 1 }),
  "Shift+ArrowLeft": (store) => turn(store, -1),
  "Shift+ArrowRight": (store) => turn(store, 1),
  " ": (store) => toggle(store),
};

function go(store, step) {
  store.set({ step, playing: false });
}

function toggle(store) {
  store.set(store.state.playing ? { playing: false } : playFrom(store.trace, store.state));
}

/** One phase on or back, across the border of a step. */
function turn(store, by) {
  const { trace, state } = store;
  const phase = (state.phase ?? (by > 0 ? -1 : trace.phases.length)) + by;
  if (phase >= 0 && phase < trace.phases.length) return store.set({ phase, playing: false });
  const step = state.step + (trace.backward ? -by : by);
  const inside = step >= 0 && step < trace.steps;
  return inside && store.set({ step, phase: by > 0 ? 0 : trace.phases.length - 1, playing: false });
}

function picture(path) {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  icon.firstChild.setAttribute("d", path);
  return icon;
}

const BUTTONS = {
  first: ["First step (Home)", KEYS.Home],
  back: ["One step back (left arrow)", KEYS.ArrowLeft],
  play: ["Play (space)", toggle],
  forward: ["One step forward (right arrow)", KEYS.ArrowRight],
  last: ["Last step (End)", KEYS.End],
};

/** One of the buttons that move through time, by its name above. */
export function stepButton(store, name) {
  const [title, action] = BUTTONS[name];
  const marks = { type: "button", title, "aria-label": title, "data-do": name, onclick: () => action(store) };
  return html("button", marks, picture(ICONS[name]));
}

export function createTransport(store) {
  const buttons = Object.keys(BUTTONS).map((name) => stepButton(store, name));
  const play = buttons.find((button) => button.dataset.do === "play");
  const speed = html(
    "select",
    { "aria-label": "Speed", title: "Speed", onchange: () => store.set({ speed: Number(speed.value) }) },
    SPEEDS.map((value) => html("option", { value }, `${value}×`)),
  );
  const unit = html("input", { type: "number", min: 0, "aria-label": "Unit", onchange: () => chooseUnit() });
  const where = html("output", { class: "where" });
  const phases = html("div", { class: "phases", role: "group", "aria-label": "Phases inside the step" });
  const element = html(
    "div",
    { class: "transport" },
    html("div", { class: "buttons", role: "group", "aria-label": "Through time" }, ...buttons),
    where,
    html("label", { class: "unit" }, "unit ", unit),
    speed,
    phases,
  );

  /** Whatever was typed, the field shows the unit that there is. */
  function chooseUnit() {
    store.set({ unit: Math.round(Number(unit.value)) || 0 });
    unit.value = store.state.unit;
  }

  function build() {
    const choices = [[null, "Whole step"], ...store.trace.phases.map((phase, k) => [k, phase.title])];
    phases.replaceChildren(
      ...choices.map(([phase, title]) =>
        html("button", { type: "button", onclick: () => store.set({ phase, playing: false }) }, title),
      ),
    );
    unit.max = store.trace.units - 1;
  }

  function show() {
    const { state, trace } = store;
    where.value = `step ${state.step + 1} of ${trace.steps}`;
    if (unit.getRootNode().activeElement !== unit) unit.value = state.unit;
    speed.value = state.speed;
    play.setAttribute("aria-label", state.playing ? "Pause (space)" : "Play (space)");
    play.title = play.getAttribute("aria-label");
    play.querySelector("path").setAttribute("d", state.playing ? ICONS.pause : ICONS.play);
    [...phases.children].forEach((choice, k) => choice.setAttribute("aria-pressed", String((state.phase ?? -1) === k - 1)));
  }

  build();
  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      show();
    },
    destroy() {},
  };
}
