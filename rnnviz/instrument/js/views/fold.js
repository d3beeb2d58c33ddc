// A view behind a summary line. It is made when it is first opened.

import { html } from "../page/dom.js";

/** @import { ElementView, State, Store } from "../model/store.js" */

/**
 * Show a view only when its summary is clicked.
 * @param {Store} store
 * @param {string} title
 * @param {(store: Store) => ElementView} create
 * @returns {ElementView}
 */
export function createFold(store, title, create) {
  const element = html("details", { class: "fold", ontoggle: open }, html("summary", {}, title));
  /** @type {ElementView | null} */
  let view = null;
  /** @type {{ state: State, trace: Store["trace"] } | null} */
  let shown = null;

  function open() {
    if (!element.open) return;
    if (!view) {
      view = create(store);
      element.append(view.element);
    } else if (shown && (shown.state !== store.state || shown.trace !== store.trace)) {
      view.update(store.state, shown.state, shown.trace !== store.trace);
    }
    shown = { state: store.state, trace: store.trace };
  }

  return {
    element,
    update: open,
    destroy() {
      view?.destroy();
      element.remove();
    },
  };
}
