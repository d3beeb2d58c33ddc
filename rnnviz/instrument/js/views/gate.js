// A gate at work: what a vector held, how far the gate is open, and the product of both, unit by unit.

import { DiagramStrip } from "../diagram/vector-strip.js";
import { formulaPieces, inkOf } from "../diagram/values.js";
import { html, svg } from "../page/dom.js";
import { insideOf, parseEquation, quantityIn } from "../model/equations.js";
import { heldWords } from "../model/holds.js";
import { bare, computable, decimal, exact, leavesOf, placeOf, vectorOf, weighs } from "../model/terms.js";

const STRIP_HEIGHT = 30;

/**
 * Where a cell multiplies a gate with another quantity: {equation, product, gate, of}, parts of an
 * equation's tree. The gate may stand as 1 − gate. Null if the cell has no such product.
 */
export function gatingOf(trace, gate, of) {
  for (const latex of trace.phases.flatMap((phase) => phase.equations)) {
    const equation = parseEquation(latex);
    for (const product of equation ? productsIn(equation.tree) : []) {
      const opening = product.factors.find((factor) => !weighs(factor) && speaksOnlyOf(factor, gate));
      const other = product.factors.find((factor) => factor !== opening && speaksOnlyOf(factor, of));
      if (opening && other && product.factors.length === 2) return { equation, product, gate: opening, of: other };
    }
  }
  return null;
}

function productsIn(node) {
  return [...(node.kind === "product" ? [node] : []), ...insideOf(node).flatMap(productsIn)];
}

function speaksOnlyOf(node, name) {
  const quantities = leavesOf(node).flatMap((leaf) => quantityIn(leaf)?.name ?? []);
  return quantities.length > 0 && quantities.every((found) => found === name);
}

/** The vectors of a gating at a step: {of, gate, product}, numbers by unit. */
export function gatedAt(trace, { equation, gate, of }, step) {
  const place = placeOf(trace, equation, step, 0);
  const [held, open] = [of, gate].map((node) => vectorOf(bare(node), place));
  return { of: held, gate: open, product: Float64Array.from(held, (value, unit) => value * open[unit]) };
}

