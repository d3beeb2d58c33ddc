// The tokens as running text: chips that wrap as words do, letters close together. Pointing at one, with
// the mouse or with arrow keys, asks for what is to be said of it; a click, or Enter, goes to its step.

import { html } from "../page/dom.js";

const NEW_LINE = "⏎"; // as tokens show it
const BY = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

let lists = 0; // made so far, to tell their ids apart

/**
 * labelOf(k) gives {text, read}: what a screen reader says of token k, and whether it is read by now. colourAt(k) its
 * colour. pointed(k) is called with the token that is pointed at, null for none.
 * Returns {element, build(label), show(), destroy()}; show() brings all chips up to date.
 */
export function createChips(store, { labelOf, colourAt, pointed }) {
  const element = html("div", { class: "chips", role: "listbox", tabindex: 0, "aria-orientation": "horizontal" });
  const own = `chips-${++lists}`;
  let chips = [];
  let active = null; // the one at the keyboard's focus, while the list has it

  function build(label) {
    const { trace } = store;
    element.setAttribute("aria-label", label);
    element.classList.toggle("apart", trace.kind !== "characters");
    chips = trace.tokens.map((token, k) => html("span", { class: "chip", role: "option", id: `${own}-${k}`, "data-step": k }, token));
    const broken = (chip) => (chip.textContent === NEW_LINE ? [chip, html("span", { class: "chips-break", role: "presentation" })] : [chip]);
    element.replaceChildren(...chips.flatMap(broken));
  }

  function show() {
    const { step } = store.state;
    chips.forEach((chip, k) => {
      const { text, read } = labelOf(k);
      chip.style.setProperty("--signal", colourAt(k));
      chip.setAttribute("aria-label", text);
      chip.setAttribute("aria-selected", String(k === step));
      chip.classList.toggle("unread", !read);
    });
    activate(active);
  }

  function activate(k) {
    chips[active]?.classList.remove("active");
    active = k === null ? null : Math.min(Math.max(k, 0), chips.length - 1);
    if (active === null) {
      element.removeAttribute("aria-activedescendant");
    } else {
      chips[active].classList.add("active");
      element.setAttribute("aria-activedescendant", chips[active].id);
    }
    pointed(active);
  }

  function chipAt(event) {
    const chip = event.target.closest(".chip");
    return chip ? Number(chip.dataset.step) : null;
  }

  function goTo(step) {
    store.set({ step, playing: false });
  }

  function keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key in BY) activate(active + BY[event.key]);
    else if (event.key === "Enter" || event.key === " ") goTo(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  element.addEventListener("keydown", keyed);
  element.addEventListener("focus", () => activate(store.state.step));
  element.addEventListener("blur", () => activate(null));
  element.addEventListener("pointerover", (event) => pointed(chipAt(event) ?? active));
  element.addEventListener("pointerleave", () => pointed(active));
  element.addEventListener("click", (event) => {
    const k = chipAt(event);
    if (k === null) return;
    if (active !== null) activate(k);
    goTo(k);
  });
  return { element, build, show, destroy: () => element.remove() };
}
