// What nodes without weights compute, from the numbers of their parts: in equations, and in the curves of activations.

/** @import { ExpressionData } from "./payload.d.ts" */

/** @typedef {(...values: number[]) => number} Operation */

/**
 * The nodes directly inside a node.
 * @param {ExpressionData} node
 * @returns {ExpressionData[]}
 */
export function partsOf(node) {
  switch (node.kind) {
    case "sum":
      return node.terms;
    case "product":
      return node.factors;
    case "quotient":
      return [node.dividend, node.divisor];
    case "primitive":
      return node.arguments;
    default:
      return "of" in node ? [node.of] : [];
  }
}

/**
 * What a node makes of the numbers of its parts.
 * @param {ExpressionData} node
 * @returns {Operation}
 */
export function operationOf(node) {
  switch (node.kind) {
    case "number":
      return () => node.value;
    case "sum":
      return (...values) => values.reduce((sum, value) => sum + value);
    case "product":
      return (...values) => values.reduce((product, value) => product * value);
    case "quotient":
      return (dividend, divisor) => dividend / divisor;
    case "complement":
      return (value) => 1 - value;
    case "primitive":
      return Math[node.name];
    default:
      throw new Error(`a ${node.kind} is more than an operation`);
  }
}

/**
 * A curve as a function of z, which all its values stand for.
 * @param {ExpressionData} curve
 * @returns {(z: number) => number}
 */
export function functionOf(curve) {
  if (curve.kind === "value") return (z) => z;
  const [operation, parts] = [operationOf(curve), partsOf(curve).map(functionOf)];
  return (z) => operation(...parts.map((part) => part(z)));
}
