// Two runs of one model on one time axis: of two texts, or of one text without and with changes. A column has a step of
// both runs, or a step of one and a gap of the other.

import { NEGATIVE, PREDICTION } from "./colours.js";
import { leadingLabels } from "./heatmap-panels.js";
import { MINUS } from "./numbers.js";
import { Trace } from "./trace.js";

/** @typedef {(number | null)[]} Rows  for each column, the step of a run, or null for a gap */
/** @import { ComparisonData } from "./settings.d.ts" */
/** @typedef {{ first: Trace, second: Trace, difference: Trace }} AlignedTraces */

const GAP = "–"; // in place of a token
const MEASURE = "difference between the runs"; // by which units are ordered

/**
 * Both runs and their difference, second less first, over the columns. All three show the same labels and units in the
 * same order, those that differ most first, and the two runs have the same colour scales.
 * @param {Trace} first
 * @param {Trace} second
 * @param {Pick<ComparisonData, "columns" | "titles">} comparison
 * @returns {AlignedTraces}
 */
export function alignedTraces(first, second, { columns, titles }) {
  const one = placed(first, columns.map(([row]) => row));
  const other = placed(second, columns.map(([, row]) => row));
  const difference = differenceOf(one, other, [first.id, second.id].join("+"));
  const quantities = one.quantities.map((quantity) => {
    const [a, b] = [one, other].map((trace) => trace.byName[quantity.name].limits);
    return { ...quantity, limits: /** @type {[number, number]} */ ([Math.min(a[0], b[0]), Math.max(a[1], b[1])]) };
  });
  const tables = [first, second].flatMap(({ probabilities }) => probabilities ?? []);
  const labelRows = leadingLabels(tables, first.labels.length);
  const { effects } = difference;
  const common = { labelRows, effects, defaultUnit: difference.defaultUnit, id: difference.id };
  const scales = { quantities, byName: byName(quantities) };
  const lower = changed(other, { ...common, ...scales, caption: titles[1] });
  return {
    first: changed(one, { ...common, ...scales, caption: titles[0], lower }),
    second: lower,
    difference: changed(difference, { labelRows, caption: `${titles[1]} less ${titles[0]}` }),
  };
}

/**
 * A trace with some properties changed.
 * @param {Trace} trace
 * @param {Partial<Trace>} changes
 * @returns {Trace}
 */
function changed(trace, changes) {
  return Object.assign(Object.create(Trace.prototype), trace, changes);
}

/**
 * A trace over columns; NaN in gaps.
 * @param {Trace} trace
 * @param {Rows} rows
 * @returns {Trace}
 */
function placed(trace, rows) {
  /**
   * @template {Float32Array | Uint8Array} Values
   * @param {Values} values
   * @param {number} width
   * @param {Values} all  what gaps have
   * @returns {Values}
   */
  const spread = (values, width, all) => {
    rows.forEach((row, column) => {
      if (row !== null) all.set(values.subarray(row * width, (row + 1) * width), column * width);
    });
    return all;
  };
  /** @type {(values: Float32Array, width: number) => Float32Array} */
  const spreadFloats = (values, width) => spread(values, width, new Float32Array(rows.length * width).fill(NaN));
  /** @type {<Value>(list: Value[], otherwise: Value) => Value[]} */
  const at = (list, otherwise) => rows.map((row) => row === null ? otherwise : list[row]);
  const arrays = Object.entries(trace.arrays).map(([name, values]) => [name, spreadFloats(values, trace.width(name))]);
  const holds = Object.entries(trace.holds).map(([name, values]) => {
    return [name, spread(values, trace.width(name), new Uint8Array(rows.length * trace.width(name)))];
  });
  return changed(trace, {
    alignment: { trace, rows },
    tokens: at(trace.tokens, GAP),
    unknown: at(trace.unknown, false),
    typedSteps: rows.map((_, column) => {
      const read = rows.slice(0, column).filter((row) => row !== null).length;
      return trace.typedSteps[Math.min(read, trace.steps - 1)];
    }),
    steps: rows.length,
    askedSteps: trace.askedSteps && [...rows.keys()].filter((column) => {
      const row = rows[column];
      return row !== null && trace.isAsked(row);
    }),
    arrays: Object.fromEntries(arrays),
    holds: Object.fromEntries(holds),
    unchanged: null, // it stands beside
    probabilities: trace.probabilities && spreadFloats(trace.probabilities, trace.labels.length),
    outputs: trace.outputs && {
      ...trace.outputs,
      values: spreadFloats(trace.outputs.values, trace.labels.length),
      unchanged: null,
    },
  });
}

/**
 * The second of two placed traces less the first; a gap where either has one.
 * @param {Trace} one
 * @param {Trace} other
 * @param {string} id
 * @returns {Trace}
 */
function differenceOf(one, other, id) {
  const rows = one.tokens.map((_, column) => (one.isGap(column) || other.isGap(column) ? null : column));
  const arrays = Object.fromEntries(
    Object.keys(one.arrays).filter((name) => name in other.arrays)
      .map((name) => [name, less(other.arrays[name], one.arrays[name])]),
  );
  const probabilities = one.probabilities && other.probabilities && less(other.probabilities, one.probabilities);
  const outputs = one.outputs && other.outputs && less(other.outputs.values, one.outputs.values);
  const quantities = one.quantities.map((quantity) => {
    const { name, symbol } = quantity;
    return { ...quantity, symbol: `Δ${symbol}`, low: null, high: null, limits: around(arrays[name] ?? []) };
  });
  const values = largestByUnit(arrays.hidden, one.width("hidden"));
  return changed(one, {
    id,
    modelKey: `${one.modelKey} difference`,
    alignment: { trace: null, rows },
    tokens: one.tokens.map((token, column) => differenceText(token, other.tokens[column])),
    unknown: one.unknown.map((unknown, column) => unknown || other.unknown[column]),
    askedSteps: null,
    quantities,
    byName: byName(quantities),
    arrays,
    probabilities,
    outputs: one.outputs && outputs && { ...one.outputs, values: outputs, unchanged: null, limits: around(outputs) },
    probabilityScale: { colour: PREDICTION, negative_colour: NEGATIVE, limits: around(probabilities ?? []) },
    effects: { values, label: "", measure: MEASURE },
    defaultUnit: values.indexOf(Math.max(...values)),
  });
}

/**
 * The token that both texts have, or what a diff would write: "−not", "+not", "bad → good".
 * @param {string} first
 * @param {string} second
 * @returns {string}
 */
function differenceText(first, second) {
  if (first === second) return first;
  if (second === GAP) return MINUS + first;
  return first === GAP ? `+${second}` : `${first} → ${second}`;
}

/**
 * @param {Float32Array} values
 * @param {Float32Array} others
 * @returns {Float32Array}
 */
function less(values, others) {
  return values.map((value, k) => value - others[k]);
}

/**
 * Limits around zero that hold all values.
 * @param {Iterable<number>} values
 * @returns {[number, number]}
 */
function around(values) {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value) || 0);
  return [-most || -1, most || 1];
}

/**
 * The largest size of a unit's values in any column.
 * @param {Float32Array} values
 * @param {number} width
 * @returns {Float32Array}
 */
function largestByUnit(values, width) {
  const largest = new Float32Array(width);
  values.forEach((value, k) => (largest[k % width] = Math.max(largest[k % width], Math.abs(value) || 0)));
  return largest;
}

/**
 * @template {{ name: string }} Named
 * @param {Named[]} list
 * @returns {Record<string, Named>}
 */
function byName(list) {
  return Object.fromEntries(list.map((each) => [each.name, each]));
}
