// The weighted sum behind a gate, opened: its largest terms, biases and what the rest comes to, as a table.

import { textColour } from "../model/colours.js";
import { html } from "../page/dom.js";
import { quantityIn, symbolOf } from "../model/equations.js";
import { bare, decimal, exact, largestTerms, leavesOf, takenApart, valueOf, WRITTEN } from "../model/terms.js";

const LISTED_TERMS = 8; // of a gate's sum; the rest is one line

/** The terms of a gate's sum, closed at first. `reveal` is called when they have been opened. */
export function openedSum(trace, equation, sum, reveal) {
  const matrices = leavesOf(sum).filter(({ kind }) => kind === "matrix");
  const widths = matrices.map(({ of }) => `${trace.width(quantityIn(of).name)} of ${symbolOf(bare(of), trace.byName)}`);
  const biases = leavesOf(sum).filter(({ kind }) => kind === "bias").length;
  const peephole = leavesOf(sum).some(({ kind }) => kind === "peephole") && "1 peephole";
  const counted = [...widths, biases && `${biases} bias${biases > 1 ? "es" : ""}`, peephole].filter(Boolean).join(", ");
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
