// A larger page for a projector. It is part of the address, so that a link opens it.

import { html } from "./dom.js";

const PARAMETER = "present";
const LARGER = "140%";

/**
 * A button that makes everything on the page larger, and back.
 * @returns {HTMLButtonElement}
 */
export function createPresenterButton() {
  const button = html("button", { type: "button", title: "Larger, for a projector", onclick: toggle }, "A+");
  const isOn = () => new URL(window.location.href).searchParams.has(PARAMETER);

  function toggle() {
    const address = new URL(window.location.href);
    if (isOn()) address.searchParams.delete(PARAMETER);
    else address.searchParams.set(PARAMETER, "1");
    window.history.replaceState(window.history.state, "", address);
    show();
  }

  function show() {
    document.documentElement.style.fontSize = isOn() ? LARGER : "";
    button.setAttribute("aria-pressed", String(isOn()));
  }

  show();
  return button;
}
