// The tokens as running text: chips that wrap as words do, with letters close together. Pointing at one, with the mouse
// or the arrow keys, describes it; a click or Enter goes to its step.

import { clamp } from "../model/numbers.js";
import { closestTo, hasModifier, html } from "../page/dom.js";

/** @import { Store } from "../model/store.js" */

/**
 * What a list of chips shows.
 * @typedef {object} ChipContent
 * @property {(k: number) => { text: string, read: boolean }} labelOf  what a screen reader reads for a token, and
 *   whether the network has read it
 * @property {(k: number) => string} colourOf
 * @property {(k: number | null) => void} onPoint  called with the token that is pointed at, null for none
 */

/**
 * @typedef {object} Chips
 * @property {HTMLElement} element
 * @property {(label: string) => void} build  make a chip for each token
 * @property {() => void} show  bring all chips up to date
 * @property {() => void} destroy
 */

const NEW_LINE = "⏎"; // as tokens show it
/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

let lists = 0; // made so far, which keeps their ids apart

/**
 * Show the tokens as running text.
 * @param {Store} store
 * @param {ChipContent} content
 * @returns {Chips}
 */
export function createChips(store, { labelOf, colourOf, onPoint }) {
  const element = html("div", { class: "chips", role: "listbox", tabindex: 0, "aria-orientation": "horizontal" });
  const prefix = `chips-${++lists}`;
  /** @type {HTMLElement[]} */
  let chips = [];
  /** @type {number | null} */
  let active = null; // the chip at the keyboard's focus, while the list has it

  /** @param {string} label */
  function build(label) {
    const { trace } = store;
    element.setAttribute("aria-label", label);
    element.classList.toggle("apart", trace.tokenKind !== "characters");
    chips = trace.tokens.map((token, k) =>
      html("span", { class: "chip", role: "option", id: `${prefix}-${k}`, "data-step": k }, token)
    );
    const lineBreak = () => html("span", { class: "chips-break", role: "presentation" });
    element.replaceChildren(...chips.flatMap((chip) => (chip.textContent === NEW_LINE ? [chip, lineBreak()] : [chip])));
  }

  function show() {
    const { step } = store.state;
    chips.forEach((chip, k) => {
      const { text, read } = labelOf(k);
      chip.style.setProperty("--signal", colourOf(k));
      chip.setAttribute("aria-label", text);
      chip.setAttribute("aria-selected", String(k === step));
      chip.classList.toggle("unread", !read);
    });
    activate(active);
  }

  /** @param {number | null} k */
  function activate(k) {
    if (active !== null) chips[active]?.classList.remove("active");
    active = k === null ? null : clamp(k, 0, chips.length - 1);
    if (active === null) {
      element.removeAttribute("aria-activedescendant");
    } else {
      chips[active].classList.add("active");
      element.setAttribute("aria-activedescendant", chips[active].id);
    }
    onPoint(active);
  }

  /**
   * @param {Event} event
   * @returns {number | null}
   */
  function chipAt(event) {
    const chip = closestTo(event, ".chip");
    return chip ? Number(chip.dataset.step) : null;
  }

  /** @type {(step: number) => void} */
  const goTo = (step) => store.set({ step, playing: false });

  /** @param {KeyboardEvent} event */
  function handleKey(event) {
    if (active === null || event.shiftKey || hasModifier(event)) return;
    if (event.key in MOVES) activate(active + MOVES[event.key]);
    else if (event.key === "Enter" || event.key === " ") goTo(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  element.addEventListener("keydown", handleKey);
  element.addEventListener("focus", () => activate(store.state.step));
  element.addEventListener("blur", () => activate(null));
  element.addEventListener("pointerover", (event) => onPoint(chipAt(event) ?? active));
  element.addEventListener("pointerleave", () => onPoint(active));
  element.addEventListener("click", (event) => {
    const k = chipAt(event);
    if (k === null) return;
    if (active !== null) activate(k);
    goTo(k);
  });
  return { element, build, show, destroy: () => element.remove() };
}
