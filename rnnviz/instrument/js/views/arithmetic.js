// The arithmetic panel: each phase's equations, and under them the same lines with this step's numbers.
//
// The elements are made once for a kind of cell; a step changes only the text of the numbers.

import { colourOf, textColour } from "../model/colours.js";
import { html } from "../page/dom.js";
import { equationMarkup, parseEquation, plainEquation, quantityIn, symbolOf } from "../model/equations.js";
import { symbolOfFunction } from "../model/functions.js";
import { heldWords } from "../model/holds.js";
import { openedSum } from "./weighted-sum.js";
import { bare, computable, exact, lastOperands, leavesOf, placeOf, valueOf, weightedSum, WRITTEN } from "../model/terms.js";

const HARD_SPACE = "\u00a0";
const PARTS_LEFT_OUT = "The parts of the sums were left out to keep the page fast.";
const READS_BACKWARDS = "This direction reads from the end: its t − 1 is the step to the right.";

/**
 * The panel for the store's trace. Returns {element, update, destroy}.
 * phase: the name of one whose lines alone are shown, without its title; then nothing is dimmed.
 */
export function createArithmetic(store, { phase: only } = {}) {
  const where = html("p", { class: "arithmetic-where" });
  const remark = html("p", { class: "arithmetic-remark" });
  const list = html("ol", { class: "arithmetic-phases" });
  const element = html("section", { class: "arithmetic", "aria-label": "Arithmetic" }, where, remark, list);
  let lines = []; // one for each equation: {element, partial, fill(place)}
  let built = null;
  let lit = null;

  function build(trace) {
    lines = [];
    const phases = only ? trace.phases.filter(({ name }) => name === only) : trace.phases;
    const items = phases.map(({ title, says, equations }) => {
      const own = equations.map((latex) => equationLine(trace, latex, reveal));
      lines.push(...own);
      const words = [html("p", { class: "arithmetic-title" }, title), html("p", { class: "arithmetic-says" }, says)];
      return html("li", { class: "arithmetic-phase" }, ...(only ? [] : words), ...own.map((line) => line.element));
    });
    element.hidden = !items.length;
    list.replaceChildren(...items);
    const reduced = !trace.weights || trace.quantities.some(({ name }) => !(name in trace.arrays));
    const leftOut = reduced && lines.some((line) => line.partial);
    const remarks = [leftOut && PARTS_LEFT_OUT, trace.backward && READS_BACKWARDS];
    remark.textContent = remarks.filter(Boolean).join(" ");
    remark.hidden = !remark.textContent;
  }

  function fill({ step, unit }) {
    const { trace } = store;
    where.textContent = `Unit ${unit} at “${trace.tokens[step]}”, step ${step + 1} of ${trace.steps}`;
    for (const line of lines) line.fill(trace, step, unit);
  }

  /** Fill what was closed so far. */
  function reveal() {
    fill(store.state);
    light();
  }

  function light() {
    lit = store.state.lit;
    for (const named of element.querySelectorAll("[data-name]")) {
      named.classList.toggle("arithmetic-lit", named.dataset.name === lit);
    }
  }

  function mark(phase) {
    [...list.children].forEach((item, k) => {
      item.classList.toggle("arithmetic-dim", phase !== null && k !== phase);
      if (k === phase) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }

  function update(state, previous, newTrace) {
    const kind = newTrace ? kindOf(store.trace) : built;
    const other = kind !== built;
    if (other) build(store.trace);
    built = kind;
    const moved = newTrace || state.step !== previous.step || state.unit !== previous.unit;
    if (moved) fill(state);
    if (moved || state.lit !== lit) light();
    if (!only && (other || state.phase !== previous.phase)) mark(state.phase);
  }

  function point(event) {
    store.set({ lit: event.target.closest("[data-name]")?.dataset.name ?? null });
  }

  const leave = () => store.set({ lit: null });
  const listeners = { pointerover: point, focusin: point, pointerleave: leave, focusout: leave };
  for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener);
  update(store.state, store.state, true);
  return { element, update, destroy: () => element.remove() };
}

/** All that the elements depend on: two traces of one kind differ in their numbers only. */
function kindOf({ cell, units, inputs, quantities, phases, backward, weights, arrays }) {
  const words = quantities.map(({ name, symbol, title }) => [name, symbol, title]);
  return JSON.stringify([cell, units, inputs, words, phases, backward, weights?.rows, Object.keys(arrays)]);
}

/** An equation and its numbers: {element, partial, fill(trace, step, unit)}; partial if some are not known. */
function equationLine(trace, latex, reveal) {
  const equation = parseEquation(latex);
  const target = equation ? equation.target : /^\\q\{(\w+)\}/.exec(latex)?.[1];
  const known = equation !== null && computable(trace, equation);
  const sum = known ? weightedSum(equation) : null;
  const stages = known ? stagesOf(trace, equation) : [];
  const held = html("span", { class: "arithmetic-stage arithmetic-held" });
  const parts = [...stages];
  if (target in trace.arrays) parts.push(resultOf(trace, target));
  const values = html("p", { class: "arithmetic-values" }, held, " ", ...parts.flatMap((part) => [part.element, " "]));
  if (sum) stages.push(parts[parts.push(openedSum(trace, equation, sum, reveal)) - 1]);
  const formula = equation ? equationMarkup(equation, trace.byName) : plainEquation(latex, trace.byName);
  return {
    element: html(
      "div",
      { class: "arithmetic-equation" },
      html("div", { class: "arithmetic-formula" }, formula),
      values,
      sum && parts.at(-1).element,
    ),
    partial: equation !== null && !known,
    fill(now, step, unit) {
      const place = placeOf(now, equation ?? { target }, step, unit);
      held.textContent = heldWords(now, target, step, unit);
      held.hidden = !held.textContent;
      for (const stage of stages) stage.element.hidden = !held.hidden; // what does not give the value is not shown
      for (const part of parts) part.fill(place);
    },
  };
}

/** The equation with its numbers put in, and again with only the last operation left to do. */
function stagesOf(trace, equation) {
  const leaves = new Set(leavesOf(equation.tree));
  const operands = lastOperands(equation);
  const stages = [filledIn(trace, equation.tree, (node) => leaves.has(node))];
  const done = (node) => leaves.has(node) || operands.includes(bare(node));
  if (operands) stages.push(filledIn(trace, bare(equation.tree), done));
  return stages;
}

/** "= σ(0.412 − 0.031 + …)": a tree in which every node that `isNumber` holds for is its number. */
function filledIn(trace, tree, isNumber) {
  const numbers = [];

  /** The pieces of a node's line. way: how its sign is written if it is negative, see WRITTEN. */
  function pieces(node, way) {
    if (isNumber(node)) {
      if (node.kind === "number") return [String(node.value)];
      numbers.push(numberOf(trace, bare(node), way));
      return [numbers.at(-1).element];
    }
    if (node.kind === "sum") return node.terms.flatMap(summand);
    if (node.kind === "product") {
      const [head, ...others] = node.factors;
      return [...pieces(head, way), ...others.flatMap((factor) => [` ×${HARD_SPACE}`, ...pieces(factor, "inner")])];
    }
    const name = node.kind === "call" ? symbolOfFunction(node.name) : "";
    return [`${name}(`, ...pieces(bare(node.of), "first"), ")"];
  }

  function summand({ sign, of }, k) {
    if (sign < 0) return [k ? ` −${HARD_SPACE}` : `−${HARD_SPACE}`, ...pieces(of, "inner")];
    if (k === 0) return pieces(of, "first");
    if (isNumber(of) && of.kind !== "number") return [" ", ...pieces(of, "added")];
    return [` +${HARD_SPACE}`, ...pieces(of, "inner")];
  }

  const element = html("span", { class: "arithmetic-stage" }, `=${HARD_SPACE}`, ...pieces(tree, "first"));
  return { element, fill: (place) => numbers.forEach((number) => number.fill(place)) };
}

/** The number of a node: {element, fill(place)}. Of a quantity or a matrix product it wears the colour. */
function numberOf(trace, node, way) {
  const name = node.kind === "quantity" || node.kind === "matrix" ? quantityIn(node)?.name : null;
  const marks = name && { "data-name": name, style: `color: ${textColour(name)}`, tabindex: -1 };
  const text = document.createTextNode("");
  const element = html("span", { class: "arithmetic-number", ...marks }, text);
  const title = node.kind === "quantity" ? trace.byName[name].title : symbolOf(node, trace.byName);
  const called = node.before ? `old ${title}` : title;
  let shown = null;
  return {
    element,
    fill(place) {
      const value = valueOf(node, place);
      if (value === shown) return;
      shown = value;
      text.data = WRITTEN[way](value);
      element.title = `${called}: ${exact(value)}`;
    },
  };
}

/** The recorded value at the end of a line, with its colour in the heatmap beside it. */
function resultOf(trace, name) {
  const number = numberOf(trace, { kind: "quantity", name, before: false }, "first");
  const swatch = html("span", { class: "arithmetic-swatch", "aria-hidden": "true" });
  number.element.classList.add("arithmetic-result");
  const marks = { tabindex: 0, role: "group", "aria-label": trace.byName[name].title };
  for (const [key, value] of Object.entries(marks)) number.element.setAttribute(key, value);
  return {
    element: html("span", { class: "arithmetic-stage" }, `=${HARD_SPACE}`, number.element, swatch),
    fill(place) {
      number.fill(place);
      const { trace: now, step, unit } = place;
      swatch.style.backgroundColor = colourOf(now.byName[name], now.value(name, step, unit));
    },
  };
}
