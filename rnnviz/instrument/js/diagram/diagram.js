// The cell as a picture: vectors as strips of their units, gates, and the wires between them. It is
// drawn once for a cell and a width; a step only changes colours, thicknesses and classes.

import { DiagramPicture } from "./picture.js";
import { html } from "../page/dom.js";
import { CELL_GEOMETRIES } from "./known-cells.js";
import { genericGeometry } from "./generic-cell.js";
import { createSight } from "../page/scroll-box.js";

const SMALLEST = 0.6; // of its full size; shrunk further, the wide form's labels would be hard to read
const DENSE = 0.75; // of its full size; below, labels are written larger in proportion

/**
 * {element, update(state, previous, newTrace), destroy()}, like every view of the store.
 * phase: the name of one that is always shown, whichever the store stands at.
 */
export function createDiagram(store, { phase: pinned } = {}) {
  const element = html("figure", { class: "diagram" });
  const resized = new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    if (width > 0 && fitting() !== form) draw();
    else condense();
  });
  const sight = createSight();
  let width = Infinity; // until it is known
  let geometry, drawn, form, picture;

  function build() {
    drawn = likeness(store.trace);
    geometry = geometryOf(store.trace);
    draw();
  }

  function fitting() {
    const { size, smallest = SMALLEST } = geometry.forms.wide;
    return width >= smallest * size[0] ? "wide" : "narrow";
  }

  function condense() {
    picture.element.classList.toggle("dense", form === "wide" && width < DENSE * geometry.forms.wide.size[0]);
  }

  function draw() {
    form = fitting();
    picture = new DiagramPicture(store.trace, geometry, form);
    element.replaceChildren(picture.element);
    picture.show(store.trace, shown(store.state), null);
    condense();
  }

  /** A state with the pinned phase in place of its own. */
  function shown(state) {
    if (!pinned) return state;
    const phase = store.trace.phases.findIndex(({ name }) => name === pinned);
    return { ...state, phase: phase < 0 ? null : phase };
  }

  function pointed({ target }) {
    const name = target.closest("[data-name]")?.dataset.name ?? null;
    if (name !== store.state.lit) store.set({ lit: name });
  }

  element.addEventListener("pointerover", pointed);
  element.addEventListener("pointerleave", () => store.set({ lit: null }));
  element.addEventListener("pointermove", (event) => picture.explain(event, store.trace, store.state.step));
  element.addEventListener("click", (event) => {
    const unit = picture.unitAt(event);
    if (unit !== null) store.set({ unit });
  });
  build();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace && likeness(store.trace) !== drawn) build();
      else picture.show(store.trace, shown(state), newTrace ? null : shown(previous));
      if (!pinned && state.phase !== null && state.phase !== previous.phase) sight.keep(element, () => picture.atWork());
    },
    destroy() {
      resized.disconnect();
      sight.destroy();
      element.remove();
    },
  };
}

/** What two traces must share to be shown in the same drawing. */
function likeness({ cell, title, options, units, inputs, quantities, phases }) {
  const said = quantities.map(({ name, symbol, title: words, colour }) => [name, symbol, words, colour]);
  return JSON.stringify([cell, title, options, units, inputs, said, phases]);
}

/** A known cell's own geometry, or one laid out from the definition. */
export function geometryOf(trace) {
  const geometry = CELL_GEOMETRIES[trace.cell]?.(trace.options);
  const needed = geometry && Object.values(geometry.nodes).flatMap(({ of, value }) => of ?? value?.of ?? []);
  return needed?.every((name) => name in trace.byName) ? geometry : genericGeometry(trace);
}
