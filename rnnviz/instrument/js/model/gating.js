// A gate times the vector that it controls: the product decides what is kept or let through.

import { partsOf } from "./elementwise.js";
import { equationsOf, mainValue } from "./equations.js";
import { hasWeights, leavesOf, scopeOf, vectorOf } from "./terms.js";

/**
 * @import { EquationData, ExpressionData, ProductData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 */

/**
 * A product of a gate and another quantity in an equation. The gate may occur as 1 − gate.
 * @typedef {object} Gating
 * @property {EquationData} equation
 * @property {ProductData} product
 * @property {ExpressionData} gate
 * @property {ExpressionData} of  the other factor
 */

/**
 * The values of a gating at a step, by unit.
 * @typedef {object} GatedVectors
 * @property {Float32Array | Float64Array} of
 * @property {Float32Array | Float64Array} gate
 * @property {Float64Array} product
 */

/**
 * Find where a cell multiplies a gate with another quantity.
 * @param {Trace} trace
 * @param {string} gate
 * @param {string} of
 * @returns {Gating | null} null if the cell has no such product
 */
export function gatingOf(trace, gate, of) {
  for (const equation of equationsOf(trace)) {
    for (const product of productsIn(equation.right)) {
      const opening = product.factors.find((factor) => !hasWeights(factor) && isAboutOnly(factor, gate));
      const other = product.factors.find((factor) => factor !== opening && isAboutOnly(factor, of));
      if (opening && other && product.factors.length === 2) return { equation, product, gate: opening, of: other };
    }
  }
  return null;
}

/**
 * The vectors of a gating at a step.
 * @param {Trace} trace
 * @param {Gating} gating
 * @param {number} step
 * @returns {GatedVectors}
 */
export function gatedVectors(trace, { gate, of }, step) {
  const scope = scopeOf(trace, step, 0);
  const [vector, opening] = [of, gate].map((node) => vectorOf(node, scope));
  return { of: vector, gate: opening, product: Float64Array.from(vector, (value, unit) => value * opening[unit]) };
}

/**
 * @param {ExpressionData} node
 * @returns {ProductData[]}
 */
function productsIn(node) {
  return [...(node.kind === "product" ? [node] : []), ...partsOf(node).flatMap(productsIn)];
}

/**
 * Whether a node contains a quantity and no other one.
 * @param {ExpressionData} node
 * @param {string} name
 * @returns {boolean}
 */
function isAboutOnly(node, name) {
  const quantities = leavesOf(node).flatMap((leaf) => mainValue(leaf)?.name ?? []);
  return quantities.length > 0 && quantities.every((quantity) => quantity === name);
}
