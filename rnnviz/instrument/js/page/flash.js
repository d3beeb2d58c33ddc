// Making a change obvious: what changed pulses for a moment wherever it is shown, and is announced.

import { elementsIn, html } from "./dom.js";

/** @import { Host } from "./host.js" */

const PULSE_MS = 1100;
const STEADY_MS = 1500; // of a steady frame, for readers who prefer no motion
const NAME = "rnnviz-flash";
const ANNOUNCE_MS = 50; // the same words twice in a row would otherwise be read only once
const CONTROL_MS = 500; // by then a control of the page shows what it was set to; the instrument may be drawn before it

/**
 * Where the instrument shows each part of a link's target. The rest is shown by controls of the page.
 * @type {Record<string, string>}
 */
const SHOWN = {
  step: ".tokens [aria-selected=true], .where",
  unit: ".unit input",
  phase: ".phases [aria-pressed=true]",
  signal: ".signal select, :is(.low, .small) .tokens",
};

const INK = "var(--theme-primary, currentColor)";
const FRAME = { outline: `3px solid ${INK}`, outlineOffset: "1px" };
/** @type {(share: number) => { backgroundColor: string }} */
const tint = (share) => ({ backgroundColor: `color-mix(in srgb, ${INK} ${share}%, transparent)` });
const PULSE = [
  { ...FRAME, ...tint(55), outlineOffset: "9px" },
  { ...FRAME, ...tint(0), offset: 0.35 },
  { ...FRAME, ...tint(40), offset: 0.6 },
  { outline: "3px solid transparent", outlineOffset: "5px" },
];

/** @type {HTMLElement | null} */
let status = null;

/**
 * Show what changed.
 * @param {Host} host
 * @param {string[]} keys  of a link's target
 * @param {string} words  announced to screen readers
 */
export function flash(host, keys, words) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const key of keys) {
    if (!(key in SHOWN)) pulseControl(host.controlOf(key), still);
    else for (const root of rootsOf(host)) for (const element of elementsIn(root, SHOWN[key])) pulse(element, still);
  }
  announce(words);
}

/**
 * Pulse a control of the page, or what is in its place once the page has drawn it.
 * @param {string} selector
 * @param {boolean} still
 */
function pulseControl(selector, still) {
  const since = performance.now();
  /** @type {HTMLElement[]} */
  let pulsing = [];

  function look() {
    const shown = elementsIn(document, selector);
    for (const element of pulsing) if (!shown.includes(element)) endPulse(element);
    for (const element of shown) if (!pulsing.includes(element)) pulse(element, still);
    pulsing = shown;
    if (performance.now() - since < CONTROL_MS) requestAnimationFrame(look);
  }

  look();
}

/**
 * Announce words to screen readers once they have finished their sentence.
 * @param {string} words
 */
function announce(words) {
  if (!status?.isConnected) {
    status = html("p", { class: "rnnviz-announced", role: "status", "aria-live": "polite" });
    const hidden = { width: "1px", height: "1px", margin: "0", overflow: "hidden", clipPath: "inset(50%)" };
    Object.assign(status.style, hidden, { position: "fixed" });
    document.body.append(status);
  }
  const announced = status;
  announced.textContent = "";
  setTimeout(() => (announced.textContent = words), ANNOUNCE_MS);
}

/**
 * @param {Element} element
 * @param {boolean} still
 */
function pulse(element, still) {
  endPulse(element);
  const animation = element.animate(still ? [FRAME, FRAME] : PULSE, still ? STEADY_MS : PULSE_MS);
  animation.id = NAME;
}

/** @param {Element} element */
function endPulse(element) {
  for (const animation of element.getAnimations()) if (animation.id === NAME) animation.cancel();
}

/**
 * The page and the shadow roots of all views in it.
 * @param {Host} host
 * @returns {ParentNode[]}
 */
function rootsOf(host) {
  return [document, ...elementsIn(document, host.views).flatMap(({ shadowRoot }) => shadowRoot ?? [])];
}
