// A gate at work: what a vector held, how far the gate is open, and the product of the two, unit by unit.

import { formulaPieces, inkOf } from "../diagram/value-display.js";
import { VectorStrip } from "../diagram/vector-strip.js";
import { mainValue } from "../model/equations.js";
import { gatedVectors, gatingOf } from "../model/gating.js";
import { holdText } from "../model/holds.js";
import { brief, decimal, exact } from "../model/numbers.js";
import { hasWeights, isComputable } from "../model/terms.js";
import { closestTo, html, svg } from "../page/dom.js";

/**
 * @import { GatedVectors, Gating } from "../model/gating.js"
 * @import { ExpressionData } from "../model/payload.d.ts"
 * @import { ElementView, Store } from "../model/store.js"
 * @import { Quantity, Trace } from "../model/trace.js"
 */

/**
 * One of the three strips.
 * @typedef {object} Row
 * @property {"of" | "gate" | "product"} name
 * @property {string} sign  in front of it
 * @property {ExpressionData} node
 * @property {string} words
 * @property {Quantity} quantity  in whose colours it is shown
 * @property {VectorStrip} strip
 */

const STRIP_HEIGHT = 30;
const FIRST_WIDTH = 480; // of a strip, until it is known

/**
 * Show a gate, what it multiplies, and their product.
 * @param {Store} store
 * @param {string} gateName
 * @param {string} ofName  what the gate multiplies
 * @returns {ElementView}
 */
