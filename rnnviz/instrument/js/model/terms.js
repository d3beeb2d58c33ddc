// The numbers of the equations, for one unit at one step, computed in double precision from the
// recorded float32 values and weights.

import { anywhere, insideOf, parseEquation, quantityIn, symbolOf } from "./equations.js";
import { FUNCTIONS } from "./functions.js";

const MINUS = "−";
const HARD_SPACE = "\u00a0";
const LEAVES = new Set(["number", "quantity", "bias", "matrix", "peephole"]);
const WEIGHTS = new Set(["matrix", "bias", "peephole"]);

/** Where an equation is evaluated; `found` keeps the matrix products, which several lines show. */
export function placeOf(trace, equation, step, unit) {
  const block = trace.weights ? trace.weights.rows.indexOf(equation.target) : -1;
  return { trace, block, peephole: peepholeBlock(trace, equation.target), step, unit, found: new Map() };
}

/** Where the peepholes of a quantity stand among those of its cell; -1 if it has none, or they are not here. */
function peepholeBlock({ weights }, target) {
  return weights?.further?.weight_peephole?.indexOf(target) ?? -1;
}

/** Whether all that an equation needs was sent along. */
export function computable(trace, { target, tree }) {
  const { weights, arrays, initial } = trace;
  const missing = (node) => {
    if (node.kind === "quantity") return !(node.name in arrays) || (node.before && !(node.name in initial));
    if (node.kind === "matrix" || node.kind === "bias") return !weights?.rows.includes(target);
    if (node.kind === "peephole") return peepholeBlock(trace, target) < 0;
    return node.kind === "call" && !(node.name in FUNCTIONS);
  };
  return !anywhere(tree, missing);
}

/** The value of a node of an equation's tree for the unit of the place. */
export function valueOf(node, place) {
  const { trace, step, unit, block, found } = place;
  switch (node.kind) {
    case "number":
      return node.value;
    case "quantity":
      return vectorOf(node, place)[unit];
    case "bias":
      return trace.weights[`bias_${node.part}`][block * trace.units + unit];
    case "peephole":
      return trace.weights.weight_peephole[place.peephole * trace.units + unit];
    case "matrix":
      if (!found.has(node)) found.set(node, dotProduct(rowOf(node, place), vectorOf(node.of, place)));
      return found.get(node);
    case "sum":
      return node.terms.reduce((sum, { sign, of }) => sum + sign * valueOf(of, place), 0);
    case "product":
      return node.factors.reduce((product, factor) => product * valueOf(factor, place), 1);
    case "call":
      return FUNCTIONS[node.name].of(valueOf(node.of, place));
    default:
      return valueOf(node.of, place);
  }
}

/** The values of a node for all units (or inputs): what a matrix is multiplied with. */
export function vectorOf(node, place) {
  const { trace, step } = place;
  if (node.kind === "quantity") return node.before ? trace.before(node.name, step) : trace.vector(node.name, step);
  if (node.kind === "group") return vectorOf(node.of, place);
  const length = trace.width(quantityIn(node)?.name);
  return Float64Array.from({ length }, (_, unit) => valueOf(node, { ...place, unit, found: new Map() }));
}

/** The row of a weight matrix that belongs to the equation's quantity and the unit. */
function rowOf(node, { trace, block, unit }) {
  const weight = trace.weights[`weight_${node.part}`];
  const width = node.part === "ih" ? trace.inputs : trace.units;
  const start = (block * trace.units + unit) * width;
  return weight.subarray(start, start + width);
}

function dotProduct(row, vector) {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] * vector[k];
  return sum;
}

/** Whether weights are at work in a node. */
export function weighs(node) {
  return anywhere(node, ({ kind }) => WEIGHTS.has(kind));
}

/** A node without the parentheses around it. */
export function bare(node) {
  return node.kind === "group" ? bare(node.of) : node;
}

/** The sum that goes through the activation (a gate's pre-activation); null where there are no weights. */
export function weightedSum({ tree }) {
  if (!weighs(tree)) return null;
  return tree.kind === "call" ? bare(tree.of) : tree;
}

/** The nodes whose numbers stand in an equation once they are put in, in their order. */
export function leavesOf(node) {
  return LEAVES.has(node.kind) ? [node] : insideOf(node).flatMap(leavesOf);
}

/**
 * The same equation one step before its result, with its outermost operation still to do: the sum
 * that is activated, the products that are added, or the factors. Null if it looks like that anyway.
 */
export function lastOperands({ tree }) {
  const outer = bare(tree);
  if (LEAVES.has(outer.kind)) return null;
  const operands = insideOf(outer).map(bare);
  return operands.every(({ kind }) => LEAVES.has(kind)) ? null : operands;
}

