// The weighted sum behind a gate as a table: its largest terms, its biases, and the sum of the rest.

import { textColour } from "../model/colours.js";
import { isWeight, mainValue, nodesIn, partText, textOf, weightSymbol } from "../model/equations.js";
import { decimal, exact, operand } from "../model/numbers.js";
import { decompose, largestTerms, leavesOf, valueOf, widthOf } from "../model/terms.js";
import { html } from "../page/dom.js";

/**
 * @import { EquationData, ExpressionData, MatrixData, QuantityData } from "../model/payload.d.ts"
 * @import { Scope } from "../model/terms.js"
 * @import { Trace } from "../model/trace.js"
 */

/**
 * A row of the table.
 * @typedef {object} Row
 * @property {string} symbol
 * @property {number | string} [index]  below the line
 * @property {string} [name]  of the quantity
 * @property {string} [factors]
 * @property {number} amount
 * @property {string} title
 * @property {boolean} [whole]  whether it is the sum itself
 */

const LISTED_TERMS = 8; // the rest is one line
const COLUMNS = ["term", "adds", "", "weight × value"];
const WEIGHT_DECIMALS = 3;
const VALUE_DECIMALS = 4;

/**
 * The terms of a sum, closed at first.
 * @param {Trace} trace
 * @param {EquationData} equation
 * @param {ExpressionData} sum
 * @param {() => void} reveal  called when they have been opened
 * @returns {{ element: HTMLDetailsElement, fill: (scope: Scope) => void }}
 */
export function createSumTable(trace, equation, sum, reveal) {
  const matrices = leavesOf(sum).flatMap((leaf) => (leaf.kind === "matrix" ? [leaf] : []));
  const sources = html("p", { class: "arithmetic-sources" });
  const body = html("tbody");
  const head = html("tr", {}, COLUMNS.map((words) => html("th", { scope: "col" }, words)));
  const table = html("table", {}, html("thead", {}, head), body);
  const summary = html("summary", {}, `Its terms: ${termCounts(trace, sum, matrices)}`);
  const element = html("details", { class: "arithmetic-sum", ontoggle: () => element.open && reveal() }, summary);

  /** @param {Scope} scope */
  function fill(scope) {
    if (!element.open) return;
    if (!table.isConnected) element.append(sources, html("div", { class: "arithmetic-scroll" }, table));
    sources.textContent = matrices.map(({ of }) => sourceOf(of, scope)).join("; ");
    const rows = rowsOf(sum, scope);
    const largest = Math.max(...rows.map(({ amount, whole }) => (whole ? 0 : Math.abs(amount)))) || 1;
    while (body.rows.length < rows.length) body.append(createRow());
    while (body.rows.length > rows.length) body.rows[body.rows.length - 1].remove();
    rows.forEach((row, k) => fillRow(body.rows[k], row, largest, trace.byName[equation.target]));
  }

  return { element, fill };
}

/**
 * "32 of x, 64 of h, 2 biases"; a peephole, or another weight for the unit alone, is "1 of c".
 * @param {Trace} trace
 * @param {ExpressionData} sum
 * @param {MatrixData[]} matrices
 * @returns {string}
 */
function termCounts(trace, sum, matrices) {
  const nodes = nodesIn(sum);
  const widths = matrices.map(({ of }) => `${widthOf(of, trace)} of ${textOf(of, trace.byName)}`);
  const singles = nodes.flatMap((node) => (node.kind === "diagonal" ? [`1 of ${textOf(node.of, trace.byName)}`] : []));
  const biases = nodes.filter(({ kind }) => kind === "bias").length;
  return [...widths, ...singles, biases && `${biases} bias${biases > 1 ? "es" : ""}`].filter(Boolean).join(", ");
}

/**
 * What a vector in a sum is at a step: "x: read at “h”", "h: hidden state after step 2 (“c”)".
 * @param {ExpressionData} node
 * @param {Scope} scope
 * @returns {string}
 */
function sourceOf(node, { trace, step }) {
  const quantity = mainValue(node);
  if (!quantity) return "";
  const { symbol, title, role } = trace.byName[quantity.name];
  if (role === "vector") return `${symbol}: read at “${trace.tokens[step]}”`;
  if (!quantity.is_before) return `${symbol}: ${title} of this step`;
  const previous = trace.previousStep(step);
  if (previous < 0) return `${symbol}: initial ${title}`;
  return `${symbol}: ${title} after step ${previous + 1} (“${trace.tokens[previous]}”)`;
}

/**
 * The rows of the table: the largest terms, the constants, the others, and the sum.
 * @param {ExpressionData} sum
 * @param {Scope} scope
 * @returns {Row[]}
 */
export function rowsOf(sum, scope) {
  const { byName } = scope.trace;
  const { terms, constants } = decompose(sum, scope);
  const { largest, others, rest } = largestTerms(terms, LISTED_TERMS);
  /** @type {(gate: string) => string} */
  const prefix = (gate) => (gate ? `${gate} × ` : "");
  /** @type {Row[]} */
  const rows = largest.map(({ matrix, index, weight, value, gate, amount }) => ({
    symbol: partText(matrix, matrix.of, byName),
    index,
    name: mainValue(matrix.of)?.name,
    factors: `${prefix(gate)}${decimal(weight, WEIGHT_DECIMALS)} × ${operand(value, VALUE_DECIMALS)}`,
    amount,
    title: `${prefix(gate)}${exact(weight)} × ${exact(value)} = ${exact(amount)}`,
  }));
  for (const { node, gate, value, amount } of constants) {
    const [symbol, index] = isWeight(node) ? weightSymbol(node, byName) : [textOf(node, byName)];
    const factors = gate ? prefix(gate) + operand(value, VALUE_DECIMALS) : "";
    rows.push({ symbol, index, factors, amount, title: exact(amount) });
  }
  if (others) rows.push({ symbol: `${others} others`, amount: rest, title: exact(rest) });
  const total = valueOf(sum, scope);
  return [...rows, { symbol: "sum", amount: total, title: exact(total), whole: true }];
}

/** @returns {HTMLTableRowElement} */
function createRow() {
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, html("span"), html("sub")),
    html("td", { class: "arithmetic-amount" }),
    html("td", { class: "arithmetic-bar" }, html("span")),
    html("td", { class: "arithmetic-factors" }),
  );
}

/**
 * @param {HTMLTableRowElement} element
 * @param {Row} row
 * @param {number} largest  the amount of the longest bar
 * @param {QuantityData} quantity
 */
function fillRow(element, { symbol, index = "", name, factors = "", amount, title, whole = false }, largest, quantity) {
  const [head, adds, bar, product] = element.cells;
  const [letter, subscript] = /** @type {HTMLElement[]} */ ([...head.children]);
  letter.textContent = symbol;
  subscript.textContent = String(index);
  head.style.color = name ? textColour(name) : "";
  if (name) element.dataset.name = name;
  else delete element.dataset.name;
  product.textContent = factors;
  adds.textContent = decimal(amount, WEIGHT_DECIMALS); // the columns have a fixed width
  element.title = title;
  element.classList.toggle("arithmetic-whole", whole);
  const share = whole ? 0 : (50 * amount) / largest; // percent of the cell, from its middle
  const { style } = /** @type {HTMLElement} */ (bar.children[0]);
  style.left = `${50 + Math.min(share, 0)}%`;
  style.width = `${Math.abs(share)}%`;
  style.backgroundColor = share < 0 ? quantity.negative_colour : quantity.colour;
}
