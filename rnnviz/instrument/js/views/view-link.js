// The address of exactly what is on the screen, to be copied: with step and unit, and with the parts that a lesson
// hides.

import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

/**
 * Show the address of the view.
 * @param {Store} store
 * @param {string} [hide]  the parts that the link hides, separated by commas
 * @returns {ElementView}
 */
export function createViewLink(store, hide = "") {
  const marks = { class: "link-address", readonly: true, "aria-label": "Link to this view" };
  const field = html("input", { ...marks, onfocus: () => field.select() });
  const status = html("span", { role: "status" });
  const button = html("button", { type: "button", onclick: copy }, "Copy");
  const element = html("div", { class: "link" }, field, button, status);

  async function copy() {
    field.select();
    if (!navigator.clipboard) {
      status.textContent = "Press Ctrl+C to copy";
      return;
    }
    await navigator.clipboard.writeText(field.value);
    status.textContent = "Copied";
  }

  function update() {
    const { step, unit } = store.state;
    const address = new URL(window.location.href);
    address.hash = "";
    address.searchParams.set("step", String(step + 1));
    address.searchParams.set("unit", String(unit));
    if (hide) address.searchParams.set("hide", hide);
    else address.searchParams.delete("hide");
    field.value = address.href;
    status.textContent = "";
  }

  update();
  return { element, update, destroy: () => element.remove() };
}
