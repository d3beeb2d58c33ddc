// The weighted sums of a quantity, and the function that turns them into its values.

import { equationFor } from "./equations.js";
import { FUNCTIONS } from "./functions.js";
import { isComputable, scopeOf, valueOf, weightedSumOf } from "./terms.js";

/**
 * @import { Equation, Node } from "./equations.js"
 * @import { MathFunction } from "./functions.js"
 * @import { Trace } from "./trace.js"
 */

/** @typedef {MathFunction & { equation: Equation, sum: Node }} ActivatedSum */

/**
 * How a quantity is computed from a weighted sum.
 * @param {Trace} trace
 * @param {string} name
 * @returns {ActivatedSum | null} null if it is not an activation of a weighted sum
 */
export function activatedSumOf(trace, name) {
  const equation = equationFor(trace, name);
  const sum = equation && weightedSumOf(equation);
  const activation = sum && equation.tree.kind === "call" && FUNCTIONS[equation.tree.name];
  return activation ? { equation, sum, ...activation } : null;
}

/**
 * The bounds that a function has.
 * @param {MathFunction} activation
 * @returns {number[]}
 */
export function boundsOf({ low, high }) {
  return [low, high].filter(Number.isFinite);
}

/**
 * The weighted sums of all units at a step.
 * @param {Trace} trace
 * @param {ActivatedSum} activated
 * @param {number} step
 * @returns {Float64Array | null} null if what they need was not sent
 */
export function weightedSumsAt(trace, { equation, sum }, step) {
  if (!isComputable(trace, equation)) return null;
  return Float64Array.from(
    { length: trace.units },
    (_, unit) => valueOf(sum, scopeOf(trace, equation.target, step, unit)),
  );
}
