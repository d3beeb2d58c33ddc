// Keys: they work inside the instrument, and on the page while nothing else has the focus.

import { KEYS } from "../views/transport.js";
import { hasModifier, html } from "./dom.js";

/** @import { Store } from "../model/store.js" */

/**
 * @typedef {object} Keys
 * @property {HTMLDialogElement} list  of all keys
 * @property {HTMLButtonElement} button  opens the list
 * @property {(event: KeyboardEvent, store?: Store) => void} handle  for keys that are pressed inside the instrument, or
 *   in a slot with another store
 * @property {() => void} destroy
 */

const FIELDS = "input, select, textarea";
const HELP = "?";
// The other keys scroll the page, unless the instrument has the focus.
const ON_THE_PAGE = new Set(["ArrowLeft", "ArrowRight", "Shift+ArrowLeft", "Shift+ArrowRight", HELP]);
const WORDS = [
  ["← →", "one step back or forward"],
  ["Space", "play or pause"],
  ["Shift ← →", "one phase of the step back or forward"],
  ["Home, End", "the first or the last step"],
  ["↑ ↓", "another unit"],
  ["Esc", "leave a text field, so that these keys work"],
  [HELP, "this list"],
];

/**
 * Let keys move a store.
 * @param {Store} store
 * @param {{ space: boolean }} options  space: whether the space key plays although the instrument has no focus; on a
 *   long page it scrolls
 * @returns {Keys}
 */
export function createKeys(store, { space }) {
  const close = html("button", { type: "button", onclick: () => list.close() }, "Close");
  const rows = WORDS.map(([key, words]) =>
    html("tr", {}, html("th", { scope: "row" }, html("kbd", {}, key)), html("td", {}, words))
  );
  const list = html(
    "dialog",
    {
      class: "keys",
      "aria-label": "Keys",
      onclick: (/** @type {Event} */ event) => event.target === list && list.close(),
    },
    html("div", {}, html("table", {}, html("tbody", {}, rows)), close),
  );

  /**
   * @param {KeyboardEvent} event
   * @param {Store} [moved]
   */
  function handle(event, moved = store) {
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || target.matches(FIELDS) || hasModifier(event)) return;
    if (event.key === " " && target.matches("button, summary")) return; // they have their own use for space
    if (list.open && event.key !== HELP) return;
    const action = event.key === HELP ? toggleList : KEYS[nameOf(event)];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(moved);
  }

  /** @param {KeyboardEvent} event */
  function handleOnPage(event) {
    const target = event.composedPath()[0];
    if (event.key === "Escape" && target instanceof HTMLElement && target.matches("input, textarea")) target.blur();
    const focused = target !== document.body && target !== document.documentElement;
    const taken = ON_THE_PAGE.has(nameOf(event)) || (space && event.key === " ");
    if (!focused && taken && !event.defaultPrevented) handle(event);
  }

  function toggleList() {
    if (list.open) list.close();
    else list.showModal();
  }

  document.addEventListener("keydown", handleOnPage);
  const button = html("button", { type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: toggleList }, HELP);
  return { list, button, handle, destroy: () => document.removeEventListener("keydown", handleOnPage) };
}

/**
 * The name of a key in `KEYS`.
 * @param {KeyboardEvent} event
 * @returns {string}
 */
function nameOf({ key, shiftKey }) {
  return shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
}
