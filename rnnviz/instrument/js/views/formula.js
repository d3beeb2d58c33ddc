// An equation as MathML. Its quantities carry their names in data-name.

import { textColour } from "../model/colours.js";
import { partsOf } from "../model/elementwise.js";
import { isBracketed, isWeight, weightSymbol } from "../model/equations.js";
import { symbolOfFunction } from "../model/functions.js";
import { MINUS, withMinus } from "../model/numbers.js";
import { mathml } from "../page/dom.js";

/**
 * @import { WeightNode } from "../model/equations.js"
 * @import { EquationData, ExpressionData, QuantityData } from "../model/payload.d.ts"
 */

/** @typedef {Record<string, QuantityData>} Quantities  by name */

/**
 * Write an equation as MathML.
 * @param {EquationData} equation
 * @param {Quantities} byName
 * @returns {MathMLElement}
 */
export function formulaOf({ target, right }, byName) {
  return mathml("math", {}, quantityMarkup(target, false, byName), mathml("mo", {}, "="), markup(right, byName));
}

/**
 * @param {ExpressionData} node
 * @param {Quantities} byName
 * @returns {MathMLElement[]}
 */
function markup(node, byName) {
  const parts = partsOf(node).map((part) => {
    const inner = markup(part, byName);
    return isBracketed(node, part) ? [bracketed(inner)] : inner;
  });
  const weights = isWeight(node) ? [weightMarkup(node, byName)] : [];
  /** @type {(text: string) => MathMLElement} */
  const sign = (text) => mathml("mo", { form: "infix" }, text);
  /** @type {(text: string) => MathMLElement[]} */
  const joinedBy = (text) => parts.flatMap((part, k) => (k ? [sign(text), ...part] : part));
  switch (node.kind) {
    case "value":
      return [quantityMarkup(node.name, node.is_before, byName)];
    case "bias":
    case "layer_norm":
      return [...weights, ...parts.flat()];
    case "matrix":
      return [...weights, mathml("mspace", { width: "0.1em" }), ...parts[0]];
    case "diagonal":
      return [...weights, sign("⊙"), ...parts[0]];
    case "sum":
      return joinedBy("+");
    case "product":
      return joinedBy("⊙");
    case "number":
      return [mathml("mn", {}, withMinus(String(node.value)))];
    case "quotient":
      return [mathml("mfrac", {}, ...partsOf(node).map((part) => mathml("mrow", {}, markup(part, byName))))];
    case "primitive":
      return [mathml("mi", {}, node.name), bracketed(joinedBy(","))];
    case "complement":
      return [mathml("mn", {}, "1"), sign(MINUS), ...parts[0]];
    case "apply":
      return [mathml("mi", {}, symbolOfFunction(node.function)), ...parts[0]];
  }
}

/**
 * @param {MathMLElement[]} inner
 * @returns {MathMLElement}
 */
function bracketed(inner) {
  const [open, close] = ["(", ")"].map((mark) => mathml("mo", { stretchy: "false" }, mark));
  return mathml("mrow", {}, open, inner, close);
}

/**
 * A quantity with its time, in its colour.
 * @param {string} name
 * @param {boolean} isBefore
 * @param {Quantities} byName
 * @returns {MathMLElement}
 */
function quantityMarkup(name, isBefore, byName) {
  const t = mathml("mi", {}, "t");
  const time = isBefore ? mathml("mrow", {}, t, mathml("mo", {}, MINUS), mathml("mn", {}, "1")) : t;
  const marks = { "data-name": name, style: `color: ${textColour(name)}` };
  return mathml("msub", marks, mathml("mi", {}, byName[name]?.symbol ?? name), time);
}

/**
 * @param {WeightNode} node
 * @param {Quantities} byName
 * @returns {MathMLElement}
 */
function weightMarkup(node, byName) {
  const [symbol, label] = weightSymbol(node, byName);
  const letters = [...label].map((letter) => mathml("mi", {}, letter));
  return mathml("msub", {}, mathml("mi", {}, symbol), mathml("mrow", {}, letters));
}
