// The curve of an activation with the values of a step on it: each unit is at its weighted sum, computed from the
// weights, and at its recorded value.

import { inkOf } from "../diagram/value-display.js";
import { holdsAt, holdText } from "../model/holds.js";
import { clamp, decimal, exact } from "../model/numbers.js";
import { activatedSumOf, boundsOf, weightedSumsAt } from "../model/weighted-sums.js";
import { hasModifier, html, svg } from "../page/dom.js";
import { createCurvePlot } from "./curve-plot.js";

/**
 * @import { QuantityData } from "../model/payload.d.ts"
 * @import { ElementView, Store } from "../model/store.js"
 * @import { ActivatedSum } from "../model/weighted-sums.js"
 * @import { CurvePlot } from "./curve-plot.js"
 */

const HEIGHT = { share: 0.5, least: 200, most: 270 }; // of the width; pixels
const ENDS = [4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 60, 80, 100]; // where the axis of the sums may end
const OPERATIONS = 5e6; // for more of them, the axis starts with the current step alone and grows
const FIRST_WIDTH = 480; // until it is known
const SUMS_MISSING = "This long trace was sent without its input vectors, so its sums cannot be shown.";
/** @type {Record<string, number>} */
const MOVES = { ArrowUp: 1, ArrowDown: -1 };

/**
 * Show a quantity's activation with the values of all units.
 * @param {Store} store
 * @param {string} name  of the quantity
 * @returns {ElementView}
 */
