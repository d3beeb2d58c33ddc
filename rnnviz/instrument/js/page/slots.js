// Views in the middle of a page's words that follow the same store.
//
// A slot is `<div class="rnnviz-slot" data-view="gate" data-gate="forget" data-of="cell">`; with `data-run` it shows
// another run than the main one. Its view is inside a shadow root, so that the styles of the page and of the view do
// not affect each other.

import { createDiagram } from "../diagram/diagram.js";
import { createArithmetic } from "../views/arithmetic.js";
import { createCredit } from "../views/credit.js";
import { createCurve } from "../views/curve.js";
import { createGate } from "../views/gate.js";
import { MAIN } from "../model/run-traces.js";
import { createHeatmapTools } from "../views/heatmap-tools.js";
import { createHeatmaps } from "../views/heatmaps.js";
import { createPredictions } from "../views/predictions.js";
import { createTokens } from "../views/tokens.js";
import { stepButton } from "../views/transport.js";
import { elementsIn, html } from "./dom.js";
import { copyTheme, setTextColours, styleSheetOf } from "./theme.js";

/**
 * @import { ElementView, State, Store, View } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/**
 * @typedef {object} Slot
 * @property {HTMLElement} host  its element in the page
 * @property {HTMLElement} root  what its shadow root holds
 * @property {Store} store  of the run that it shows
 * @property {boolean} near  whether it is in view or close to it
 * @property {{ view: ElementView, state: State, trace: Trace } | null} shown  the view and what it shows; null at first
 */

/** @typedef {View & { refreshTheme: () => void }} Slots */

const SLOT = ".rnnviz-slot";
const ATTRIBUTES = [
  "data-view",
  "data-phase",
  "data-quantity",
  "data-quantities",
  "data-gate",
  "data-of",
  "data-values",
  "data-run",
  "data-choices",
  "data-each",
];
const NEAR = "200px"; // beyond the edge of the window; views this close are kept up to date

/**
 * The views that a slot can hold, by name. Each is given the data attributes of the slot.
 * @type {Record<string, (store: Store, data: Record<string, string>) => ElementView>}
 */
export const SLOT_VIEWS = {
  arithmetic: (store, { phase }) => createArithmetic(store, { phase }),
  diagram: (store, { phase }) => createDiagram(store, { phase }),
  curve: (store, { quantity }) => createCurve(store, quantity),
  gate: (store, { gate, of }) => createGate(store, gate, of),
  strip: createStrip,
  predictions: createPredictions,
  credit: (store, { values }) => createCredit(store, values),
  heatmaps: (store, { quantities, choices }) =>
    createHeatmaps(store, { quantities: quantities?.split(","), choices: choices !== "none" }),
  choices: (store, { each }) => createHeatmapTools(store, each),
};

/**
 * Which instrument filled a slot, for pages that replace one another.
 * @type {WeakMap<HTMLElement, object>}
 */
const owners = new WeakMap();

/**
 * Fills the slots of a page, and those that are added to it.
 * @param {Map<string, Store>} stores  by the names of the runs
 * @param {Document | HTMLElement} page
 * @param {HTMLElement} source  an element of the instrument, whose theme and style the slots take
 * @param {(event: KeyboardEvent, store: Store) => void} handleKey  for keys that are pressed in a slot
 * @param {Record<string, () => ElementView>} [further]  views that only this instrument can make
 * @returns {Slots}
 */
export function createSlots(stores, page, source, handleKey, further = {}) {
  const makers = { ...SLOT_VIEWS, ...further };
  /** @type {Map<Element, Slot>} */
  const slots = new Map();
  const owner = {};
  const styleSheet = styleSheetOf(source);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styleSheet);

  // What is out of view costs nothing: it is brought up to date when it comes near.
  const visibility = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        const slot = slots.get(target);
        if (!slot) continue;
        slot.near = isIntersecting;
        if (isIntersecting || boundingClientRect.width > 0) refresh(slot);
      }
    },
    { rootMargin: NEAR },
  );

  /**
   * The store of the run that a slot names.
   * @param {HTMLElement} host
   * @returns {Store | undefined}
   */
  function storeOf({ dataset }) {
    return stores.get(dataset.run ?? MAIN);
  }

  /** @param {HTMLElement} host */
  function fill(host) {
    const store = storeOf(host);
    if (!store) return;
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const onkeydown = (/** @type {KeyboardEvent} */ event) => handleKey(event, store);
    const root = html("div", { class: "instrument slot", onkeydown });
    shadow.adoptedStyleSheets = [sheet];
    shadow.replaceChildren(root);
    const slot = { host, root, store, near: false, shown: null };
    slots.set(host, slot);
    owners.set(host, owner);
    refreshTheme(slot);
    visibility.observe(host);
  }

  /** @param {Slot} slot */
  function refreshTheme({ root, store }) {
    copyTheme(source, root, styleSheet);
    setTextColours(root, store.trace);
  }

  /** @param {Slot} slot */
  function refresh(slot) {
    const { host, root, store, shown } = slot;
    const { state, trace } = store;
    if (!shown) {
      const view = makers[host.dataset.view ?? ""](store, /** @type {Record<string, string>} */ (host.dataset));
      root.append(view.element);
      slot.shown = { view, state, trace };
    } else if (state !== shown.state || trace !== shown.trace) {
      shown.view.update(state, shown.state, trace !== shown.trace);
      Object.assign(shown, { state, trace });
    }
  }

  /** @param {Slot} slot */
  function empty({ host, root, shown }) {
    visibility.unobserve(host);
    shown?.view.destroy();
    slots.delete(host);
    if (owners.get(host) === owner) root.remove();
  }

  /**
   * Compare the slots with the page.
   * @param {MutationRecord[]} [changes]
   */
  function look(changes = []) {
    const hosts = new Set(elementsIn(page, SLOT).filter(({ dataset }) => (dataset.view ?? "") in makers));
    const changed = new Set(changes.filter(({ type }) => type === "attributes").map(({ target }) => target));
    const replaced = new Set(); // in view, where an empty frame would make the page jump
    for (const slot of [...slots.values()]) {
      if (hosts.has(slot.host) && !changed.has(slot.host)) continue;
      if (slot.near) replaced.add(slot.host);
      empty(slot);
    }
    for (const host of hosts) {
      if (slots.has(host)) continue;
      fill(host);
      const slot = slots.get(host);
      if (slot && replaced.has(host)) refresh(slot);
    }
  }

  const changes = new MutationObserver(look);
  const observed = page instanceof Document ? page.body : page;
  changes.observe(observed, { childList: true, subtree: true, attributeFilter: ATTRIBUTES });
  look();
  return {
    update(_state, _previous, newTrace) {
      for (const slot of slots.values()) {
        if (newTrace) setTextColours(slot.root, slot.store.trace);
        if (slot.near && slot.shown) refresh(slot);
      }
    },
    refreshTheme: () => slots.forEach(refreshTheme),
    destroy() {
      changes.disconnect();
      visibility.disconnect();
      [...slots.values()].forEach(empty);
    },
  };
}

/**
 * The tokens between a button back and one forward, for a bar with little room.
 * @param {Store} store
 * @returns {ElementView}
 */
function createStrip(store) {
  const tokens = createTokens(store);
  const [back, forward] = [stepButton(store, "back"), stepButton(store, "forward")];
  return { ...tokens, element: html("div", { class: "compact" }, back, tokens.element, forward) };
}