/**
 * A weighted sum taken apart: {terms, constants}. Both have an `amount`, and all amounts add up to
 * the sum. A term is weight * value, with element `index` of what `of` stands for; a constant is a
 * bias, or what else is added. Either may be multiplied by a gate as well, whose symbol is `gate`.
 */
export function takenApart(sum, place) {
  const terms = [];
  const constants = [];
  const byName = place.trace.byName;
  function take(node, scale, gate) {
    const heavy = insideOf(node).filter(weighs);
    if (node.kind === "group") {
      take(node.of, scale, gate);
    } else if (node.kind === "sum") {
      for (const { sign, of } of node.terms) take(of, scale * sign, sign < 0 ? `${MINUS}${gate || 1}` : gate);
    } else if (node.kind === "product" && heavy.length === 1) {
      const others = node.factors.filter((factor) => factor !== heavy[0]);
      const factor = others.reduce((product, other) => product * valueOf(other, place), scale);
      take(heavy[0], factor, [gate, ...others.map((other) => symbolOf(other, byName))].filter(Boolean).join(" × "));
    } else if (node.kind === "matrix") {
      const row = rowOf(node, place);
      const vector = vectorOf(node.of, place);
      row.forEach((weight, index) => {
        const value = vector[index];
        terms.push({ of: node.of, index, weight, value, gate, amount: scale * weight * value });
      });
    } else {
      const value = valueOf(node, place);
      constants.push({ node, value, gate, amount: scale * value });
    }
  }
  take(sum, 1, "");
  return { terms, constants };
}

/** The `count` largest terms, the largest first, and what the others come to. */
export function largestTerms(terms, count) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  const others = sorted.slice(count);
  const rest = others.reduce((sum, term) => sum + term.amount, 0);
  return { largest: sorted.slice(0, count), others: others.length, rest };
}

const DECIMALS = 3;

/**
 * Three decimals with a real minus sign, but never a negative zero. What would pass for 0 or 1
 * without being it gets more of them, `most` at the most: 0.9997.
 */
export function decimal(value, most = 5) {
  const size = Math.abs(value);
  let digits = size.toFixed(DECIMALS);
  for (let more = DECIMALS + 1; more <= most && (digits === "0.000" || digits === "1.000") && Number(digits) !== size; more++) {
    const longer = size.toFixed(more);
    if (Number(longer) !== Number(digits)) digits = longer;
  }
  return value < 0 && Number(digits) !== 0 ? MINUS + digits : digits;
}

/** A number in front, one that brings its own + or −, or one behind another sign. */
export const WRITTEN = {
  first: decimal,
  added: (value) => (decimal(value).startsWith("−") ? `−${HARD_SPACE}` : `+${HARD_SPACE}`) + decimal(Math.abs(value)),
  inner: (value, most) => (decimal(value, most).startsWith("−") ? `(${decimal(value, most)})` : decimal(value, most)),
};

/** Six significant digits. */
export function exact(value) {
  return String(Number(value.toPrecision(6))).replaceAll("-", MINUS);
}

/** What a node's number is called: "forget", "cell before", "W_if input_vector", "b_if", "p_f". */
function nameOf(node) {
  if (node.kind === "quantity") return node.before ? `${node.name} before` : node.name;
  if (node.kind === "matrix") return `W_${node.label} ${quantityIn(node)?.name}`;
  if (node.kind === "bias") return `b_${node.label}`;
  if (node.kind === "peephole") return `p_${node.label}`;
  return "number";
}

/**
 * Every number that the arithmetic panel shows at a step for a unit, by phase and equation:
 * [{phase, equations: [{target, value, sum, numbers: [{name, value}], operands}]}].
 *
 * value: as recorded. sum: the pre-activation, null without one. numbers, operands: what stands in
 * the first and in the second line of numbers; empty where parts were left out of the trace.
 */
export function evaluate(trace, step, unit) {
  return trace.phases.map((phase) => ({
    phase: phase.name,
    equations: phase.equations
      .map(parseEquation)
      .filter(Boolean)
      .map((equation) => evaluated(trace, equation, step, unit)),
  }));
}

function evaluated(trace, equation, step, unit) {
  const { target, tree } = equation;
  const value = trace.value(target, step, unit);
  if (!computable(trace, equation)) return { target, value, sum: null, numbers: [], operands: [] };
  const place = placeOf(trace, equation, step, unit);
  const sum = weightedSum(equation);
  return {
    target,
    value,
    sum: sum && valueOf(sum, place),
    numbers: leavesOf(tree).map((node) => ({ name: nameOf(node), value: valueOf(node, place) })),
    operands: (lastOperands(equation) ?? []).map((node) => valueOf(node, place)),
  };
}
