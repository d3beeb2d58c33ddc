// The arithmetic panel: the equations of each phase, and below each the same line with the numbers of this step.
//
// The elements are made once for a cell. A step changes only the text of the numbers.

import { colourOf, textColour } from "../model/colours.js";
import { mainQuantity, parseEquation, plainEquation, textOf, ungrouped } from "../model/equations.js";
import { symbolOfFunction } from "../model/functions.js";
import { holdText } from "../model/holds.js";
import { decimal, exact, HARD_SPACE, MINUS, operand, summand } from "../model/numbers.js";
import { isComputable, lastOperands, leavesOf, scopeOf, valueOf, weightedSumOf } from "../model/terms.js";
import { closestTo, elementsIn, html } from "../page/dom.js";
import { formulaOf } from "./formula.js";
import { createSumTable } from "./sum-table.js";

/**
 * @import { Equation, Node, Term } from "../model/equations.js"
 * @import { ElementView, Store } from "../model/store.js"
 * @import { Scope } from "../model/terms.js"
 * @import { Trace } from "../model/trace.js"
 */

/** @typedef {{ element: HTMLElement, fill: (scope: Scope) => void }} Fillable  fill puts in the numbers of a scope */

/**
 * An equation with its numbers.
 * @typedef {object} Line
 * @property {HTMLElement} element
 * @property {boolean} incomplete  whether numbers are missing from the trace
 * @property {(trace: Trace, step: number, unit: number) => void} fill
 */

/**
 * How a number is written: on its own, with its sign as a summand, or as an operand behind another sign.
 * @typedef {"alone" | "summand" | "operand"} Notation
 */

/** @type {Record<Notation, (value: number) => string>} */
const WRITTEN = { alone: (value) => decimal(value), summand, operand: (value) => operand(value) };
const TIMES = ` ×${HARD_SPACE}`;
const TERMS_MISSING = "The terms of the sums were left out to keep the page fast.";
const READS_BACKWARD = `This direction reads from the end: its t ${MINUS} 1 is the step to the right.`;

/**
 * Show the equations with their numbers.
 * @param {Store} store
 * @param {{ phase?: string }} [options]  the name of the one phase to show, without its title; nothing is dimmed then
 * @returns {ElementView}
 */
