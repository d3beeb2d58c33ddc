// The instrument as a Streamlit component. This script, and reconnection.js, alone know Streamlit.
//
// Streamlit has no public way to ask whether a run is over, and no public names for its page links and for the element
// that holds a component. The constants under "Streamlit's internals" stand for these; a test says which of them is
// missing once Streamlit changes.

import { mount } from "../../instrument/js/instrument.js";
import { unpack } from "../../instrument/js/model/arrays.js";
import { elementsIn } from "../../instrument/js/page/dom.js";
import { completed } from "../../instrument/js/page/kept-payloads.js";
import { viewInAddress, writeAddress } from "../../instrument/js/page/view-address.js";
import { onReconnected } from "./reconnection.js";

/**
 * @import { Instrument, Rest } from "../../instrument/js/instrument.js"
 * @import { Payload } from "../../instrument/js/model/payload.d.ts"
 * @import { Start } from "../../instrument/js/model/settings.d.ts"
 * @import { Request } from "../../instrument/js/model/requests.js"
 * @import { WholePayload } from "../../instrument/js/model/trace.js"
 * @import { Host } from "../../instrument/js/page/host.js"
 * @import { PageData } from "./page_data.d.ts"
 */

/**
 * What Streamlit passes to a component in every run of the page.
 * @typedef {object} Call
 * @property {Uint8Array} data
 * @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/** @typedef {Payload & PageData} ComponentData */
/** @typedef {Omit<Call, "data"> & { data: ComponentData }} Component  with the data unpacked */

/**
 * A component on the page.
 * @typedef {object} Mounted
 * @property {Component} component  as it was called last
 * @property {Instrument} instrument
 * @property {string} views  that the instrument was made with
 * @property {number} calls
 * @property {boolean} removed
 * @property {() => void} endWatch  called once the component is removed
 * @property {ReportedPosition | null} reported  the position that the server knows
 * @property {Set<string>} pending  positions that were reported and may still be echoed
 */

/**
 * A position as the server knows it.
 * @typedef {{ fingerprint: string, step: number, unit: number | null }} ReportedPosition  step: from 1; unit: null if
 *   none was chosen
 */
/** @typedef {{ id?: string, fingerprint?: string, start?: Start }} LastPosition */

const AFTER_RUN_MS = 600; // by then Streamlit has written its own link
const RUN_STARTS_MS = 1500; // by then a run has started, or the request changes nothing
const LONGEST_RUN_MS = 8000;

// Streamlit's internals.
const COMPONENT = "[data-testid=stBidiComponentIsolated]";
const PAGE_LINKS = "[data-testid=stPageLink] a";
const app = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"));
const isRunning = () => app()?.dataset.testScriptState !== "notRunning";

/**
 * Streamlit puts the keys of widgets and containers into classes; our own keys name the page's parts.
 * @type {Partial<Host>}
 */
const HOST = {
  sections: "[class*='st-key-section']",
  views: `.rnnviz-slot, ${COMPONENT}`,
  controlOf: (name) => {
    if (name === "text") return ".st-key-text input";
    return `[class*='st-key-'][class*='${name === "cell" ? "cell" : `-${name}`}'] [aria-checked=true]`;
  },
  keyOf: (marker) => {
    const container = marker.closest("[class*='st-key-']")?.className.match(/st-key-\S+/)?.[0];
    return `${container} ${marker.dataset.go}`;
  },
};

/** @type {WeakMap<HTMLElement, Mounted>} */
const mounted = new WeakMap();
/**
 * The last position, kept from page to page: the same trace on another page opens there. The server does not know it,
 * and Streamlit sends it no link that the browser has changed.
 * @type {LastPosition}
 */
const lastPosition = (/** @type {any} */ (window).rnnvizLastPosition ??= {});

/**
 * Called by Streamlit in every run of the page.
 * @param {Call} streamlits
 * @returns {() => void} called when the component is removed
 */
