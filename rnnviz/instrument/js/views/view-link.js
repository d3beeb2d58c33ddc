// The address of the very view that is on the screen, to be copied: with step and unit, and with
// what a lesson hides. Only the browser knows where one stands.

import { html } from "../page/dom.js";

/** hide: the parts that the link is to hide, comma-separated. */
export function createLink(store, { hide = "" }) {
  const field = html("input", { class: "link-address", readonly: true, "aria-label": "Link to this view", onfocus: () => field.select() });
  const copied = html("span", { role: "status" });
  const button = html("button", { type: "button", onclick: copy }, "Copy");
  const element = html("div", { class: "link" }, field, button, copied);

  async function copy() {
    field.select();
    await navigator.clipboard?.writeText(field.value);
    copied.textContent = navigator.clipboard ? "Copied" : "Press Ctrl+C to copy";
  }

  function update() {
    const { step, unit } = store.state;
    const address = new URL(window.location.href);
    address.hash = "";
    address.searchParams.set("step", step + 1);
    address.searchParams.set("unit", unit);
    if (hide) address.searchParams.set("hide", hide);
    else address.searchParams.delete("hide");
    field.value = address.href;
    copied.textContent = "";
  }

  update();
  return { element, update, destroy: () => element.remove() };
}
