// The arithmetic panel: each phase's equations, and under them the same lines with this step's numbers.
//
// The elements are made once for a kind of cell; a step changes only the text of the numbers.

import { colourOf, textColour } from "./colours.js";
import { html } from "./dom.js";
import { equationMarkup, FUNCTIONS, parseEquation, plainEquation, quantityIn, symbolOf } from "./equations.js";
import { bare, computable, decimal, exact, largestTerms, lastOperands, leavesOf } from "./terms.js";
import { placeOf, takenApart, valueOf, weightedSum } from "./terms.js";

const LISTED_TERMS = 8; // of a gate's sum; the rest is one line
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
  const parts = [];
  if (known) parts.push(...stagesOf(trace, equation));
  if (target in trace.arrays) parts.push(resultOf(trace, target));
  const values = html("p", { class: "arithmetic-values" }, ...parts.flatMap((part) => [part.element, " "]));
  if (sum) parts.push(openedSum(trace, equation, sum, reveal));
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
    const name = node.kind === "call" ? FUNCTIONS[node.name].symbol : "";
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

/** A number in front, one that brings its own + or −, or one behind another sign. */
const WRITTEN = {
  first: decimal,
  added: (value) => (decimal(value).startsWith("−") ? `−${HARD_SPACE}` : `+${HARD_SPACE}`) + decimal(Math.abs(value)),
  inner: (value, most) => (decimal(value, most).startsWith("−") ? `(${decimal(value, most)})` : decimal(value, most)),
};

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

/** The terms of a gate's sum, closed at first. `reveal` is called when they have been opened. */
function openedSum(trace, equation, sum, reveal) {
  const matrices = leavesOf(sum).filter(({ kind }) => kind === "matrix");
  const widths = matrices.map(({ of }) => `${trace.width(quantityIn(of).name)} of ${symbolOf(bare(of), trace.byName)}`);
  const biases = leavesOf(sum).filter(({ kind }) => kind === "bias").length;
  const counted = [...widths, biases && `${biases} bias${biases > 1 ? "es" : ""}`].filter(Boolean).join(", ");
  const sources = html("p", { class: "arithmetic-sources" });
  const body = html("tbody");
  const titles = ["term", "adds", "", "weight × value"].map((words) => html("th", { scope: "col" }, words));
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...titles)), body);
  const summary = html("summary", {}, `Its terms: ${counted}`);
  const element = html("details", { class: "arithmetic-sum", ontoggle: () => element.open && reveal() }, summary);

  function fill(place) {
    if (!element.open) return;
    if (!table.isConnected) element.append(sources, html("div", { class: "arithmetic-scroll" }, table));
    sources.textContent = matrices.map(({ of }) => sourceOf(quantityIn(of), place)).join("; ");
    const rows = termRows(sum, place);
    const scale = Math.max(...rows.map(({ amount, whole }) => (whole ? 0 : Math.abs(amount)))) || 1;
    while (body.childElementCount < rows.length) body.append(termRow());
    while (body.childElementCount > rows.length) body.lastChild.remove();
    rows.forEach((row, k) => fillTermRow(body.children[k], row, scale, trace.byName[equation.target]));
  }

  return { element, fill };
}

/** "x: read at “h”", "h: hidden state after step 2": what the vectors in a sum are at a step. */
function sourceOf({ name, before }, { trace, step }) {
  const { symbol, title, role } = trace.byName[name];
  const past = trace.previous(step);
  if (role === "vector") return `${symbol}: read at “${trace.tokens[step]}”`;
  if (!before) return `${symbol}: ${title} of this step`;
  return `${symbol}: ${past < 0 ? `initial ${title}` : `${title} after step ${past + 1} (“${trace.tokens[past]}”)`}`;
}

/** The rows of an opened sum as data: {symbol, index, name, factors, amount, title}. */
function termRows(sum, place) {
  const { byName } = place.trace;
  const { terms, constants } = takenApart(sum, place);
  const { largest, others, rest } = largestTerms(terms, LISTED_TERMS);
  const front = (gate) => (gate ? `${gate} × ` : "");
  const rows = largest.map(({ of, index, weight, value, gate, amount }) => ({
    symbol: symbolOf(of, byName),
    index,
    name: quantityIn(of).name,
    factors: `${front(gate)}${decimal(weight, 3)} × ${WRITTEN.inner(value, 4)}`,
    amount,
    title: `${front(gate)}${exact(weight)} × ${exact(value)} = ${exact(amount)}`,
  }));
  for (const { node, gate, value, amount } of constants) {
    const [symbol, index] = symbolOf(node, byName).split("_");
    rows.push({ symbol, index, factors: gate && front(gate) + WRITTEN.inner(value, 4), amount, title: exact(amount) });
  }
  if (others) rows.push({ symbol: `${others} others`, amount: rest, title: exact(rest) });
  const total = valueOf(sum, place);
  return [...rows, { symbol: "sum", amount: total, title: exact(total), whole: true }];
}

function termRow() {
  const bar = html("td", { class: "arithmetic-bar" }, html("span"));
  const name = html("th", { scope: "row" }, html("span"), html("sub"));
  const [adds, product] = ["amount", "factors"].map((words) => html("td", { class: `arithmetic-${words}` }));
  return html("tr", {}, name, adds, bar, product);
}

function fillTermRow(row, data, scale, quantity) {
  const { symbol, index = "", name, factors = "", amount, title, whole = false } = data;
  const [head, adds, bar, product] = row.children;
  head.firstChild.textContent = symbol;
  head.lastChild.textContent = index;
  head.style.color = name ? textColour(name) : "";
  if (name) row.dataset.name = name;
  else delete row.dataset.name;
  product.textContent = factors;
  adds.textContent = decimal(amount, 3); // the columns have a fixed width
  row.title = title;
  row.classList.toggle("arithmetic-whole", whole);
  const share = whole ? 0 : (50 * amount) / scale; // percent of the cell, from its middle
  const { style } = bar.firstChild;
  style.left = `${50 + Math.min(share, 0)}%`;
  style.width = `${Math.abs(share)}%`;
  style.backgroundColor = share < 0 ? quantity.negative : quantity.colour;
}