export default function (streamlits) {
  const { parentElement, setTriggerValue } = streamlits;
  const data = /** @type {ComponentData} */ (unpack(streamlits.data));
  const whole = completed(data);
  if (!whole) setTriggerValue("missing_data", data.id); // it was lost; until it comes, all stays
  const entry = whole ? shown({ ...streamlits, data: whole }, whole) : mounted.get(parentElement);
  if (!entry) return () => {};

  // If the page has changed its link in this run, Streamlit has left the position out of it.
  const call = ++entry.calls;
  setTimeout(() => {
    const { store } = entry.instrument;
    if (call === entry.calls && !entry.removed && !store.state.playing) writeAddress(store, entry.component.data);
  }, AFTER_RUN_MS);

  // Streamlit calls what the last call returned when the component is removed. What an earlier call returned it may
  // call right away.
  return () =>
    setTimeout(() => {
      if (call !== entry.calls) return;
      entry.removed = true;
      mounted.delete(parentElement);
      entry.endWatch();
      entry.instrument.destroy();
    });
}

/**
 * Show a payload in the component's place.
 * @param {Component} component
 * @param {WholePayload} payload
 * @returns {Mounted}
 */
function shown(component, payload) {
  const entry = mounted.get(component.parentElement);
  if (!entry) return create(component, payload);
  update(entry, component, payload);
  return entry;
}

/**
 * @param {Component} component
 * @param {WholePayload} payload
 * @returns {Mounted}
 */
function create(component, payload) {
  const { data, parentElement } = component;
  if (lastPosition.start && lastPosition.id === data.id && !data.opened_at_position) payload.start = lastPosition.start;
  if (payload.start) payload.start = { ...payload.start, ...viewInAddress(payload) };
  const entry = /** @type {Mounted} */ ({
    component,
    views: viewsKey(data),
    calls: 0,
    removed: false,
    reported: null,
    pending: new Set(),
  });
  entry.instrument = mountInstrument(entry, payload);
  mounted.set(parentElement, entry);
  entry.endWatch = onReconnected(() => entry.component.setTriggerValue("reconnected", true));
  return entry;
}

/**
 * @param {Mounted} entry
 * @param {Component} component
 * @param {WholePayload} payload
 */
function update(entry, component, payload) {
  const before = entry.component.data;
  entry.component = component;
  if (entry.views === viewsKey(component.data)) {
    entry.instrument.load(payload);
    if (component.data.follow) followServer(entry, before);
    return;
  }
  entry.views = viewsKey(component.data);
  entry.instrument.destroy();
  if (lastPosition.start && lastPosition.id === payload.id) payload.start = lastPosition.start;
  entry.instrument = mountInstrument(entry, payload);
}

/**
 * @param {Mounted} entry
 * @param {WholePayload} payload
 * @returns {Instrument}
 */
function mountInstrument(entry, payload) {
  /** @param {Rest} rest */
  const onRest = (rest) => {
    const { step, settled } = rest;
    const { id, fingerprint } = entry.component.data;
    Object.assign(lastPosition, { id, fingerprint, start: { step, unit: keptUnit(rest, entry) } });
    writeAddress(instrument.store, entry.component.data);
    if (settled) reportPosition(entry, { step, unit: chosenUnit(rest) });
  };
  /** @param {Request} request */
  const onRequest = (request) => {
    entry.component.setTriggerValue("request", request);
    holdPageLinks(() => hasArrived(request, entry));
  };
  const place = /** @type {HTMLElement} */ (entry.component.parentElement.querySelector(".instrument-place"));
  const instrument = mount(place, payload, { onRest, onRequest, host: HOST });
  const { state, trace } = instrument.store;
  onRest({ ...state, steps: trace.steps, settled: true });
  return instrument;
}

/**
 * What an instrument is made with, and cannot change.
 * @param {ComponentData} data
 * @returns {string}
 */
function viewsKey({ views, editable, runs, comparison }) {
  return String([views, editable, comparison !== null, ...runs.map(({ name }) => name)]);
}