export function createArithmetic(store, { phase: only } = {}) {
  const where = html("p", { class: "arithmetic-where" });
  const remark = html("p", { class: "arithmetic-remark" });
  const list = html("ol", { class: "arithmetic-phases" });
  const element = html("section", { class: "arithmetic", "aria-label": "Arithmetic" }, where, remark, list);
  /** @type {Line[]} */
  let lines = [];
  let built = "";
  /** @type {string | null} */
  let highlighted = null;

  /** @param {Trace} trace */
  function build(trace) {
    lines = [];
    const phases = only ? trace.phases.filter(({ name }) => name === only) : trace.phases;
    const items = phases.map(({ title, description, equations }) => {
      const phaseLines = equations.map((latex) => createLine(trace, latex, reveal));
      lines.push(...phaseLines);
      const head = html("p", { class: "arithmetic-title" }, title);
      const words = html("p", { class: "arithmetic-description" }, description);
      const elements = phaseLines.map((line) => line.element);
      return html("li", { class: "arithmetic-phase" }, only ? [] : [head, words], elements);
    });
    element.hidden = !items.length;
    list.replaceChildren(...items);
    const reduced = !trace.weights || trace.quantities.some(({ name }) => !(name in trace.arrays));
    const incomplete = reduced && lines.some((line) => line.incomplete);
    remark.textContent = [incomplete && TERMS_MISSING, trace.backward && READS_BACKWARD].filter(Boolean).join(" ");
    remark.hidden = !remark.textContent;
  }

  function fill() {
    const { trace, state: { step, unit } } = store;
    where.textContent = `Unit ${unit} at “${trace.tokens[step]}”, step ${step + 1} of ${trace.steps}`;
    for (const line of lines) line.fill(trace, step, unit);
  }

  /** Fill a table that has been opened. */
  function reveal() {
    fill();
    highlight();
  }

  function highlight() {
    highlighted = store.state.highlight;
    for (const named of elementsIn(element, "[data-name]")) {
      named.classList.toggle("arithmetic-lit", named.dataset.name === highlighted);
    }
  }

  /** @param {number | null} phase */
  function markPhase(phase) {
    [...list.children].forEach((item, k) => {
      item.classList.toggle("arithmetic-dim", phase !== null && k !== phase);
      if (k === phase) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }

  /** @type {ElementView["update"]} */
  function update(state, previous, newTrace) {
    const kind = newTrace ? layoutKey(store.trace) : built;
    const rebuilt = kind !== built;
    if (rebuilt) build(store.trace);
    built = kind;
    const moved = newTrace || state.step !== previous.step || state.unit !== previous.unit;
    if (moved) fill();
    if (moved || state.highlight !== highlighted) highlight();
    if (!only && (rebuilt || state.phase !== previous.phase)) markPhase(state.phase);
  }

  /** @type {(event: Event) => void} */
  const point = (event) => store.set({ highlight: closestTo(event, "[data-name]")?.dataset.name ?? null });
  const leave = () => store.set({ highlight: null });
  element.addEventListener("pointerover", point);
  element.addEventListener("focusin", point);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("focusout", leave);
  update(store.state, store.state, true);
  return { element, update, destroy: () => element.remove() };
}

/**
 * Everything that the elements depend on: two traces with the same key differ only in their numbers.
 * @param {Trace} trace
 * @returns {string}
 */
function layoutKey({ cell, units, inputSize, quantities, phases, backward, weights, arrays }) {
  const words = quantities.map(({ name, symbol, title }) => [name, symbol, title]);
  return JSON.stringify([cell, units, inputSize, words, phases, backward, weights?.rows, Object.keys(arrays)]);
}

/**
 * @param {Trace} trace
 * @param {string} latex
 * @param {() => void} reveal  called when the terms of a sum have been opened
 * @returns {Line}
 */
function createLine(trace, latex, reveal) {
  const equation = parseEquation(latex);
  const target = equation?.target ?? /^\\q\{(\w+)\}/.exec(latex)?.[1] ?? "";
  const known = equation !== null && isComputable(trace, equation);
  const sum = known ? weightedSumOf(equation) : null;
  const stages = known ? stagesOf(trace, equation) : [];
  const result = target in trace.arrays ? resultOf(trace, target) : null;
  const table = equation && sum ? createSumTable(trace, equation, sum, reveal) : null;
  const hold = html("span", { class: "arithmetic-stage arithmetic-held" });
  const shown = [...stages, ...(result ? [result] : [])];
  const values = html("p", { class: "arithmetic-values" }, hold, " ", shown.flatMap((part) => [part.element, " "]));
  const formula = equation ? formulaOf(equation, trace.byName) : plainEquation(latex, trace.byName);
  return {
    element: html(
      "div",
      { class: "arithmetic-equation" },
      html("div", { class: "arithmetic-formula" }, formula),
      values,
      table?.element,
    ),
    incomplete: equation !== null && !known,
    fill(now, step, unit) {
      const scope = scopeOf(now, target, step, unit);
      hold.textContent = holdText(now, target, step, unit);
      hold.hidden = !hold.textContent;
      const computing = table ? [...stages, table] : stages;
      for (const part of computing) part.element.hidden = !hold.hidden; // it does not give the value
      for (const part of [...computing, ...(result ? [result] : [])]) part.fill(scope);
    },
  };
}

/**
 * The equation with its numbers put in, and again with only the last operation left to do.
 * @param {Trace} trace
 * @param {Equation} equation
 * @returns {Fillable[]}
 */
function stagesOf(trace, equation) {
  const leaves = new Set(leavesOf(equation.tree));
  const operands = lastOperands(equation);
  const stages = [stageOf(trace, equation.tree, (node) => leaves.has(node))];
  if (operands) {
    const isNumber = (/** @type {Node} */ node) => leaves.has(node) || operands.includes(ungrouped(node));
    stages.push(stageOf(trace, ungrouped(equation.tree), isNumber));
  }
  return stages;
}

/**
 * "= σ(0.412 − 0.031 + …)": a tree with a number in place of some of its nodes.
 * @param {Trace} trace
 * @param {Node} tree
 * @param {(node: Node) => boolean} isNumber
 * @returns {Fillable}
 */
function stageOf(trace, tree, isNumber) {
  /** @type {Fillable[]} */
  const numbers = [];

  /**
   * @param {Node} node
   * @param {Notation} notation  of the first number
   * @returns {(string | HTMLElement)[]}
   */
  function pieces(node, notation) {
    if (isNumber(node)) {
      if (node.kind === "number") return [String(node.value)];
      const number = numberOf(trace, ungrouped(node), notation);
      numbers.push(number);
      return [number.element];
    }
    if (node.kind === "sum") return node.terms.flatMap(termPieces);
    if (node.kind === "product") {
      const [head, ...others] = node.factors;
      return [...pieces(head, notation), ...others.flatMap((factor) => [TIMES, ...pieces(factor, "operand")])];
    }
    const name = node.kind === "call" ? symbolOfFunction(node.name) : "";
    const inner = node.kind === "call" || node.kind === "group" ? pieces(ungrouped(node.of), "alone") : [];
    return [`${name}(`, ...inner, ")"];
  }

  /**
   * @param {Term} term
   * @param {number} k
   * @returns {(string | HTMLElement)[]}
   */
  function termPieces({ sign, of }, k) {
    if (sign < 0) return [`${k ? " " : ""}${MINUS}${HARD_SPACE}`, ...pieces(of, "operand")];
    if (k === 0) return pieces(of, "alone");
    if (isNumber(of) && of.kind !== "number") return [" ", ...pieces(of, "summand")];
    return [` +${HARD_SPACE}`, ...pieces(of, "operand")];
  }

  const element = html("span", { class: "arithmetic-stage" }, `=${HARD_SPACE}`, pieces(tree, "alone"));
  return { element, fill: (scope) => numbers.forEach((number) => number.fill(scope)) };
}

/**
 * The number of a node. That of a quantity or a matrix product has its colour.
 * @param {Trace} trace
 * @param {Node} node
 * @param {Notation} notation
 * @returns {Fillable}
 */
function numberOf(trace, node, notation) {
  const name = node.kind === "quantity" || node.kind === "matrix" ? mainQuantity(node)?.name : null;
  const marks = name ? { "data-name": name, style: `color: ${textColour(name)}`, tabindex: -1 } : {};
  const text = document.createTextNode("");
  const element = html("span", { class: "arithmetic-number", ...marks }, text);
  const title = node.kind === "quantity" ? trace.byName[node.name].title : textOf(node, trace.byName);
  const label = node.kind === "quantity" && node.before ? `old ${title}` : title;
  let shown = NaN;
  return {
    element,
    fill(scope) {
      const value = valueOf(node, scope);
      if (value === shown) return;
      shown = value;
      text.data = WRITTEN[notation](value);
      element.title = `${label}: ${exact(value)}`;
    },
  };
}

/**
 * The recorded value at the end of a line, with its colour in the heatmap.
 * @param {Trace} trace
 * @param {string} name
 * @returns {Fillable}
 */
function resultOf(trace, name) {
  const number = numberOf(trace, { kind: "quantity", name, before: false }, "alone");
  const swatch = html("span", { class: "arithmetic-swatch", "aria-hidden": "true" });
  number.element.classList.add("arithmetic-result");
  const marks = { tabindex: "0", role: "group", "aria-label": trace.byName[name].title };
  for (const [key, value] of Object.entries(marks)) number.element.setAttribute(key, value);
  return {
    element: html("span", { class: "arithmetic-stage" }, `=${HARD_SPACE}`, number.element, swatch),
    fill(scope) {
      number.fill(scope);
      const { trace: now, step, unit } = scope;
      swatch.style.backgroundColor = colourOf(now.byName[name], now.value(name, step, unit));
    },
  };
}
