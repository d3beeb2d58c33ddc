// The arithmetic panel: the equations of each phase, and below each the same line with the numbers of this step.
//
// The elements are made once for a cell. A step changes only the text of the numbers.

import { colourOf, textColour } from "../model/colours.js";
import { isBracketed, mainPhase, mainValue, textOf, weightSymbol } from "../model/equations.js";
import { symbolOfFunction } from "../model/functions.js";
import { holdText } from "../model/holds.js";
import { decimal, exact, HARD_SPACE, MINUS, operand, summand } from "../model/numbers.js";
import { isComputable, lastOperands, leavesOf, scopeOf, valueOf, weightedSumOf, weightOf } from "../model/terms.js";
import { closestTo, elementsIn, html } from "../page/dom.js";
import { formulaOf } from "./formula.js";
import { createSumTable } from "./sum-table.js";

/**
 * @import { EquationData, ExpressionData } from "../model/payload.d.ts"
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
const WEIGHTS_MISSING = "The weights are not here: the terms of the sums are missing.";
const READS_BACKWARD = `This direction reads from the end: its t ${MINUS} 1 is the step to the right.`;

/**
 * Show the equations with their numbers.
 * @param {Store} store
 * @param {{ phase?: string, current?: boolean }} [options]  phase: the name of the one phase to show, without its
 *   title; nothing is dimmed then. current: only the current phase is shown, and for a whole step the main one
 * @returns {ElementView}
 */
