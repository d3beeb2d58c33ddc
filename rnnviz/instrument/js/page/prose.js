// The words of a page and the instrument: links that set it, sections that light their part of it,
// and the terms of the glossary.

import { changeOf } from "../model/requests.js";
import { createGlossary } from "./glossary.js";
import { createSections } from "./sections.js";

const LINK = 'a[href^="#"]';
const GO = ".rnnviz-go[data-go]";
const ATTRIBUTES = ["href", "data-phase", "data-light", "data-go"];
const PLACE = ["step", "unit", "text", "cell", "signal"]; // what makes a place; the rest only points at a part
const KEYS = [...PLACE, "phase", "light"];

/**
 * ask({text, cell, ...options}, place) takes a place, now or when its trace has come, and returns whether it could
 * at once. flash(changed, words) shows what changed. present() gives what of these is on the screen.
 * Returns a view without an element.
 */
export function createProse(store, { ask, flash, present, root = document }) {
  const glossary = createGlossary();
  const sections = createSections(root, began);
  let links = []; // all in the page: {link, wanted}
  let rest = null; // {phase, lit}: what is shown, by name, while no link is pointed at; null until words say so
  let under = null; // {link, wanted} under the mouse
  let focused = null; // the same at the keyboard's focus
  let pointed = null; // {link, before, shown, lit}: the link in force, the phase before it, and what it shows
  let awaited = null; // {wanted, named, before}: what to flash once the server has answered
  const gone = new Map(); // by go marker that was followed, the page on which it stood
  let late = false; // whether a section began during play
  let frame = null;

  const litNow = () => (pointed ? pointed.lit : (rest?.lit ?? null));

  // ---- links ----

  /** What a link names: a place, and of the options those that the present cell has. */
  function placeOfLink(link) {
    return placeOf(link.getAttribute("href").slice(1), store.trace.options);
  }

  /** The options among what is wanted. */
  function optionsIn(wanted) {
    return Object.fromEntries(Object.entries(wanted).filter(([key]) => !KEYS.includes(key)));
  }

  function linkAt(event) {
    const link = event.composedPath()[0].closest?.(LINK);
    const wanted = link && placeOfLink(link);
    return wanted ? { link, wanted } : null;
  }

  /** Show what the link that is pointed at speaks of, and what was shown before once it is left. */
  function point() {
    const next = under ?? focused;
    if (next?.link === pointed?.link) return;
    if (pointed) {
      const { before, shown } = pointed;
      pointed = null;
      // A phase that was chosen by hand in the meantime stays.
      store.set({ lit: litNow(), ...(shown !== undefined && store.state.phase === shown ? { phase: before } : {}) });
    }
    if (next) preview(next);
  }

  function preview({ link, wanted }) {
    const { phase, light } = wanted;
    if (phase === undefined && light === undefined) return;
    const withPhase = phase !== undefined && !store.state.playing; // playing goes on from the phase that it is in
    const change = withPhase ? changeOf(store.trace, { phase: phase || null }) : {};
    const lit = light !== undefined ? light || null : withPhase ? null : (rest?.lit ?? null);
    pointed = { link, before: store.state.phase, shown: change.phase, lit };
    store.set({ ...change, lit });
  }

  function over(event) {
    if (event.pointerType === "touch") return;
    under = linkAt(event);
    point();
  }

  function focus(event) {
    const found = linkAt(event);
    focused = found?.link.matches(":focus-visible") ? found : null;
    point();
  }

  function left(event) {
    if (event.type === "focusout") focused = null;
    else if (!event.relatedTarget) under = null; // out of the window
    point();
  }

  function clicked(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const term = event.composedPath()[0].closest?.('a[href^="#term-"]');
    const found = linkAt(event);
    if (found) follow(found.wanted);
    if (!found && !(term && !term.matches(".rnnviz-term-all") && glossary.open(term))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Set everything that a link names, and flash it. */
  function follow(wanted) {
    const { phase, light } = wanted;
    const before = { ...store.state, ...present() };
    const place = storePlace(wanted);
    if (phase !== undefined || light !== undefined) {
      rest = { ...rest, ...(phase === undefined ? {} : { phase: phase || null }), lit: light || null };
      late = false;
    }
    if (pointed && phase !== undefined) pointed.shown = undefined; // it stays when the link is left
    const options = optionsIn(wanted);
    const named = [...KEYS.filter((key) => key in wanted), ...Object.keys(options)];
    awaited = null;
    if (ask({ text: wanted.text, cell: wanted.cell, ...options }, place)) announce(named, before);
    else awaited = { wanted, named, before };
  }

  /** Flash what was waited for if it is there; forget it if something else came instead. */
  function answered(newTrace) {
    const { wanted, named, before } = awaited;
    const now = present();
    const there = ["text", "cell", ...Object.keys(optionsIn(wanted))].every((key) => wanted[key] === undefined || wanted[key] === now[key]);
    if (there || newTrace) awaited = null;
    if (there) announce(named, before);
  }

  function announce(named, before) {
    const now = { ...store.state, ...present() };
    const changed = named.filter((key) => now[key] !== before[key]);
    flash(changed.length ? changed : named, wordsFor(store, named, now));
  }

  // ---- sections and markers ----

  function began({ phase, light }) {
    rest = { phase: phase || null, lit: light || null };
    late = store.state.playing;
    if (!late) takeRest();
  }

  /** Show what the section says, under what is being pointed at. */
  function takeRest() {
    const { phase } = rest.phase === undefined ? store.state : changeOf(store.trace, { phase: rest.phase });
    if (pointed?.shown !== undefined) pointed.before = phase;
    else store.set({ phase, ...(pointed ? {} : { lit: rest.lit }) });
  }

  /** Follow the markers that have come, each once: a page that is drawn again must not pull the reader back. */
  function goOn() {
    const page = window.location.pathname;
    const markers = new Map([...root.querySelectorAll(GO)].map((marker) => [knownBy(marker), marker.dataset.go]));
    for (const [key, since] of gone) if (!markers.has(key) && since !== page) gone.delete(key);
    for (const [key, place] of markers) {
      if (gone.has(key)) continue;
      gone.set(key, page);
      const wanted = placeOf(place, store.trace.options);
      if (wanted) follow(wanted);
    }
  }

  // ---- the page ----

  function look() {
    frame = null;
    gather();
    if (under && !under.link.isConnected) under = null;
    if (focused && !focused.link.isConnected) focused = null;
    point();
    sections.look();
    goOn();
  }

  /** Take note of all links. */
  function gather() {
    const known = new Map(links.map((entry) => [entry.link, entry]));
    const found = [...root.querySelectorAll(LINK)].map((link) => ({ link, wanted: placeOfLink(link) }));
    links = found.filter(({ wanted }) => wanted);
    for (const { link } of links) known.delete(link);
    for (const link of known.keys()) link.removeAttribute("aria-current");
    markCurrent();
  }

  function soon() {
    frame ??= requestAnimationFrame(look);
  }

  /** Tell which links lead to where one is. */
  function markCurrent() {
    const now = { ...store.state, ...present() };
    for (const { link, wanted } of links) {
      const place = { ...wanted, ...storePlace(wanted) };
      const named = [...PLACE.filter((key) => key in wanted), ...Object.keys(optionsIn(wanted))];
      const current = named.length > 0 && named.every((key) => place[key] === now[key]);
      if (current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  const listeners = { pointerover: over, pointerout: left, focusin: focus, focusout: left, click: clicked };
  for (const [type, listener] of Object.entries(listeners)) root.addEventListener(type, listener, { capture: true });
  const changes = new MutationObserver(soon);
  changes.observe(root.body ?? root, { childList: true, subtree: true, attributeFilter: ATTRIBUTES });
  for (const marker of root.querySelectorAll(GO)) gone.set(knownBy(marker), window.location.pathname);
  soon(); // not at once: the views do not listen yet
  return {
    update(state, previous, newTrace) {
      if (newTrace || PLACE.some((key) => state[key] !== previous[key])) markCurrent();
      // What follows changes the store, which must wait until all views know of this change.
      queueMicrotask(() => settle(previous, newTrace));
    },
    destroy() {
      changes.disconnect();
      cancelAnimationFrame(frame);
      for (const [type, listener] of Object.entries(listeners)) root.removeEventListener(type, listener, { capture: true });
      for (const { link } of links) link.removeAttribute("aria-current");
      sections.destroy();
      glossary.destroy();
    },
  };

  function settle(previous, newTrace) {
    const { state } = store;
    if (newTrace) {
      gather(); // another cell has other options
      pointed = null; // a phase has another number in another cell
      if (rest && state.phase === null) takeRest();
      point();
    }
    if (awaited) answered(newTrace);
    if (late && !state.playing) {
      late = false;
      takeRest();
    }
    // Pointing at the diagram puts out what the words had lit.
    if (state.lit === null && previous.lit !== null && litNow() !== null) store.set({ lit: litNow() });
  }
}

/**
 * "step=4&text=not%20good" as {step: "4", text: "not good"}; null if nothing in it is known here.
 * options: those of the cell, by name, which a place may set as well.
 */
export function placeOf(hash, options = {}) {
  const known = (pair) => pair && (KEYS.includes(pair[1]) || pair[1] in options);
  const pairs = hash.split("&").map((part) => part.match(/^(\w+)=(.*)$/s)).filter(known);
  return pairs.length ? Object.fromEntries(pairs.map(([, key, value]) => [key, decoded(value)])) : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

/** What stays the same of a go marker when the page is drawn again. */
function knownBy(marker) {
  const container = marker.closest("[class*='st-key-']")?.className.match(/st-key-\S+/)?.[0];
  return `${container} ${marker.dataset.go}`;
}

/** What a link names, as the store says it: steps from 0. */
function storePlace({ step, unit, phase, light, signal }) {
  const place = {};
  if (/^\d+$/.test(step)) place.step = Number(step) - 1;
  if (/^\d+$/.test(unit)) place.unit = Number(unit);
  if (phase !== undefined) place.phase = phase || null;
  if (light !== undefined) place.lit = light || null;
  if (signal) place.signal = signal;
  return place;
}

function wordsFor({ trace }, named, { step, unit, phase, text, ...now }) {
  const words = [];
  if (named.includes("text") && text !== undefined) words.push(`text ${text}`);
  if (named.includes("cell")) words.push(trace.title);
  for (const key of named) if (!KEYS.includes(key)) words.push(`${key} ${now[key]}`);
  words.push(`step ${step + 1} of ${trace.steps}`, `unit ${unit}`);
  if (named.includes("phase") && phase !== null) words.push(trace.phases[phase].title);
  return words.join(", ");
}
