// Views that stand elsewhere in the page, in the middle of its words, and follow the same store.
//
// A slot is `<div class="rnnviz-slot" data-view="gate" data-gate="forget" data-of="cell">`. It is
// filled inside a shadow root of its own, so that the page's styles and the view's do not meet.

import { createArithmetic } from "../views/arithmetic.js";
import { createCredit } from "../views/credit.js";
import { createCurve } from "../views/curve.js";
import { createDiagram } from "../diagram/diagram.js";
import { html } from "./dom.js";
import { copyTheme, dress, styleAround } from "./theme.js";
import { createGate } from "../views/gate.js";
import { createLink } from "../views/view-link.js";
import { createPredictions } from "../views/predictions.js";
import { createTokens } from "../views/tokens.js";
import { stepButton } from "../views/transport.js";

const SLOT = ".rnnviz-slot";
const ATTRIBUTES = ["data-view", "data-phase", "data-quantity", "data-gate", "data-of", "data-hide", "data-rows"];
const NEAR = "200px"; // beyond the window's edge: what is this close is kept up to date

const VIEWS = {
  arithmetic: createArithmetic,
  diagram: createDiagram,
  curve: createCurve,
  gate: createGate,
  strip: createStrip,
  predictions: createPredictions,
  link: createLink,
  credit: createCredit,
};

const owners = new WeakMap(); // by slot: the instrument that filled it, for pages that change from one to the next

/**
 * Fill the slots in `page`, and those that come. `source` is an element of the instrument, whose theme
 * and style they take; `keyed` handles keys pressed in them. Returns a view without an element.
 */
export function createSlots(store, page, source, keyed) {
  const slots = new Map(); // by element
  const self = {};
  const style = styleAround(source);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);

  // What is out of sight costs nothing: it is brought up to date when it comes near.
  const sight = new IntersectionObserver(
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

  function fill(host) {
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const root = html("div", { class: "instrument slot", onkeydown: keyed });
    shadow.adoptedStyleSheets = [sheet];
    shadow.replaceChildren(root);
    const slot = { host, root, view: null, state: null, trace: null, near: false };
    slots.set(host, slot);
    owners.set(host, self);
    clothe(slot);
    sight.observe(host);
  }

  function clothe({ root }) {
    copyTheme(source, root, style);
    dress(root, store.trace);
  }

  function refresh(slot) {
    const { state, trace } = store;
    if (!slot.view) {
      slot.view = VIEWS[slot.host.dataset.view](store, slot.host.dataset);
      slot.root.append(slot.view.element);
    } else if (state !== slot.state || trace !== slot.trace) {
      slot.view.update(state, slot.state, trace !== slot.trace);
    }
    Object.assign(slot, { state, trace });
  }

  function empty(slot) {
    sight.unobserve(slot.host);
    slot.view?.destroy();
    slots.delete(slot.host);
    if (owners.get(slot.host) === self) slot.root.remove();
  }

  /** Compare with what is in the page now. */
  function look(changes = []) {
    const found = new Set([...page.querySelectorAll(SLOT)].filter(({ dataset }) => dataset.view in VIEWS));
    const renamed = new Set(changes.filter(({ type }) => type === "attributes").map(({ target }) => target));
    for (const slot of [...slots.values()]) if (!found.has(slot.host) || renamed.has(slot.host)) empty(slot);
    for (const host of found) if (!slots.has(host)) fill(host);
  }

  const changed = new MutationObserver(look);
  changed.observe(page.body ?? page, { childList: true, subtree: true, attributeFilter: ATTRIBUTES });
  look();
  return {
    update(state, previous, newTrace) {
      for (const slot of slots.values()) {
        if (newTrace) dress(slot.root, store.trace);
        if (slot.near && slot.view) refresh(slot);
      }
    },
    /** Take over the theme anew. */
    clothe: () => slots.forEach(clothe),
    destroy() {
      changed.disconnect();
      sight.disconnect();
      [...slots.values()].forEach(empty);
    },
  };
}

/** The tokens between a button back and one forward, for a bar that has little room. */
function createStrip(store) {
  const tokens = createTokens(store, { compact: true });
  const element = html("div", { class: "compact" }, stepButton(store, "back"), tokens.element, stepButton(store, "forward"));
  return { ...tokens, element };
}
