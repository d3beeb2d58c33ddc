// Making a change obvious: what changed pulses for a moment wherever it is shown, and is said aloud.

import { SAYS } from "../model/colours.js";
import { html } from "./dom.js";

const PULSE_MS = 1100;
const STEADY_MS = 1500; // for who wants no motion: a frame that stays a little
const NAME = "rnnviz-flash";
const HOSTS = ".rnnviz-slot, [data-testid=stBidiComponentIsolated]"; // what views stand in, inside a shadow root

/** Where each part of a place is shown. */
const SHOWN = {
  step: ".tokens [aria-selected=true], .where, .playhead-column",
  unit: ".unit input, .playhead-unit",
  phase: ".phases [aria-pressed=true]",
  signal: ".signal select, :is(.low, .small) .tokens",
  text: ".st-key-text input",
  cell: "[class*='st-key-'][class*='cell'] [aria-checked=true]",
};

const INK = `var(--st-primary-color, ${SAYS})`;
const FRAME = { outline: `3px solid ${INK}`, outlineOffset: "1px" };
const tint = (share) => ({ backgroundColor: `color-mix(in srgb, ${INK} ${share}%, transparent)` });
const PULSE = [
  { ...FRAME, ...tint(55), outlineOffset: "9px" },
  { ...FRAME, ...tint(0), offset: 0.35 },
  { ...FRAME, ...tint(40), offset: 0.6 },
  { outline: "3px solid transparent", outlineOffset: "5px" },
];

let status = null;

/**
 * Show what changed: `changed` holds names from SHOWN or of a cell's options (a set or a list),
 * which switches on the page may have; `words` are announced to who listens to the page. `roots` are where to look; by default the page and all views in it.
 */
export function flash(changed, words, roots = everywhere()) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const name of changed) {
    const places = SHOWN[name] ?? `[class*="st-key-"][class*="-${name}"] [aria-checked=true]`;
    for (const root of roots) for (const element of root.querySelectorAll(places)) pulse(element, still);
  }
  if (words) announce(words);
}

/** Say something to a screen reader when it has finished its sentence. */
function announce(words) {
  if (!status?.isConnected) {
    status = html("p", { class: "rnnviz-announced", role: "status", "aria-live": "polite" });
    const hidden = { position: "fixed", width: "1px", height: "1px", margin: "0", overflow: "hidden", clipPath: "inset(50%)" };
    Object.assign(status.style, hidden);
    document.body.append(status);
  }
  status.textContent = "";
  setTimeout(() => (status.textContent = words), 50); // the same words twice would not be read twice
}

function pulse(element, still) {
  for (const earlier of element.getAnimations()) if (earlier.id === NAME) earlier.cancel();
  const animation = element.animate(still ? [FRAME, FRAME] : PULSE, still ? STEADY_MS : PULSE_MS);
  animation.id = NAME;
}

function everywhere() {
  const shadows = [...document.querySelectorAll(HOSTS)].map((host) => host.shadowRoot);
  return [document, ...shadows.filter(Boolean)];
}
