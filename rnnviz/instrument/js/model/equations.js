// A cell's equations, from the LaTeX of its definition to a tree.

import { symbolOfFunction } from "./functions.js";
import { MINUS } from "./numbers.js";

/** @import { QuantityData } from "./payload.d.ts" */

/**
 * A node of an equation's tree.
 * @typedef {NumberNode | QuantityNode | BiasNode | PeepholeNode | MatrixNode | SumNode | ProductNode | GroupNode
 *   | CallNode} Node
 */
/** @typedef {{ kind: "number", value: number }} NumberNode */
/** @typedef {{ kind: "quantity", name: string, before: boolean }} QuantityNode  before: its value at t - 1 */
/** @typedef {{ kind: "bias", part: string, label: string }} BiasNode  part: "ih" or "hh" */
/** @typedef {{ kind: "peephole", label: string }} PeepholeNode  a weight for each unit */
/** @typedef {{ kind: "matrix", part: string, label: string, of: Node }} MatrixNode  a matrix times a vector */
/** @typedef {{ kind: "sum", terms: Term[] }} SumNode */
/** @typedef {{ sign: number, of: Node }} Term */
/** @typedef {{ kind: "product", factors: Node[] }} ProductNode  unit by unit */
/** @typedef {{ kind: "group", of: Node }} GroupNode  parentheses */
/** @typedef {{ kind: "call", name: string, of: Node }} CallNode  a function of FUNCTIONS */

/**
 * @typedef {object} Equation
 * @property {string} target  the name of the quantity that is computed
 * @property {Node} tree
 */

/** @typedef {{ kind: string, text: string, time: string | undefined }} Lexeme */

/** @type {[string, RegExp][]} */
const LEXEMES = [
  ["space", /\s+|\\[,;:! ]|\\left|\\right/y],
  ["quantity", /\\q\{(\w+)\}(?:_(?:t|\{t\}|(\{t\s*-\s*1\})))?/y],
  ["matrix", /W_(?:\{(\w+)\}|(\w))/y],
  ["bias", /b_(?:\{(\w+)\}|(\w))/y],
  ["peephole", /p_(?:\{(\w+)\}|(\w))/y],
  ["call", /\\(sigma|tanh|exp)\b|\\(?:mathrm|operatorname)\{(\w+)\}|\\f\{([^{}]*)\}/y],
  ["number", /(\d+(?:\.\d+)?)/y],
  ["times", /\\(?:odot|cdot|times|circ)\b/y],
  ["mark", /[-+=()]/y],
];
const FACTOR_STARTS = new Set(["quantity", "matrix", "bias", "peephole", "call", "number", "("]);

/** @type {Map<string, Equation | null>} */
const parsed = new Map();

/**
 * Parse an equation.
 * @param {string} latex
 * @returns {Equation | null} null if it is not written in the dialect of the cells' definitions
 */
export function parseEquation(latex) {
  let equation = parsed.get(latex);
  if (equation === undefined) {
    const lexemes = lexemesOf(latex);
    equation = lexemes && new Parser(lexemes).equation();
    parsed.set(latex, equation);
  }
  return equation;
}

/**
 * The equations of all phases that can be parsed.
 * @param {{ phases: { equations: string[] }[] }} trace
 * @returns {Equation[]}
 */
export function equationsOf({ phases }) {
  return phases.flatMap(({ equations }) => equations.flatMap((latex) => parseEquation(latex) ?? []));
}

/**
 * The equation that computes a quantity.
 * @param {{ phases: { equations: string[] }[] }} trace
 * @param {string} name
 * @returns {Equation | undefined}
 */
export function equationFor(trace, name) {
  return equationsOf(trace).find(({ target }) => target === name);
}

/**
 * @param {string} latex
 * @returns {Lexeme[] | null} null for characters that belong to no lexeme
 */
function lexemesOf(latex) {
  /** @type {Lexeme[]} */
  const lexemes = [];
  for (let at = 0; at < latex.length;) {
    let match = null;
    for (const [kind, pattern] of LEXEMES) {
      pattern.lastIndex = at;
      match = pattern.exec(latex);
      if (!match) continue;
      const text = match[1] ?? match[2] ?? match[3];
      if (kind !== "space") lexemes.push({ kind: kind === "mark" ? match[0] : kind, text, time: match[2] });
      break;
    }
    if (!match) return null;
    at += match[0].length;
  }
  return lexemes;
}

/** Recursive descent, loosest binding first: sum, product, factor. */
class Parser {
  /**
   * @param {Lexeme[]} lexemes
   */
  constructor(lexemes) {
    this.lexemes = lexemes;
    this.at = 0;
  }

  /**
   * The kind of the next lexeme; undefined at the end.
   * @returns {string}
   */
  get next() {
    return this.lexemes[this.at]?.kind;
  }

