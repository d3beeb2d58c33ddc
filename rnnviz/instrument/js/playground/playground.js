// A page to type into: the text box, its examples, the choice of a layer, and the instrument below them.

import { mount } from "../instrument.js";
import { elementsIn, html } from "../page/dom.js";
import { viewInAddress } from "../page/view-address.js";
import { InputError } from "../reading/templates.js";
import { withChange } from "./prepared-text.js";
import { linkOf, readLink } from "./page-link.js";
import { Runner } from "./runner.js";

/**
 * @import { Instrument } from "../instrument.js"
 * @import { EffectsData } from "../model/payload.d.ts"
 * @import { Notes } from "../model/settings.d.ts"
 * @import { Request } from "../model/requests.js"
 * @import { WholePayload } from "../model/trace.js"
 * @import { PlaygroundData } from "./playground.d.ts"
 * @import { Place } from "./run-payload.js"
 * @import { Begun } from "./runner.js"
 */

const PAUSE_MS = 100; // in typing, after which a text is read that takes long
const QUICK_MS = 80; // a run that takes no longer is made at every letter
const SLICE_MS = 8; // of measuring the effects of units, after which a letter that was typed is read
const LINK_MS = 250; // in which nothing happens before the address is written: it takes longer than a run

/**
 * Bring the page to life.
 * @param {Document} page
 * @param {PlaygroundData} data
 */
