// A larger page for a projector. It is part of the address, so that a link opens it, and a tab keeps it from page to
// page.

import { html } from "./dom.js";

/** The parameter of the address that asks for the size for a projector. */
export const PARAMETER = "present";
const LARGER = "140%";
const STORE = "rnnviz-present";
const CHANGED = "rnnviz-size"; // an event of the document

/**
 * A button that makes everything on the page larger, and back.
 * @returns {HTMLButtonElement}
 */
export function createPresenterButton() {
  const button = html("button", { type: "button", title: "Larger, for a projector", onclick: toggleLarger }, "A+");
  const show = () => button.setAttribute("aria-pressed", String(isLarger()));
  followAddress();
  show();
  document.addEventListener(CHANGED, function changed() {
    if (button.isConnected) show();
    else document.removeEventListener(CHANGED, changed);
  });
  return button;
}

/** Be as large as the address says, or as this tab was before. */
export function followAddress() {
  if (new URL(window.location.href).searchParams.has(PARAMETER) || isKept()) setLarger(true);
}

/**
 * Whether the page is larger.
 * @returns {boolean}
 */
export function isLarger() {
  return document.documentElement.style.fontSize === LARGER;
}

/** Make the page larger, or as large as usual. */
export function toggleLarger() {
  setLarger(!isLarger());
}

/** @param {boolean} larger */
function setLarger(larger) {
  document.documentElement.style.fontSize = larger ? LARGER : "";
  const address = new URL(window.location.href);
  if (larger) address.searchParams.set(PARAMETER, "1");
  else address.searchParams.delete(PARAMETER);
  try {
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
    if (larger) sessionStorage.setItem(STORE, "1");
    else sessionStorage.removeItem(STORE);
  } catch {
    // a file, or a frame in a notebook, keeps its address, and a browser may be set to keep nothing
  }
  document.dispatchEvent(new Event(CHANGED));
}

/** @returns {boolean} */
function isKept() {
  try {
    return sessionStorage.getItem(STORE) !== null;
  } catch {
    return false;
  }
}