  /**
   * @param {string} kind
   * @returns {Lexeme}
   */
  take(kind) {
    if (this.next !== kind) throw new SyntaxError(`expected ${kind}, found ${this.next}`);
    return this.lexemes[this.at++];
  }

  /** @returns {Equation | null} */
  equation() {
    try {
      const target = this.take("quantity").text;
      this.take("=");
      const tree = this.sum();
      return this.next === undefined ? { target, tree } : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** @returns {Node} */
  sum() {
    const terms = [{ sign: this.next === "-" ? this.sign() : 1, of: this.product() }];
    while (this.next === "+" || this.next === "-") terms.push({ sign: this.sign(), of: this.product() });
    return terms.length === 1 && terms[0].sign === 1 ? terms[0].of : { kind: "sum", terms };
  }

  /** @returns {number} */
  sign() {
    return this.take(this.next).kind === "-" ? -1 : 1;
  }

  /** @returns {Node} */
  product() {
    const factors = [this.factor()];
    while (this.next === "times" || FACTOR_STARTS.has(this.next)) {
      if (this.next === "times") this.take("times");
      factors.push(this.factor());
    }
    return factors.length === 1 ? factors[0] : { kind: "product", factors };
  }

  /** @returns {Node} */
  factor() {
    const { kind, text, time } = this.take(FACTOR_STARTS.has(this.next) ? this.next : "a factor");
    if (kind === "number") return { kind, value: Number(text) };
    if (kind === "quantity") return { kind, name: text, before: time !== undefined };
    if (kind === "bias") return { kind, part: partOf(text), label: text };
    if (kind === "peephole") return { kind, label: text };
    if (kind === "matrix") return { kind, part: partOf(text), label: text, of: this.factor() };
    if (kind === "call") return { kind, name: text, of: this.factor() };
    const of = this.sum();
    this.take(")");
    return { kind: "group", of };
  }
}

/**
 * W_{if} and b_{if} belong to the input, W_{hf} and b_{hf} to the old hidden state.
 * @param {string} label
 * @returns {string}
 */
function partOf(label) {
  if (!"ih".includes(label[0])) throw new SyntaxError(`a weight of neither input nor hidden state: ${label}`);
  return `${label[0]}h`;
}

/**
 * The nodes one level below a node.
 * @param {Node} node
 * @returns {Node[]}
 */
export function childrenOf(node) {
  if (node.kind === "sum") return node.terms.map((term) => term.of);
  if (node.kind === "product") return node.factors;
  return "of" in node ? [node.of] : [];
}

/**
 * Whether a test holds for a node or anything below it.
 * @param {Node} node
 * @param {(node: Node) => boolean} test
 * @returns {boolean}
 */
export function someNode(node, test) {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}

/**
 * A node without the parentheses around it.
 * @param {Node} node
 * @returns {Exclude<Node, GroupNode>}
 */
export function ungrouped(node) {
  return node.kind === "group" ? ungrouped(node.of) : node;
}

/**
 * The quantity that a node is about: itself, or in a product the old state rather than its gate.
 * @param {Node} node
 * @returns {QuantityNode | null}
 */
export function mainQuantity(node) {
  if (node.kind === "quantity") return node;
  const quantities = childrenOf(node).flatMap((child) => mainQuantity(child) ?? []);
  return quantities.find(({ before }) => before) ?? quantities[0] ?? null;
}

/**
 * A node as one short line of text, without times: "r ⊙ h".
 * @param {Node} node
 * @param {Record<string, QuantityData>} byName
 * @returns {string}
 */
export function textOf(node, byName) {
  const children = childrenOf(node).map((child) => textOf(child, byName));
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "quantity":
      return byName[node.name]?.symbol ?? node.name;
    case "bias":
      return `b_${node.label}`;
    case "peephole":
      return `p_${node.label}`;
    case "matrix":
      return `W_${node.label} ${children[0]}`;
    case "product":
      return children.join(" ⊙ ");
    case "group":
      return `(${children[0]})`;
    case "call":
      return `${symbolOfFunction(node.name)} ${children[0]}`;
    default:
      return children.map((text, k) => (node.terms[k].sign < 0 ? `${MINUS} ${text}` : k ? `+ ${text}` : text)).join(
        " ",
      );
  }
}

/**
 * An equation that cannot be parsed, as plain text.
 * @param {string} latex
 * @param {Record<string, QuantityData>} byName
 * @returns {string}
 */
export function plainEquation(latex, byName) {
  return latex
    .replace(/\\q\{(\w+)\}/g, (_, name) => byName[name]?.symbol ?? name)
    .replace(/\\f\{([^{}]*)\}/g, (_, name) => symbolOfFunction(name))
    .replace(/\\left|\\right|\\(?:mathrm|operatorname)(?=\{)/g, "")
    .replace(/\\[,;:! ]/g, " ")
    .replaceAll("\\odot", "⊙")
    .replaceAll("\\sigma", "σ")
    .replace(/\\([a-zA-Z]+)/g, "$1");
}