export function createArithmetic(store, { phase: only, current = false } = {}) {
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
      const phaseLines = equations.map((equation) => createLine(trace, equation, reveal));
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
    const missing = trace.weights ? TERMS_MISSING : WEIGHTS_MISSING;
    remark.textContent = [incomplete && missing, trace.backward && READS_BACKWARD].filter(Boolean).join(" ");
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
    const shown = current ? (phase ?? mainPhase(store.trace)) : null;
    [...list.children].forEach((item, k) => {
      item.toggleAttribute("hidden", shown !== null && k !== shown);
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
function layoutKey({ cell, widths, quantities, phases, backward, weights, arrays }) {
  const words = quantities.map(({ name, symbol, title }) => [name, symbol, title]);
  return JSON.stringify([cell, widths, words, phases, backward, weights?.blocks, Object.keys(arrays)]);
}

/**
 * @param {Trace} trace
 * @param {EquationData} equation
 * @param {() => void} reveal  called when the terms of a sum have been opened
 * @returns {Line}
 */
function createLine(trace, equation, reveal) {
  const { target } = equation;
  const known = isComputable(trace, equation.right);
  const sum = known ? weightedSumOf(equation) : null;
  const stages = known ? stagesOf(trace, equation) : [];
  const result = target in trace.arrays ? resultOf(trace, target) : null;
  const table = sum ? createSumTable(trace, equation, sum, reveal) : null;
  const hold = html("span", { class: "arithmetic-stage arithmetic-held" });
  const shown = [...stages, ...(result ? [result] : [])];
  const values = html("p", { class: "arithmetic-values" }, hold, " ", shown.flatMap((part) => [part.element, " "]));
  return {
    element: html(
      "div",
      { class: "arithmetic-equation" },
      html("div", { class: "arithmetic-formula" }, formulaOf(equation, trace.byName)),
      values,
      table?.element,
    ),
    incomplete: !known,
    fill(now, step, unit) {
      const scope = scopeOf(now, step, unit);
      const exists = now.hasUnit(target, unit);
      hold.textContent = exists
        ? holdText(now, target, step, unit)
        : `has no unit ${unit}: its last is ${now.width(target) - 1}`;
      hold.hidden = !hold.textContent;
      const computing = table ? [...stages, table] : stages;
      for (const part of computing) part.element.hidden = !hold.hidden; // it does not give the value
      if (result) result.element.hidden = !exists;
      for (const part of exists ? [...computing, ...(result ? [result] : [])] : []) part.fill(scope);
    },
  };
}

/**
 * The equation with its numbers put in, and again with only the last operation left to do.
 * @param {Trace} trace
 * @param {EquationData} equation
 * @returns {Fillable[]}
 */
function stagesOf(trace, equation) {
  const { right } = equation;
  const leaves = new Set(leavesOf(right));
  const operands = lastOperands(equation);
  const stages = [stageOf(trace, right, (node) => leaves.has(node))];
  if (operands) stages.push(stageOf(trace, right, (node) => leaves.has(node) || operands.includes(node)));
  return stages;
}

/**
 * "= σ(0.412 − 0.031 + …)": a tree with a number in place of some of its nodes.
 * @param {Trace} trace
 * @param {ExpressionData} tree
 * @param {(node: ExpressionData) => boolean} isNumber
 * @returns {Fillable}
 */
function stageOf(trace, tree, isNumber) {
  /** @type {Fillable[]} */
  const numbers = [];

  /** @type {(number: Fillable) => HTMLElement} */
  function added(number) {
    numbers.push(number);
    return number.element;
  }

  /**
   * @param {ExpressionData} node
   * @param {Notation} notation  of the first number
   * @returns {(string | HTMLElement)[]}
   */
  function pieces(node, notation) {
    if (isNumber(node)) return [added(numberOf(trace, node, notation))];
    switch (node.kind) {
      case "sum":
        return node.terms.flatMap((term, k) => {
          if (k === 0) return inside(node, term, "alone");
          return isNumber(term)
            ? [" ", ...pieces(term, "summand")]
            : [` +${HARD_SPACE}`, ...inside(node, term, "operand")];
        });
      case "product":
        return node.factors.flatMap((factor, k) => {
          return k ? [TIMES, ...inside(node, factor, "operand")] : inside(node, factor, notation);
        });
      case "quotient":
        return [...inside(node, node.dividend, notation), " / ", ...inside(node, node.divisor, "operand")];
      case "primitive":
        return [
          `${node.name}(`,
          ...node.arguments.flatMap((argument, k) => [...(k ? [", "] : []), ...pieces(argument, "alone")]),
          ")",
        ];
      case "diagonal": {
        const weight = createNumber(
          weightSymbol(node, trace.byName).join("_"),
          notation,
          (scope) => weightOf(node, scope),
        );
        return [added(weight), TIMES, ...inside(node, node.of, "operand")];
      }
      case "complement":
        return [`1 ${MINUS}${HARD_SPACE}`, ...inside(node, node.of, "operand")];
      case "apply":
        return [`${symbolOfFunction(node.function)}(`, ...pieces(node.of, "alone"), ")"];
      default:
        throw new Error(`a ${node.kind} is one number`);
    }
  }

  /**
   * A part of a node, in brackets where they are needed. A number needs none.
   * @param {ExpressionData} node
   * @param {ExpressionData} part
   * @param {Notation} notation
   * @returns {(string | HTMLElement)[]}
   */
  function inside(node, part, notation) {
    return isBracketed(node, part) && !isNumber(part) ? ["(", ...pieces(part, "alone"), ")"] : pieces(part, notation);
  }

  const element = html("span", { class: "arithmetic-stage" }, `=${HARD_SPACE}`, pieces(tree, "alone"));
  return { element, fill: (scope) => numbers.forEach((number) => number.fill(scope)) };
}

/**
 * The number of a node. That of a quantity or a matrix product has its colour.
 * @param {Trace} trace
 * @param {ExpressionData} node
 * @param {Notation} notation
 * @returns {Fillable}
 */
function numberOf(trace, node, notation) {
  const name = node.kind === "value" || node.kind === "matrix" ? mainValue(node)?.name : undefined;
  const title = node.kind === "value" ? trace.byName[node.name].title : textOf(node, trace.byName);
  const label = node.kind === "value" && node.is_before ? `old ${title}` : title;
  return createNumber(label, notation, (scope) => valueOf(node, scope), name);
}

/**
 * @param {string} label  what the number is
 * @param {Notation} notation
 * @param {(scope: Scope) => number} compute
 * @param {string} [name]  of the quantity in whose colour it is written
 * @returns {Fillable}
 */
function createNumber(label, notation, compute, name) {
  const marks = name ? { "data-name": name, style: `color: ${textColour(name)}`, tabindex: -1 } : {};
  const text = document.createTextNode("");
  const element = html("span", { class: "arithmetic-number", ...marks }, text);
  let shown = NaN;
  return {
    element,
    fill(scope) {
      const value = compute(scope);
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
  const number = numberOf(trace, { kind: "value", name, is_before: false }, "alone");
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
