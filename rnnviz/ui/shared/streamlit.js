// The instrument as a Streamlit component: called anew at each run of the page, with fresh data.

import { mount } from "../../instrument/js/instrument.js";

const AFTER_SERVER_MS = 600;
const GRAPHS = '[class*="st-key-heatmaps"] .js-plotly-plot';
const LINKS = "[data-testid=stPageLink] a";
const START_MS = 1500; // by then the page's run has begun, or what was asked for changes nothing
const LONGEST_MS = 8000;

const running = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning";

const places = new WeakMap(); // by parent element: {instrument, component, views, calls, told, underway}
const weightsOf = new Map(); // by model: the server sends a model's weights once

// Where one stood last, and in which trace: from page to page, for the same trace on another page is
// taken up there. The server does not learn of it: once it has set a link itself, Streamlit sends it that link.
const stood = (window.rnnvizStood ??= {});

/** Tell the server where one stands, if the page wants to follow and does not know it yet. */
function tellServer({ step, unit, left }, place) {
  const { data, setStateValue } = place.component;
  if (!data.follow || !left) return;
  const here = { trace: data.trace, step: step + 1, unit };
  const from = { trace: data.trace, step: data.start.step + 1, unit: data.start.unit };
  const known = place.told?.trace === data.trace ? place.told : from;
  if (here.step === known.step && here.unit === known.unit) return;
  place.told = here;
  place.underway.add(String([here.step, here.unit]));
  setStateValue("place", here);
}

/**
 * Go where the page itself has gone, as when a unit is chosen in one of its figures. What comes back of what
 * was told here is no such wish, however late it comes.
 */
function followServer(place, before) {
  const { component, instrument, told, underway } = place;
  const { start, trace } = component.data;
  const here = String([start.step + 1, start.unit]);
  const moved = before.trace === trace && (before.start.step !== start.step || before.start.unit !== start.unit);
  if (moved && !underway.has(here)) {
    place.told = { trace, step: start.step + 1, unit: start.unit };
    instrument.store.set({ ...start, playing: false });
  }
  if (told && here === String([told.step, told.unit])) underway.clear();
}

/**
 * Write step (from 1) and unit into the address, leaving out what a fresh page would show anyway. The
 * text too: Streamlit, which binds the text box to it, may forget it when one page leads to another.
 */
function intoAddress({ step, unit, steps }, { default: usual, text, usualText }) {
  const address = new URL(window.location.href);
  const put = (name, value, byDefault) =>
    value === byDefault ? address.searchParams.delete(name) : address.searchParams.set(name, value);
  put("step", step + 1, (usual?.step ?? steps - 1) + 1);
  put("unit", unit, usual?.unit ?? 0);
  if (typeof usualText === "string") put("text", text, usualText);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

/** Whether what was asked for is on the screen, and where one stands in it is noted. */
function hasCome(request, { component: { data }, instrument }) {
  const now = { ...data.options, text: data.text, cell: data.cell };
  const { step, unit } = instrument.store.state;
  const noted = stood.id === data.id && stood.start.step === step && stood.start.unit === unit;
  return noted && Object.entries(request).every(([name, value]) => !(name in now) || now[name] === value);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (data.weights) weightsOf.set(data.model, data.weights);
  const payload = { ...data, weights: weightsOf.get(data.model) ?? null };
  if (!payload.weights) setTriggerValue("missing", data.model);
  const place = places.get(parentElement) ?? { calls: 0, underway: new Set() };
  const before = place.component?.data;
  places.set(parentElement, place);
  place.component = component;
  const views = String([data.views, data.editable]);
  if (place.instrument && place.views !== views) {
    place.instrument.destroy();
    place.instrument = null;
  }
  place.views = views;
  if (place.instrument) {
    place.instrument.load(payload);
    if (data.follow) followServer(place, before);
  } else {
    if (stood.id === data.id && !(data.named && place.calls === 0)) payload.start = stood.start;
    const rested = (where) => {
      Object.assign(stood, { id: place.component.data.id, start: { step: where.step, unit: where.unit } });
      intoAddress(where, place.component.data);
      tellServer(where, place);
    };
    place.instrument = mount(parentElement.querySelector(".instrument-place"), payload, {
      graphs: () => [...document.querySelectorAll(GRAPHS)],
      rested,
      asked: (request) => {
        place.component.setTriggerValue("asked", request);
        holdLinks(() => hasCome(request, place));
      },
    });
    const { state, trace } = place.instrument.store;
    rested({ step: state.step, unit: state.unit, steps: trace.steps, left: true });
  }

  // Whatever the page puts into its link in this run, Streamlit leaves out where one stands.
  const call = ++place.calls;
  setTimeout(() => {
    const { state, trace } = place.instrument.store;
    const left = call !== place.calls || place.gone;
    if (!left && !state.playing) intoAddress({ ...state, steps: trace.steps }, place.component.data);
  }, AFTER_SERVER_MS);

  // Streamlit keeps what the last call returned for the end, but may throw an earlier one's away at once.
  return () =>
    setTimeout(() => {
      if (call !== place.calls) return;
      place.gone = true;
      places.delete(parentElement);
      place.instrument.destroy();
    });
}

/**
 * Links that lead to other pages carry the text and the model that the server put into them. Until what it was asked
 * for has come, they carry what was there before: a click on one waits for that. To be called when something is asked
 * for: until it `hasCome` and the page is at rest, clicks on such links wait.
 */
function holdLinks(hasCome) {
  const since = performance.now();
  let wanted = null; // the words of the link that was clicked
  let begun = false;

  function clicked(event) {
    const link = event.isTrusted && event.target.closest?.(LINKS);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted = link.textContent;
  }

  function look() {
    const waited = performance.now() - since;
    begun ||= running();
    if (waited < LONGEST_MS && (begun ? running() || !hasCome() : waited < START_MS)) {
      requestAnimationFrame(look);
      return;
    }
    document.removeEventListener("click", clicked, true);
    if (wanted === null) return;
    requestAnimationFrame(() => [...document.querySelectorAll(LINKS)].find((link) => link.textContent === wanted)?.click());
  }

  document.addEventListener("click", clicked, true);
  look();
}
