// The words of a page and the instrument: links that set it, sections that light their part of it, and the terms of the
// glossary.

import { optionsIn, parseTarget, stateChange, storeTarget, TARGET_KEYS, targetText } from "../model/link-target.js";
import { closestTo, hasModifier } from "./dom.js";
import { createGlossary } from "./glossary.js";
import { createMarkers } from "./markers.js";
import { createPlaceLinks } from "./place-links.js";
import { createSections } from "./sections.js";

/**
 * @import { LinkTarget } from "../model/link-target.js"
 * @import { Requests } from "../model/requests.js"
 * @import { State, Store, View } from "../model/store.js"
 * @import { Host } from "./host.js"
 * @import { PlaceLink } from "./place-links.js"
 */

/**
 * The link that is previewed.
 * @typedef {object} Preview
 * @property {HTMLElement} link
 * @property {number | null} before  the phase before it
 * @property {number | null | undefined} phase  that it shows, if it names one
 * @property {string | null} highlight
 */

const TERM = 'a[href^="#term-"]';
const ATTRIBUTES = ["href", "data-phase", "data-light", "data-go"];

/**
 * Let the words of a page set the instrument.
 * @param {Store} store
 * @param {Host} host
 * @param {Pick<Requests, "request" | "present">} requests
 * @param {(keys: string[], words: string) => void} flash  shows what a link has set
 * @returns {View}
 */