export function startPlayground(page, data) {
  const runner = new Runner(data);
  const box = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (page.querySelector("#text"));
  const places = runner.model.layers.flatMap((cells, layer) => {
    return cells.map(({ direction }) => /** @type {Place} */ ({ layer, direction }));
  });
  const picker = placePicker(places, choose);
  const others = elementsIn(page, "a[data-model]");
  page.querySelector(".typing")?.append(...(picker ? [picker.element] : []));

  let [place] = places;
  /** @type {string[]} */
  let changes = [];
  /** @type {WholePayload | null} */
  let last = null; // the last text that could be read
  /** @type {Begun["measuring"] | null} */
  let measuring = null; // the effects of its units, if they are not yet known
  /** @type {EffectsData | null} */
  let knownEffects = null; // by which rows are ordered until then
  /** @type {Instrument | null} */
  let instrument = null;
  let lastMs = 0; // how long the last run took
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let slice;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let writing;
  let frame = 0;

  /**
   * What is to be shown of the text in the box: its run, or the last one with the reason why it cannot be read.
   * @returns {WholePayload}
   */
  function payloadOfBox() {
    const { text, remarks } = runner.reader.shortened(box.value);
    if (text !== box.value) box.value = text;
    try {
      const read = begin(text);
      return { ...read, notes: notesOf(read, [...remarks, ...notesOf(read).remarks]) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      last ??= begin(data.text);
      return { ...last, notes: { ...notesOf(last, [...remarks, error.message]), dimmed: true } };
    }
  }

  /**
   * Run over a text. Where effects are known by which rows can be ordered, those of the run are measured later.
   * @param {string} text
   * @returns {WholePayload}
   */
  function begin(text) {
    const begun = runner.begin(text, place, changes);
    measuring = begun.measuring;
    if (knownEffects) last = { ...begun.payload, editable: true, earlier_effects: knownEffects };
    else measure(Infinity);
    return /** @type {WholePayload} */ (last);
  }

  /**
   * Go on with measuring the effects of units for some time.
   * @param {number} ms
   * @returns {boolean}  whether they are known now
   */
  function measure(ms) {
    const end = performance.now() + ms;
    let next = measuring?.next();
    while (next && !next.done && performance.now() < end) next = measuring?.next();
    if (!next?.done) return false;
    last = { ...next.value, editable: true };
    knownEffects = last.unchanged?.effects ?? last.effects;
    measuring = null;
    return true;
  }

  /** Measure the effects of units once what is known is painted, bit by bit, so that a letter need not wait. */
  function measureSoon() {
    clearTimeout(slice);
    if (!measuring) return;
    slice = setTimeout(() => {
      if (!measure(SLICE_MS)) measureSoon();
      else if (last) instrument?.store.setEffects(last);
    });
  }

  function show() {
    clearTimeout(waiting);
    clearTimeout(slice);
    cancelAnimationFrame(frame);
    const before = performance.now();
    instrument?.load(payloadOfBox());
    lastMs = performance.now() - before;
    carryText();
    writeLinkSoon();
    frame = requestAnimationFrame(measureSoon);
  }

  function showSoon() {
    clearTimeout(waiting);
    clearTimeout(slice);
    cancelAnimationFrame(frame);
    if (lastMs <= QUICK_MS) frame = requestAnimationFrame(show);
    else waiting = setTimeout(show, PAUSE_MS);
  }

  /** @param {Place} chosen */
  function choose(chosen) {
    place = chosen;
    knownEffects = null;
    rerun();
  }

  /**
   * Run again with another change, or without one.
   * @param {Request} request
   */
  function answer(request) {
    try {
      if (request.if !== undefined) changes = withChange(runner, changes, request.if);
      if (request.without !== undefined) changes = runner.without(changes, request.without);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      instrument?.store.set({ notes: notesOf(last ?? payloadOfBox(), [error.message]) });
      return;
    }
    rerun();
  }

  /** Run again over the last text that could be read, and then over what is in the box. */
  function rerun() {
    last &&= begin(last.text ?? data.text);
    show();
    writeLink();
  }

  function writeLinkSoon() {
    clearTimeout(writing);
    writing = setTimeout(writeLink, LINK_MS);
  }

  function writeLink() {
    clearTimeout(writing);
    if (!instrument) return;
    const [firstPlace] = places;
    const link = linkOf(instrument.store, { text: box.value, defaultText: data.text, changes, place, firstPlace });
    if (link !== page.location.hash) {
      try {
        page.defaultView?.history.replaceState(null, "", link || page.location.pathname + page.location.search);
      } catch {
        // a frame may not change its address
      }
    }
  }

  /** Let the links to other models carry the text. */
  function carryText() {
    const carried = box.value === data.text ? "" : `#${new URLSearchParams({ text: box.value })}`;
    for (const other of others) other.setAttribute("href", other.dataset.model + carried);
  }

  /** @param {string} hash  of the address */
  function open(hash) {
    const link = readLink(hash);
    const asked = places.find(({ layer, direction }) => {
      return layer === (link.layer ?? 0) && direction === (link.direction ?? direction);
    });
    place = asked ?? places[0];
    picker?.select(place);
    changes = link.changes;
    knownEffects = null;
    box.value = link.text ?? data.text;
    const payload = payloadOfBox();
    const steps = payload.tokens.length;
    const step = link.step !== null && link.step >= 1 && link.step <= steps ? link.step - 1 : steps - 1;
    const units = Math.max(
      ...Object.entries(payload.units).map(([name, count]) => name === "input_vector" ? 0 : count),
    );
    const unit = link.unit !== null && link.unit < units ? link.unit : null;
    const start = { step, unit, ...viewInAddress(payload, link.parameters) };
    instrument?.destroy();
    instrument = mount(/** @type {HTMLElement} */ (page.querySelector(".instrument-place")), { ...payload, start }, {
      onRest: writeLink,
      onRequest: answer,
      answers: ["intervention"],
    });
    carryText();
    writeLink();
  }

  box.addEventListener("input", showSoon);
  page.querySelector(".typing")?.addEventListener("submit", (event) => event.preventDefault());
  for (const example of elementsIn(page, ".examples button")) {
    example.addEventListener("click", () => {
      box.value = example.dataset.text ?? "";
      show();
    });
  }
  page.defaultView?.addEventListener("hashchange", () => open(page.location.hash));
  open(page.location.hash);
}

/**
 * A choice of layer and direction; null where there is only one.
 * @param {Place[]} places
 * @param {(place: Place) => void} choose
 * @returns {{ element: HTMLElement, select: (place: Place) => void } | null}
 */
function placePicker(places, choose) {
  if (places.length < 2) return null;
  const layers = new Set(places.map(({ layer }) => layer)).size;
  const directions = new Set(places.map(({ direction }) => direction)).size;
  const options = places.map(({ layer, direction }, number) => {
    const words = [...(layers > 1 ? [`layer ${layer + 1}`] : []), ...(directions > 1 ? [direction] : [])];
    return html("option", { value: number }, words.join(", "));
  });
  const picker = html("select", { onchange: () => choose(places[Number(picker.value)]) }, options);
  return {
    element: html("label", { class: "place" }, html("span", {}, "What is shown"), picker),
    select: (place) => picker.value = String(places.indexOf(place)),
  };
}

/**
 * The notes of a payload, at times with other remarks.
 * @param {WholePayload} payload
 * @param {string[]} [remarks]
 * @returns {Notes}
 */
function notesOf({ notes }, remarks = notes?.remarks ?? []) {
  return { changes: notes?.changes ?? [], dimmed: false, remarks };
}