export function createCurve(store, name) {
  const where = html("p", { class: "curve-where" });
  const pointed = html("p", { class: "curve-pointed" });
  const remark = html("p", { class: "curve-remark" }, SUMS_MISSING);
  const marks = { class: "curve-plot", role: "slider", tabindex: 0, "aria-orientation": "vertical" };
  const picture = svg("svg", { ...marks, onkeydown: handleKey });
  const element = html("figure", { class: "curve", "data-name": name }, where, picture, pointed, remark);
  const resized = new ResizeObserver(([{ contentRect }]) => {
    const measured = Math.round(contentRect.width);
    if (measured > 0 && measured !== width) draw(measured);
  });
  let width = FIRST_WIDTH;
  let end = ENDS[0];
  /** @type {ActivatedSum | null} */
  let activation = null;
  /** @type {QuantityData} */
  let quantity;
  /** @type {CurvePlot} */
  let plot;
  /** @type {Float64Array | null} */
  let sums = null;
  /** @type {Float32Array} */
  let values = new Float32Array();
  /** The sums of each step of this trace. @type {Map<number, Float64Array | null>} */
  let sumsByStep = new Map();

  function build() {
    activation = activatedSumOf(store.trace, name);
    quantity = store.trace.byName[name];
    element.hidden = !activation;
    sumsByStep = new Map();
    if (!activation) return;
    element.style.setProperty("--ink", inkOf(quantity));
    const { steps, units, inputSize } = store.trace;
    const affordable = steps * store.trace.width(name) * (units + inputSize) <= OPERATIONS;
    const measured = affordable ? Array.from({ length: steps }, (_, step) => step) : [store.state.step];
    end = Math.max(...measured.map(endFor));
    draw(width);
  }

  /**
   * @param {number} step
   * @returns {Float64Array | null}
   */
  function sumsAt(step) {
    let found = sumsByStep.get(step);
    if (found === undefined) {
      found = activation && weightedSumsAt(store.trace, activation, step);
      sumsByStep.set(step, found);
    }
    return found;
  }

  /**
   * Where the axis must end to show a step.
   * @param {number} step
   * @returns {number}
   */
  function endFor(step) {
    const largest = sumsAt(step)?.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0) ?? 0;
    return ENDS.find((x) => x >= largest) ?? Math.ceil(largest);
  }

  /**
   * Draw what stays the same from step to step: axes, bounds and the line.
   * @param {number} newWidth
   */
  function draw(newWidth) {
    width = newWidth;
    if (!activation) return;
    const height = clamp(width * HEIGHT.share, HEIGHT.least, HEIGHT.most);
    const { compute } = activation;
    plot = createCurvePlot({
      width,
      height,
      end,
      bounds: boundsOf(activation),
      compute,
      units: store.trace.width(name),
    });
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...plot.elements);
    show();
  }

  function show() {
    const { state, trace } = store;
    if (!activation) return;
    sums = sumsAt(state.step);
    values = trace.vector(name, state.step);
    const needed = sums ? endFor(state.step) : end;
    if (needed > end) {
      end = needed;
      draw(width);
      return;
    }
    const held = holdsAt(trace, name, state.step)?.filter(Boolean).length;
    const step = `“${trace.tokens[state.step]}”, step ${state.step + 1} of ${trace.steps}`;
    where.replaceChildren(
      html("span", { class: "curve-name" }, `${quantity.title} `, html("i", {}, quantity.symbol)),
      ` = ${activation.symbol}(weighted sum): all ${trace.width(name)} units at ${step}`,
      held ? `; ${held} of them held off the curve by what-if` : "",
    );
    remark.hidden = sums !== null || trace.weights === null; // weights may still be on their way
    plot.placeDots(sums, values);
    select();
  }

  function select() {
    if (!activation) return;
    const { unit } = store.state;
    const label = `${quantity.title}, ${activation.symbol} of the weighted sum: arrow keys up and down select a unit`;
    picture.setAttribute("aria-label", label);
    const known = sums !== null && store.trace.hasUnit(name, unit);
    const text = known ? sentence(unit) : `unit ${unit}`;
    const aria = { min: 0, max: store.trace.width(name) - 1, now: unit, text };
    for (const [key, value] of Object.entries(aria)) picture.setAttribute(`aria-value${key}`, String(value));
    pointed.style.display = known ? "" : "none";
    plot.select(known && sums ? { sum: sums[unit], value: values[unit] } : null);
    if (known) describe(unit);
  }

  /**
   * "unit 6: tanh(1.234) = 0.844".
   * @param {number} unit
   * @returns {string}
   */
  function sentence(unit) {
    const hold = holdText(store.trace, name, store.state.step, unit);
    const left = hold || `${activation?.symbol}(${sums ? decimal(sums[unit]) : ""})`;
    return `unit ${unit}: ${left} = ${decimal(values[unit])}`;
  }

  /** @param {number} unit */
  function describe(unit) {
    if (!sums) return;
    const [head, result] = sentence(unit).split(/(?<== )/);
    const number = html("b", { title: exact(values[unit]) }, result);
    pointed.replaceChildren(html("span", { title: `weighted sum: ${exact(sums[unit])}` }, head), number);
  }

  /**
   * The unit whose dot is closest to a pointer.
   * @param {MouseEvent} event
   * @returns {number}
   */
  function unitAt({ clientX, clientY }) {
    const box = picture.getBoundingClientRect();
    const scale = width / box.width;
    return plot.closestUnit([(clientX - box.left) * scale, (clientY - box.top) * scale]);
  }

  /** @param {PointerEvent} event */
  function handlePointer(event) {
    if (!sums || event.pointerType === "touch") return;
    const unit = unitAt(event);
    plot.hint(unit === store.state.unit ? null : { sum: sums[unit], value: values[unit] });
    describe(unit);
  }

  /**
   * Up and down follow the curve: to the next larger or smaller sum.
   * @param {KeyboardEvent} event
   */
  function handleKey(event) {
    const by = MOVES[event.key];
    if (!by || !sums || hasModifier(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const at = sums;
    const order = [...at.keys()].sort((a, b) => at[a] - at[b]);
    const next = order[order.indexOf(store.state.unit) + by];
    if (next !== undefined) store.set({ unit: next });
  }

  function highlight() {
    element.classList.toggle("lit", store.state.highlight === name);
  }

  picture.addEventListener("pointermove", handlePointer);
  picture.addEventListener("pointerleave", () => select());
  picture.addEventListener("click", (event) => sums && store.set({ unit: unitAt(event) }));
  build();
  highlight();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      highlight();
      if (newTrace) build();
      else if (state.step !== previous.step) show();
      else if (state.unit !== previous.unit) select();
    },
    destroy() {
      resized.disconnect();
      element.remove();
    },
  };
}