export function createGate(store, gateName, ofName) {
  const where = html("p", { class: "gate-where" });
  const rowList = html("div", { class: "gate-rows diagram" }); // strips look as they do in the diagram
  const pointed = html("p", { class: "gate-pointed" });
  const marks = { class: "gating", role: "slider", tabindex: 0, "aria-orientation": "vertical" };
  const element = html("figure", marks, where, rowList, pointed);
  const resized = new ResizeObserver(() => {
    const measured = Math.round(rowList.lastElementChild?.lastElementChild?.getBoundingClientRect().width ?? 0);
    if (measured > 0 && measured !== width) draw(measured);
  });
  let width = FIRST_WIDTH;
  /** @type {Gating | null} */
  let gating = null;
  /** @type {Row[]} */
  let rows = [];
  /** @type {GatedVectors} */
  let vectors;

  function build() {
    const { trace } = store;
    gating = gatingOf(trace, gateName, ofName);
    if (gating && !isComputable(trace, gating.product)) gating = null;
    element.hidden = !gating;
    draw(width);
  }

  /** @param {number} newWidth */
  function draw(newWidth) {
    width = newWidth;
    if (!gating) return;
    const { trace } = store;
    const [of, gate] = [trace.byName[ofName], trace.byName[gateName]];
    const before = mainValue(gating.of)?.is_before;
    const summed = hasWeights(gating.of); // the gate multiplies a weighted sum over the quantity
    const title = `${summed ? "sum over the " : ""}${of.title}${before ? " before" : ""}`;
    const scale = summed ? { ...of, limits: limitsOf(trace, gating) } : of;
    rows = [
      createRow("of", "", gating.of, title, scale),
      createRow("gate", "×", gating.gate, gate.title, gate),
      createRow("product", "=", gating.product, before ? "kept" : "let through", scale),
    ];
    rowList.replaceChildren(...rows.map((row) => rowElement(row, trace, width)));
    element.setAttribute("aria-label", `${title} times ${gate.title}: arrow keys up and down select a unit`);
    show();
  }

  /**
   * @param {Row["name"]} name
   * @param {string} sign
   * @param {ExpressionData} node
   * @param {string} words
   * @param {Quantity} quantity
   * @returns {Row}
   */
  function createRow(name, sign, node, words, quantity) {
    const units = store.trace.width(gateName);
    const strip = new VectorStrip([width / 2, STRIP_HEIGHT / 2], [width, STRIP_HEIGHT], units);
    return { name, sign, node, words, quantity, strip };
  }

  function show() {
    const { state, trace } = store;
    if (!gating) return;
    vectors = gatedVectors(trace, gating, state.step);
    const step = `“${trace.tokens[state.step]}”, step ${state.step + 1} of ${trace.steps}`;
    where.textContent = `All ${trace.width(gateName)} units at ${step}`;
    for (const { name, strip, quantity } of rows) strip.paint(vectors[name], quantity);
    highlight();
    select();
  }

  function highlight() {
    const { highlight: name } = store.state;
    for (const row of /** @type {HTMLElement[]} */ ([...rowList.children])) {
      row.classList.toggle("lit", name !== null && row.dataset.name === name);
    }
  }

  function select() {
    if (!gating) return;
    const { unit } = store.state;
    for (const { strip } of rows) strip.select(unit);
    describe(unit);
    const aria = { min: 0, max: store.trace.width(gateName) - 1, now: unit, text: pointed.textContent };
    for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-value${key}`, String(value));
  }

  /**
   * "unit 6: 2.981 × 0.998 = 2.975".
   * @param {number} unit
   */
  function describe(unit) {
    if (!store.trace.hasUnit(gateName, unit)) {
      pointed.textContent = `There is no unit ${unit} here.`;
      return;
    }
    const words = rows.flatMap(({ name, sign, quantity }) => {
      const value = vectors[name][unit];
      const kind = name === "product" ? "gate-number gate-product" : "gate-number";
      const number = { class: kind, style: `color: ${inkOf(quantity)}`, title: exact(value) };
      return [sign ? ` ${sign} ` : "", html("span", number, decimal(value))];
    });
    pointed.replaceChildren(`unit ${unit}: `, ...words, holdRemarks(unit));
  }

  /**
   * What an intervention holds among the factors of this step, and of the quantity that is computed from them.
   * @param {number} unit
   * @returns {string}
   */
  function holdRemarks(unit) {
    if (!gating) return "";
    const { trace, state } = store;
    const factors = [gating.gate, gating.of].flatMap((node) => mainValue(node) ?? []);
    const present = factors.filter(({ is_before: isBefore }) => !isBefore).map(({ name }) => name);
    const remarks = [...new Set([...present, gating.equation.target])].flatMap((name) => {
      const hold = holdText(trace, name, state.step, unit);
      return hold ? [`; the ${trace.byName[name].title} is ${hold}`] : [];
    });
    return remarks.join("");
  }

  /**
   * @param {MouseEvent} event
   * @returns {number | null}
   */
  function unitAt(event) {
    const target = /** @type {globalThis.Node | null} */ (event.target);
    return rows.find(({ strip }) => strip.element.contains(target))?.strip.unitAt(event) ?? null;
  }

  rowList.addEventListener("click", (event) => {
    const unit = unitAt(event);
    if (unit !== null) store.set({ unit });
  });
  rowList.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch" && gating) describe(unitAt(event) ?? store.state.unit);
  });
  rowList.addEventListener("pointerover", (event) => {
    store.set({ highlight: closestTo(event, "[data-name]")?.dataset.name ?? null });
  });
  rowList.addEventListener("pointerleave", () => {
    store.set({ highlight: null });
    select();
  });
  build();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (state.step !== previous.step) show();
      else if (state.unit !== previous.unit) select();
      if (state.highlight !== previous.highlight) highlight();
    },
    destroy() {
      resized.disconnect();
      element.remove();
    },
  };
}

/**
 * A scale for numbers that are not recorded as a quantity of their own: to the largest of all steps.
 * @param {Trace} trace
 * @param {Gating} gating
 * @returns {[number, number]}
 */
function limitsOf(trace, gating) {
  let most = 0;
  for (let step = 0; step < trace.steps; step++) {
    for (const value of gatedVectors(trace, gating, step).of) most = Math.max(most, Math.abs(value));
  }
  return [-most || -1, most || 1];
}

/**
 * A strip with its sign in front, and above it what it shows and how far its colours reach.
 * @param {Row} row
 * @param {Trace} trace
 * @param {number} width
 * @returns {HTMLElement}
 */
function rowElement({ name: row, sign, node, words, quantity, strip }, trace, width) {
  const symbol = formulaPieces(node, trace).flatMap(({ text, sub, name }) => {
    if (!name) return sub ? [html("i", {}, text), html("sub", {}, sub)] : parameterElements(text);
    const style = `color: ${inkOf(trace.byName[name])}`;
    return [html("span", { style }, html("i", {}, text), sub ? html("sub", {}, sub) : null)];
  });
  const [low, high] = quantity.limits.map(brief);
  const label = html(
    "div",
    { class: "gate-label" },
    html("span", { class: "gate-symbol" }, symbol),
    html("span", {}, words),
    html("span", { class: "gate-scale" }, `colours: ${low} to ${high}`),
  );
  const size = { viewBox: `0 0 ${width} ${STRIP_HEIGHT}`, style: `--ink: ${inkOf(quantity)}` };
  const marks = { class: "gate-row", "data-name": row === "product" ? null : quantity.name };
  const signElement = html("span", { class: "gate-sign", "aria-hidden": "true" }, sign);
  return html("div", marks, signElement, label, svg("svg", size, strip.element));
}

/**
 * Text with the names of weights in it, "W_hn h + b_hn", with their letters below the line.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
function parameterElements(text) {
  /** @type {(part: string) => (string | HTMLElement)[]} */
  const elements = (part) => {
    const [, letter, label] = part.match(/^([A-Za-z]+)_(\w+)$/) ?? [];
    return letter ? [html("i", {}, letter), html("sub", {}, label)] : [part];
  };
  return text.split(/(\b[A-Za-z]+_\w+)/).flatMap(elements);
}