/**
 * The unit if it was chosen.
 * @param {{ unit: number, unitChosen: boolean }} position
 * @returns {number | null}
 */
function chosenUnit({ unit, unitChosen }) {
  return unitChosen ? unit : null;
}

/**
 * The unit that another page with the same trace opens with: one that was chosen, or that of a page with a unit of its
 * own, such as the one that a chapter speaks of.
 * @param {{ unit: number, unitChosen: boolean }} position
 * @param {Mounted} entry
 * @returns {number | null}
 */
function keptUnit(position, { component: { data } }) {
  return data.default_unit === null ? chosenUnit(position) : position.unit;
}

/**
 * Report the position to the server if the page follows it and does not know it yet.
 * @param {Mounted} entry
 * @param {Start} position
 */
function reportPosition(entry, { step, unit }) {
  const { data, setStateValue } = entry.component;
  if (!data.follow) return;
  const { fingerprint } = data;
  const start = { fingerprint, step: data.start.step + 1, unit: data.start.unit };
  const known = entry.reported?.fingerprint === fingerprint ? entry.reported : start;
  const position = { fingerprint, step: step + 1, unit };
  if (position.step === known.step && position.unit === known.unit) return;
  entry.reported = position;
  entry.pending.add(positionKey(position));
  setStateValue("position", position);
}

/**
 * Go where the page has gone by itself, as when a unit is picked in one of its figures. Echoes of positions that were
 * reported from here are ignored, even late ones.
 * @param {Mounted} entry
 * @param {ComponentData} before
 */
function followServer(entry, before) {
  const { start, fingerprint } = entry.component.data;
  const position = { fingerprint, step: start.step + 1, unit: start.unit };
  const moved = before.start.step !== start.step || before.start.unit !== start.unit;
  if (before.fingerprint === fingerprint && moved && !entry.pending.has(positionKey(position))) {
    entry.reported = position;
    entry.instrument.store.set({ step: start.step, ...(start.unit !== null && { unit: start.unit }), playing: false });
  }
  if (entry.reported && positionKey(entry.reported) === positionKey(position)) entry.pending.clear();
}

/**
 * @param {ReportedPosition} position
 * @returns {string}
 */
function positionKey({ step, unit }) {
  return `${step},${unit}`;
}

/**
 * Whether what was requested is on the screen, and the position in it has been kept.
 * @param {Request} request
 * @param {Mounted} entry
 * @returns {boolean}
 */
function hasArrived(request, entry) {
  const { component: { data }, instrument } = entry;
  /** @type {Record<string, string>} */
  const now = { ...data.options, text: data.text, cell: data.cell };
  const { state } = instrument.store;
  const { id, start } = lastPosition;
  const kept = id === data.id && start?.step === state.step && start?.unit === keptUnit(state, entry);
  return kept && Object.entries(request).every(([name, value]) => !(name in now) || now[name] === value);
}

/**
 * Links to other pages carry the text and the model that the server has written into them. Until what was requested has
 * arrived and the run is over, they carry the old ones, so a click on one waits for that.
 * @param {() => boolean} arrived
 */
function holdPageLinks(arrived) {
  const since = performance.now();
  /** @type {string | null} */
  let clicked = null; // the words of the link
  let started = false;

  /** @param {MouseEvent} event */
  function hold(event) {
    const link = event.isTrusted && event.target instanceof Element && event.target.closest(PAGE_LINKS);
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clicked = link.textContent;
  }

  function look() {
    const waited = performance.now() - since;
    started ||= isRunning();
    const waiting = started ? isRunning() || !arrived() : waited < RUN_STARTS_MS;
    if (waiting && waited < LONGEST_RUN_MS) {
      requestAnimationFrame(look);
      return;
    }
    document.removeEventListener("click", hold, true);
    if (clicked === null) return;
    requestAnimationFrame(() => elementsIn(document, PAGE_LINKS).find((link) => link.textContent === clicked)?.click());
  }

  document.addEventListener("click", hold, true);
  look();
}
