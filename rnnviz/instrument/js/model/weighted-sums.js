// The weighted sums of a quantity, and the function that turns them into its values.

import { equationFor } from "./equations.js";
import { FUNCTIONS } from "./functions.js";
import { isComputable, scopeOf, vectorOf, weightedSumOf } from "./terms.js";

/**
 * @import { MathFunction } from "./functions.js"
 * @import { EquationData, ExpressionData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 */

/** @typedef {MathFunction & { equation: EquationData, sum: ExpressionData }} ActivatedSum */

/**
 * How a quantity is computed from a weighted sum.
 * @param {Trace} trace
 * @param {string} name
 * @returns {ActivatedSum | null} null if it is not an activation of a weighted sum
 */
export function activatedSumOf(trace, name) {
  const equation = equationFor(trace, name);
  const sum = equation && weightedSumOf(equation);
  const activation = sum && equation.right.kind === "apply" && FUNCTIONS[equation.right.function];
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
  return isComputable(trace, equation.right) ? Float64Array.from(vectorOf(sum, scopeOf(trace, step, 0))) : null;
}
