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
  let isOn = new URL(window.location.href).searchParams.has(PARAMETER);

  function toggle() {
    isOn = !isOn;
    const address = new URL(window.location.href);
    if (isOn) address.searchParams.set(PARAMETER, "1");
    else address.searchParams.delete(PARAMETER);
    try {
      window.history.replaceState(window.history.state, "", address);
    } catch {
      // a file, or a frame in a notebook, keeps its address
    }
    show();
  }

  function show() {
    document.documentElement.style.fontSize = isOn ? LARGER : "";
    button.setAttribute("aria-pressed", String(isOn));
  }

  show();
  return button;
}
