// What to do first: three steps for somebody's first visit, each ticked off once it is done.

import { readWords } from "../model/read-words.js";
import { html } from "../page/dom.js";

/** @import { ElementView, Store } from "../model/store.js" */

const DONE = "rnnviz-first-steps"; // in the browser's storage, once the steps are done or closed
const [TYPED, PLAYED, CLICKED] = [0, 1, 2];

/**
 * Show the first steps until they are done or closed.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createCoach(store) {
  const typing = html("li");
  const watching = html("li", {}, "Press play, or the space bar, and watch it read.");
  const items = [typing, watching, html("li", {}, "Click a coloured cell for its numbers.")];
  const marks = { type: "button", title: "Close", "aria-label": "Close the first steps", onclick: close };
  const element = html(
    "div",
    { class: "coach", role: "note" },
    html("strong", {}, "New here?"),
    html("ol", {}, items),
    html("button", marks, "×"),
  );
  const first = store.trace.id;
  element.hidden = isDone();

  function show() {
    typing.textContent = `Type your own ${readWords(store.trace).own} above.`;
  }

  function close() {
    element.hidden = true;
    remember();
  }

  /** @param {number} step */
  function tick(step) {
    items[step].classList.add("ticked");
    if (items.every((item) => item.classList.contains("ticked"))) close();
  }

  show();
  return {
    element,
    update(state, previous, newTrace) {
      if (element.hidden) return;
      if (newTrace) show();
      if (newTrace && store.trace.id !== first) tick(TYPED);
      if (state.playing) tick(PLAYED);
      if (!newTrace && (state.unit !== previous.unit || (state.phase !== null && !state.playing))) tick(CLICKED);
    },
    destroy: () => element.remove(),
  };
}

/** @returns {boolean} */
function isDone() {
  try {
    return window.localStorage.getItem(DONE) !== null;
  } catch {
    return false; // a browser may forbid storage
  }
}

function remember() {
  try {
    window.localStorage.setItem(DONE, "yes");
  } catch {
    // then they come again
  }
}
