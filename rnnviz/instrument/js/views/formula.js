// An equation as MathML. Its quantities carry their names in data-name.

import { textColour } from "../model/colours.js";
import { childrenOf } from "../model/equations.js";
import { symbolOfFunction } from "../model/functions.js";
import { MINUS } from "../model/numbers.js";
import { mathml } from "../page/dom.js";

/**
 * @import { Equation, Node } from "../model/equations.js"
 * @import { QuantityData } from "../model/payload.d.ts"
 */

/** @typedef {Record<string, QuantityData>} Quantities  by name */

/**
 * Write an equation as MathML.
 * @param {Equation} equation
 * @param {Quantities} byName
 * @returns {MathMLElement}
 */
export function formulaOf({ target, tree }, byName) {
  return mathml("math", {}, quantityMarkup(target, false, byName), mathml("mo", {}, "="), markup(tree, byName));
}

/**
 * @param {Node} node
 * @param {Quantities} byName
 * @returns {MathMLElement[]}
 */
function markup(node, byName) {
  const children = childrenOf(node).map((child) => markup(child, byName));
  /** @type {(text: string) => MathMLElement} */
  const sign = (text) => mathml("mo", { form: "infix" }, text);
  switch (node.kind) {
    case "number":
      return [mathml("mn", {}, String(node.value))];
    case "quantity":
      return [quantityMarkup(node.name, node.before, byName)];
    case "bias":
      return [parameterMarkup("b", node.label)];
    case "peephole":
      return [parameterMarkup("p", node.label)];
    case "matrix":
      return [parameterMarkup("W", node.label), mathml("mspace", { width: "0.1em" }), ...children[0]];
    case "product":
      return children.flatMap((parts, k) => (k ? [sign("⊙"), ...parts] : parts));
    case "group": {
      const [open, close] = ["(", ")"].map((mark) => mathml("mo", { stretchy: "false" }, mark));
      return [mathml("mrow", {}, open, children[0], close)];
    }
    case "call": {
      const gap = node.of.kind === "group" ? [] : [mathml("mspace", { width: "0.1em" })];
      return [mathml("mi", {}, symbolOfFunction(node.name)), ...gap, ...children[0]];
    }
    default:
      return children.flatMap((parts, k) => {
        const negative = node.terms[k].sign < 0;
        if (k) return [sign(negative ? MINUS : "+"), ...parts];
        return negative ? [mathml("mo", { form: "prefix" }, MINUS), ...parts] : parts;
      });
  }
}

/**
 * A quantity with its time, in its colour.
 * @param {string} name
 * @param {boolean} before
 * @param {Quantities} byName
 * @returns {MathMLElement}
 */
function quantityMarkup(name, before, byName) {
  const t = mathml("mi", {}, "t");
  const time = before ? mathml("mrow", {}, t, mathml("mo", {}, MINUS), mathml("mn", {}, "1")) : t;
  const marks = { "data-name": name, style: `color: ${textColour(name)}` };
  return mathml("msub", marks, mathml("mi", {}, byName[name]?.symbol ?? name), time);
}

/**
 * @param {string} symbol
 * @param {string} label
 * @returns {MathMLElement}
 */
function parameterMarkup(symbol, label) {
  const letters = [...label].map((letter) => mathml("mi", {}, letter));
  return mathml("msub", {}, mathml("mi", {}, symbol), mathml("mrow", {}, letters));
}
