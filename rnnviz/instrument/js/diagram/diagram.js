// The cell as a picture: vectors as strips of their units, gates, and the wires between them. It is drawn once for a
// cell and a width; a step only changes colours, thicknesses and classes.

import { phaseOf } from "../model/equations.js";
import { closestTo, html } from "../page/dom.js";
import { createScrollBox } from "../page/scroll-box.js";
import { genericGeometry } from "./generic-geometry.js";
import { gruGeometry } from "./gru-geometry.js";
import { lstmGeometry } from "./lstm-geometry.js";
import { DiagramPicture } from "./picture.js";
import { rnnGeometry } from "./rnn-geometry.js";

/**
 * @import { ElementView, State, Store } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 * @import { FormName, Geometry } from "./geometry.js"
 */

const SMALLEST = 0.6; // of its full size; labels of the wide form would be hard to read below
const DENSE = 0.75; // of its full size; below, labels are written larger in proportion

/**
 * The cells that have a diagram of their own, by name.
 * @type {Record<string, (options: Record<string, string>) => Geometry>}
 */
const GEOMETRIES = { lstm: lstmGeometry, gru: gruGeometry, rnn: rnnGeometry };

/**
 * Show the cell as a picture.
 * @param {Store} store
 * @param {{ phase?: string }} [options]  the name of a phase that is always shown, whatever the store's
 * @returns {ElementView}
 */
export function createDiagram(store, { phase: pinned } = {}) {
  const element = html("figure", { class: "diagram" });
  const scrollBox = createScrollBox();
  let width = Infinity; // until it is known
  let drawn = appearance(store.trace);
  let geometry = geometryOf(store.trace);
  let form = fittingForm();
  let picture = new DiagramPicture(store.trace, geometry, form);

  const resized = new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    if (width > 0 && fittingForm() !== form) draw();
    else condense();
  });

  /** @returns {FormName} */
  function fittingForm() {
    const { size, smallest = SMALLEST } = geometry.forms.wide;
    return width >= smallest * size[0] ? "wide" : "narrow";
  }

  function condense() {
    picture.element.classList.toggle("dense", form === "wide" && width < DENSE * geometry.forms.wide.size[0]);
  }

  function draw() {
    form = fittingForm();
    picture = new DiagramPicture(store.trace, geometry, form);
    show();
  }

  function show() {
    element.replaceChildren(picture.element);
    picture.show(store.trace, pinnedState(store.state), null);
    condense();
  }

  /**
   * A state with the pinned phase in place of its own.
   * @param {State} state
   * @returns {State}
   */
  function pinnedState(state) {
    if (!pinned) return state;
    const phase = store.trace.phases.findIndex(({ name }) => name === pinned);
    return { ...state, phase: phase < 0 ? null : phase };
  }

  element.addEventListener("pointerover", (event) => {
    store.set({ highlight: closestTo(event, "[data-name]")?.dataset.name ?? null });
  });
  element.addEventListener("pointerleave", () => store.set({ highlight: null }));
  element.addEventListener("pointermove", (event) => picture.explain(event, store.trace, store.state.step));
  element.addEventListener("click", (event) => {
    const unit = picture.unitAt(event);
    const name = closestTo(event, "[data-name]")?.dataset.name;
    const phase = name === undefined || pinned ? null : phaseOf(store.trace, name);
    if (unit !== null) store.set({ unit });
    else if (phase !== null) store.set({ phase, playing: false });
  });
  show();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace && appearance(store.trace) !== drawn) {
        drawn = appearance(store.trace);
        geometry = geometryOf(store.trace);
        draw();
      } else {
        picture.show(store.trace, pinnedState(state), newTrace ? null : pinnedState(previous));
      }
      if (!pinned && state.phase !== null && state.phase !== previous.phase) {
        scrollBox.show(element, () => picture.activeElements());
      }
    },
    destroy() {
      resized.disconnect();
      scrollBox.destroy();
      element.remove();
    },
  };
}

/**
 * What two traces must share to be shown in the same drawing.
 * @param {Trace} trace
 * @returns {string}
 */
function appearance({ cell, title, options, widths, quantities, phases }) {
  const labels = quantities.map((quantity) => [quantity.name, quantity.symbol, quantity.title, quantity.colour]);
  return JSON.stringify([cell, title, options, widths, labels, phases]);
}

/**
 * A known cell's own geometry, or one laid out from the definition.
 * @param {Trace} trace
 * @returns {Geometry}
 */
export function geometryOf(trace) {
  const geometry = GEOMETRIES[trace.cell]?.(trace.options);
  return geometry && quantitiesIn(geometry).every((name) => name in trace.byName) ? geometry : genericGeometry(trace);
}

/**
 * The names of the quantities that a geometry shows.
 * @param {Geometry} geometry
 * @returns {string[]}
 */
function quantitiesIn({ nodes }) {
  return Object.values(nodes).flatMap((node) => {
    if ("of" in node) return [node.of];
    return "value" in node ? [node.value.of] : [];
  });
}