export function createProse(store, host, { request, present }, flash) {
  const { root } = host;
  const glossary = createGlossary();
  const sections = createSections(host, enterSection);
  const links = createPlaceLinks(store, root, everythingShown);
  const markers = createMarkers(host, followHash);
  /** The link under the mouse. @type {PlaceLink | null} */
  let hovered = null;
  /** The link at the keyboard's focus. @type {PlaceLink | null} */
  let focused = null;
  /** @type {Preview | null} */
  let preview = null;
  /**
   * What is shown while no link is pointed at, by name; null until the words say so.
   * @type {{ phase?: string | null, highlight: string | null } | null}
   */
  let resting = null;
  /**
   * What to flash once the server has answered.
   * @type {{ target: LinkTarget, keys: string[], before: Record<string, unknown> } | null}
   */
  let awaited = null;
  let sectionWaits = false; // whether a section began during play
  let frame = 0;

  const highlightNow = () => (preview ? preview.highlight : (resting?.highlight ?? null));

  /** @returns {Record<string, unknown>} */
  function everythingShown() {
    return { ...store.state, ...present() };
  }

  // ---- links ----

  /** Preview the link that is pointed at, and restore what was shown before once it is left. */
  function updatePreview() {
    const next = hovered ?? focused;
    if (next?.link === preview?.link) return;
    if (preview) {
      const { before, phase } = preview;
      preview = null;
      // A phase that the user has chosen in the meantime stays.
      const unchanged = phase !== undefined && store.state.phase === phase;
      store.set({ highlight: highlightNow(), ...(unchanged ? { phase: before } : {}) });
    }
    if (next) startPreview(next);
  }

  /** @param {PlaceLink} link */
  function startPreview({ link, target }) {
    const { phase, light } = target;
    if (phase === undefined && light === undefined) return;
    const showsPhase = phase !== undefined && !store.state.playing; // play goes on from its own phase
    const change = showsPhase ? stateChange(store.trace, { phase: phase || null }) : {};
    const highlight = light !== undefined ? light || null : showsPhase ? null : (resting?.highlight ?? null);
    preview = { link, before: store.state.phase, phase: change.phase, highlight };
    store.set({ ...change, highlight });
  }

  /** @param {PointerEvent} event */
  function handleOver(event) {
    if (event.pointerType === "touch") return;
    hovered = links.linkAt(event);
    updatePreview();
  }

  /** @param {FocusEvent} event */
  function handleFocus(event) {
    const link = links.linkAt(event);
    focused = link?.link.matches(":focus-visible") ? link : null;
    updatePreview();
  }

  /** @param {PointerEvent} event */
  function handleOut(event) {
    if (!event.relatedTarget) hovered = null; // the pointer has left the window
    updatePreview();
  }

  function handleBlur() {
    focused = null;
    updatePreview();
  }

  /** @param {MouseEvent} event */
  function handleClick(event) {
    if (event.button || event.shiftKey || hasModifier(event)) return;
    const link = links.linkAt(event);
    if (link) follow(link.target);
    else if (!opensTerm(/** @type {HTMLAnchorElement | null} */ (closestTo(event, TERM)))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {HTMLAnchorElement | null} term
   * @returns {boolean}
   */
  function opensTerm(term) {
    return term !== null && !term.matches(".rnnviz-term-all") && glossary.open(term);
  }

  /** @param {string} hash */
  function followHash(hash) {
    const target = parseTarget(hash, store.trace.options);
    if (target) follow(target);
  }

  /**
   * Set everything that a link names, and flash it.
   * @param {LinkTarget} target
   */
  function follow(target) {
    const { phase, light } = target;
    const before = everythingShown();
    if (phase !== undefined || light !== undefined) {
      resting = { ...resting, ...(phase === undefined ? {} : { phase: phase || null }), highlight: light || null };
      sectionWaits = false;
      sections.hold(); // what is set may change the length of the page above the reader
    }
    if (preview && phase !== undefined) preview.phase = undefined; // it stays when the link is left
    const options = optionsIn(target);
    const keys = [...TARGET_KEYS.filter((key) => key in target), ...Object.keys(options)];
    awaited = null;
    if (request({ text: target.text, cell: target.cell, ...options }, storeTarget(target))) flashTarget(keys, before);
    else awaited = { target, keys, before };
  }

  /**
   * Flash what was waited for if it has come; forget it if something else has.
   * @param {boolean} newTrace
   */
  function flashAwaited(newTrace) {
    if (!awaited) return;
    const { target, keys, before } = awaited;
    const now = present();
    const requested = ["text", "cell", ...Object.keys(optionsIn(target))];
    const arrived = requested.every((key) => target[key] === undefined || target[key] === now[key]);
    if (arrived || newTrace) awaited = null;
    if (arrived) flashTarget(keys, before);
  }

  /**
   * @param {string[]} keys
   * @param {Record<string, unknown>} before
   */
  function flashTarget(keys, before) {
    const now = everythingShown();
    const changed = keys.filter((key) => now[key] !== before[key]);
    flash(changed.length ? changed : keys, targetText(store, keys, present()));
  }

  // ---- sections ----

  /** @param {{ phase: string, light: string }} marks */
  function enterSection({ phase, light }) {
    resting = { phase: phase || null, highlight: light || null };
    sectionWaits = store.state.playing;
    if (!sectionWaits) showResting();
  }

  /** Show what the section says, beneath what is pointed at. */
  function showResting() {
    if (!resting) return;
    const { phase } = resting.phase === undefined ? store.state : stateChange(store.trace, { phase: resting.phase });
    if (preview && preview.phase !== undefined) preview.before = phase ?? null;
    else store.set({ phase, ...(preview ? {} : { highlight: resting.highlight }) });
  }

  // ---- the page ----

  function look() {
    frame = 0;
    links.gather();
    if (!hovered?.link.isConnected) hovered = null;
    if (!focused?.link.isConnected) focused = null;
    updatePreview();
    sections.look();
    markers.look();
  }

  function lookSoon() {
    frame ||= requestAnimationFrame(look);
  }

  /**
   * What follows from a change of the store.
   * @param {State} previous
   * @param {boolean} newTrace
   */
  function settle(previous, newTrace) {
    const { state } = store;
    if (newTrace) {
      links.gather(); // another cell has other options
      preview = null; // a phase has another index in another cell
      if (resting && state.phase === null) showResting();
      updatePreview();
    }
    flashAwaited(newTrace);
    if (sectionWaits && !state.playing) {
      sectionWaits = false;
      showResting();
    }
    // Pointing at the diagram has cleared what the words highlight.
    const cleared = state.highlight === null && previous.highlight !== null;
    if (cleared && highlightNow() !== null) store.set({ highlight: highlightNow() });
  }

  /** @type {[string, (event: any) => void][]} */
  const listeners = [
    ["pointerover", handleOver],
    ["pointerout", handleOut],
    ["focusin", handleFocus],
    ["focusout", handleBlur],
    ["click", handleClick],
  ];
  for (const [type, listener] of listeners) root.addEventListener(type, listener, { capture: true });
  const changes = new MutationObserver(lookSoon);
  const observed = root instanceof Document ? root.body : root;
  changes.observe(observed, { childList: true, subtree: true, attributeFilter: ATTRIBUTES });
  lookSoon(); // not at once: the views do not listen yet
  return {
    update(state, previous, newTrace) {
      const moved = state.step !== previous.step || state.unit !== previous.unit || state.signal !== previous.signal;
      if (newTrace || moved) links.markCurrent();
      // What follows changes the store. This must wait until all views know of this change.
      queueMicrotask(() => settle(previous, newTrace));
    },
    destroy() {
      changes.disconnect();
      cancelAnimationFrame(frame);
      for (const [type, listener] of listeners) root.removeEventListener(type, listener, { capture: true });
      links.destroy();
      sections.destroy();
      glossary.destroy();
    },
  };
}