/** The view of the gate and the quantity named. Returns {element, update, destroy}. */
export function createGate(store, { gate: gateName, of: ofName }) {
  const where = html("p", { class: "gate-where" });
  const rows = html("div", { class: "gate-rows diagram" }); // strips look as they do in the diagram
  const told = html("p", { class: "gate-told" });
  const marks = { class: "gating", role: "slider", tabindex: 0, "aria-orientation": "vertical" };
  const element = html("figure", marks, where, rows, told);
  const resized = new ResizeObserver(() => {
    const wide = Math.round(rows.lastChild?.lastChild.getBoundingClientRect().width ?? 0);
    if (wide > 0 && wide !== width) draw(wide);
  });
  let width = 480; // of a strip, until it is known
  let gating, strips, numbers;

  function build() {
    const { trace } = store;
    gating = gatingOf(trace, gateName, ofName);
    if (gating && !computable(trace, { ...gating.equation, tree: gating.product })) gating = null;
    element.hidden = !gating;
    if (gating) draw(width);
  }

  function draw(newWidth) {
    width = newWidth;
    if (!gating) return;
    const { trace } = store;
    const { before } = quantityIn(gating.of);
    const [of, gate] = [trace.byName[ofName], trace.byName[gateName]];
    const summed = weighs(gating.of); // the gate lies on what the weights made of the quantity
    const title = `${summed ? "sum over the " : ""}${of.title}${before ? " before" : ""}`;
    const scale = summed ? { ...of, limits: limitsOf(trace, gating) } : of;
    strips = [
      { name: "of", sign: "", node: gating.of, words: title, quantity: scale },
      { name: "gate", sign: "×", node: gating.gate, words: gate.title, quantity: gate },
      { name: "product", sign: "=", node: gating.product, words: before ? "kept" : "let through", quantity: scale },
    ].map((row) => ({ ...row, strip: new DiagramStrip([width / 2, STRIP_HEIGHT / 2], [width, STRIP_HEIGHT], trace.units) }));
    rows.replaceChildren(...strips.map((row) => rowOf(row, trace, width)));
    element.setAttribute("aria-label", `${title} times ${gate.title}: arrow keys up and down choose a unit`);
    show();
  }

  function show() {
    const { state, trace } = store;
    if (!gating) return;
    numbers = gatedAt(trace, gating, state.step);
    where.textContent = `All ${trace.units} units at “${trace.tokens[state.step]}”, step ${state.step + 1} of ${trace.steps}`;
    for (const { name, strip, quantity } of strips) strip.paint(numbers[name], quantity);
    light();
    choose();
  }

  function light() {
    for (const row of rows.children) row.classList.toggle("lit", store.state.lit !== null && row.dataset.name === store.state.lit);
  }

  function choose() {
    const { unit } = store.state;
    for (const { strip } of strips) strip.choose(unit);
    tell(unit);
    const values = { min: 0, max: store.trace.units - 1, now: unit, text: told.textContent };
    for (const [key, value] of Object.entries(values)) element.setAttribute(`aria-value${key}`, value);
  }

  /** "unit 6: 2.981 × 0.998 = 2.975". */
  function tell(unit) {
    const words = strips.flatMap(({ name, sign, quantity }) => {
      const value = numbers[name][unit];
      const number = { class: name === "product" ? "gate-number gate-product" : "gate-number", style: `color: ${inkOf(quantity)}`, title: exact(value) };
      return [sign ? ` ${sign} ` : "", html("span", number, decimal(value))];
    });
    told.replaceChildren(`unit ${unit}: `, ...words, remarkOn(unit));
  }

  /** What an intervention holds among the factors of this step, and whether what comes of them is used. */
  function remarkOn(unit) {
    const { trace, state } = store;
    const factors = [gating.gate, gating.of].map(quantityIn).filter(({ before }) => !before);
    const names = new Set([...factors.map(({ name }) => name), gating.equation.target]);
    const remarks = [...names].flatMap((name) => {
      const words = heldWords(trace, name, state.step, unit);
      return words ? [`the ${trace.byName[name].title} is ${words}`] : [];
    });
    return remarks.length ? `; ${remarks.join("; ")}` : "";
  }

  function unitAt(event) {
    const row = strips?.find(({ strip }) => strip.element.contains(event.target));
    return row ? row.strip.unitAt(event.clientX, event.clientY) : null;
  }

  function point(event) {
    const name = event.target.closest("[data-name]")?.dataset.name ?? null;
    if (name !== store.state.lit) store.set({ lit: name });
  }

  rows.addEventListener("click", (event) => {
    const unit = unitAt(event);
    if (unit !== null) store.set({ unit });
  });
  rows.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || !gating) return;
    tell(unitAt(event) ?? store.state.unit);
  });
  rows.addEventListener("pointerover", point);
  rows.addEventListener("pointerleave", () => {
    store.set({ lit: null });
    if (gating) choose();
  });
  build();
  resized.observe(element);
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (gating && state.step !== previous.step) show();
      else if (gating && state.unit !== previous.unit) choose();
      if (gating && state.lit !== previous.lit) light();
    },
    destroy() {
      resized.disconnect();
      element.remove();
    },
  };
}

/** A scale for numbers that are not recorded as a quantity of their own: to the largest of all steps. */
function limitsOf(trace, gating) {
  const steps = trace.tokens.map((_, step) => gatedAt(trace, gating, step).of);
  const most = Math.max(...steps.map((numbers) => numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)));
  return [-most || -1, most || 1];
}

/** A strip with its sign in front, and over it what it shows and how far its colours go. */
function rowOf({ name: row, sign, node, words, quantity, strip }, trace, width) {
  const symbol = formulaPieces(bare(node), trace).flatMap(({ text, sub, name }) =>
    name ? html("span", { style: `color: ${inkOf(trace.byName[name])}` }, html("i", {}, text), sub ? html("sub", {}, sub) : null) : parameters(text),
  );
  const [low, high] = quantity.limits.map((limit) => String(Number(limit.toPrecision(3))).replace("-", "−"));
  const label = html(
    "div",
    { class: "gate-label" },
    html("span", { class: "gate-symbol" }, ...symbol),
    html("span", {}, words),
    html("span", { class: "gate-scale" }, `colours: ${low} to ${high}`),
  );
  const picture = svg("svg", { viewBox: `0 0 ${width} ${STRIP_HEIGHT}`, style: `--ink: ${inkOf(quantity)}` }, strip.element);
  const marks = { class: "gate-row", "data-name": row === "product" ? null : quantity.name };
  return html("div", marks, html("span", { class: "gate-sign", "aria-hidden": "true" }, sign), label, picture);
}

/** Text in which the names of weights stand, "W_hn h + b_hn", with their letters below the line. */
function parameters(text) {
  return text.split(/(\b[Wbp]_\w+)/).flatMap((part) => {
    const [, letter, label] = part.match(/^([Wbp])_(\w+)$/) ?? [];
    return letter ? [html("i", {}, letter), html("sub", {}, label)] : [part];
  });
}
