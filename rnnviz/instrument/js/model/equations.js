// A cell's equations: from the LaTeX of its definition to a small tree, and from there to MathML.
//
// A tree is made of
//   {kind: "number", value}            {kind: "sum", terms: [{sign, of}]}
//   {kind: "quantity", name, before}   {kind: "product", factors}       unit by unit
//   {kind: "bias", part, label}        {kind: "matrix", part, label, of}    a matrix times a vector
//   {kind: "group", of}                {kind: "call", name, of}
//   {kind: "peephole", label}                                               a weight for each unit
// before: the value at t - 1. part: "ih" for what multiplies the input, "hh" for the old state.

import { textColour } from "./colours.js";
import { mathml } from "../page/dom.js";
import { symbolOfFunction } from "./functions.js";

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
const STARTS_A_FACTOR = new Set(["quantity", "matrix", "bias", "peephole", "call", "number", "("]);
const remembered = new Map();

/** {target, tree, latex}, where target is the name of the quantity computed; null if it cannot be read. */
export function parseEquation(latex) {
  if (!remembered.has(latex)) remembered.set(latex, readEquation(latex));
  return remembered.get(latex);
}

function readEquation(latex) {
  const lexemes = lexemesOf(latex);
  return lexemes && new EquationReader(lexemes).equation(latex);
}

function lexemesOf(latex) {
  const found = [];
  for (let at = 0; at < latex.length; ) {
    let match = null;
    for (const [kind, pattern] of LEXEMES) {
      pattern.lastIndex = at;
      match = pattern.exec(latex);
      if (!match) continue;
      const lexeme = { kind: kind === "mark" ? match[0] : kind, text: match[1] ?? match[2] ?? match[3], late: match[2] };
      if (kind !== "space") found.push(lexeme);
      break;
    }
    if (!match) return null;
    at += match[0].length;
  }
  return found;
}

/** Recursive descent, loosest first: sum, product, factor. Anything unexpected gives null. */
class EquationReader {
  constructor(lexemes) {
    this.lexemes = lexemes;
    this.at = 0;
  }

  get next() {
    return this.lexemes[this.at]?.kind;
  }

  take(kind) {
    if (this.next !== kind) throw new SyntaxError(`expected ${kind}, found ${this.next}`);
    return this.lexemes[this.at++];
  }

  equation(latex) {
    try {
      const target = this.take("quantity").text;
      this.take("=");
      const tree = this.sum();
      return this.next === undefined ? { target, tree, latex } : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  sum() {
    const terms = [{ sign: this.next === "-" ? this.sign() : 1, of: this.product() }];
    while (this.next === "+" || this.next === "-") terms.push({ sign: this.sign(), of: this.product() });
    return terms.length === 1 && terms[0].sign === 1 ? terms[0].of : { kind: "sum", terms };
  }

  sign() {
    return this.take(this.next).kind === "-" ? -1 : 1;
  }

  product() {
    const factors = [this.factor()];
    while (this.next === "times" || STARTS_A_FACTOR.has(this.next)) {
      if (this.next === "times") this.take("times");
      factors.push(this.factor());
    }
    return factors.length === 1 ? factors[0] : { kind: "product", factors };
  }

  factor() {
    const { kind, text, late } = this.take(STARTS_A_FACTOR.has(this.next) ? this.next : "a factor");
    if (kind === "number") return { kind, value: Number(text) };
    if (kind === "quantity") return { kind, name: text, before: late !== undefined };
    if (kind === "bias") return { kind, part: partOf(text), label: text };
    if (kind === "peephole") return { kind, label: text };
    if (kind === "matrix") return { kind, part: partOf(text), label: text, of: this.factor() };
    if (kind === "call") return { kind, name: text, of: this.factor() };
    const of = this.sum();
    this.take(")");
    return { kind: "group", of };
  }
}

/** W_{if} and b_{if} belong to the input, W_{hf} and b_{hf} to the old hidden state. */
function partOf(label) {
  if (!"ih".includes(label[0])) throw new SyntaxError(`a weight of neither input nor hidden state: ${label}`);
  return `${label[0]}h`;
}

/** What a node is made of, one level down. */
export function insideOf(node) {
  if (node.kind === "sum") return node.terms.map((term) => term.of);
  if (node.kind === "product") return node.factors;
  return node.of ? [node.of] : [];
}

/** Whether a test holds for a node or anything inside it. */
export function anywhere(node, test) {
  return test(node) || insideOf(node).some((inner) => anywhere(inner, test));
}

/** The quantity that a node speaks of: itself, or in a product the old state rather than its gate. */
export function quantityIn(node) {
  if (node.kind === "quantity") return node;
  const found = insideOf(node).map(quantityIn).filter(Boolean);
  return found.find((inner) => inner.before) ?? found[0] ?? null;
}

/** A node in one short line of text, without its times: "r ⊙ h". */
export function symbolOf(node, byName) {
  const inner = insideOf(node).map((part) => symbolOf(part, byName));
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
      return `W_${node.label} ${inner[0]}`;
    case "product":
      return inner.join(" ⊙ ");
    case "group":
      return `(${inner[0]})`;
    case "call":
      return `${symbolOfFunction(node.name)} ${inner[0]}`;
    default:
      return inner.map((text, k) => (node.terms[k].sign < 0 ? `− ${text}` : k ? `+ ${text}` : text)).join(" ");
  }
}

/** An equation that cannot be read, as plain text. */
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

/** An equation as a MathML element; its quantities carry their names in data-name. */
export function equationMarkup({ target, tree }, byName) {
  return mathml("math", {}, quantityMarkup({ name: target }, byName), mathml("mo", {}, "="), ...markup(tree, byName));
}

function markup(node, byName) {
  const inner = insideOf(node).map((part) => markup(part, byName));
  const sign = (text) => mathml("mo", { form: "infix" }, text);
  switch (node.kind) {
    case "number":
      return [mathml("mn", {}, String(node.value))];
    case "quantity":
      return [quantityMarkup(node, byName)];
    case "bias":
      return [parameterMarkup("b", node.label)];
    case "peephole":
      return [parameterMarkup("p", node.label)];
    case "matrix":
      return [parameterMarkup("W", node.label), mathml("mspace", { width: "0.1em" }), ...inner[0]];
    case "product":
      return inner.flatMap((parts, k) => (k ? [sign("⊙"), ...parts] : parts));
    case "group": {
      const [open, close] = ["(", ")"].map((mark) => mathml("mo", { stretchy: "false" }, mark));
      return [mathml("mrow", {}, open, ...inner[0], close)];
    }
    case "call": {
      const gap = node.of.kind === "group" ? [] : [mathml("mspace", { width: "0.1em" })];
      return [mathml("mi", {}, symbolOfFunction(node.name)), ...gap, ...inner[0]];
    }
    default:
      return inner.flatMap((parts, k) => {
        const minus = node.terms[k].sign < 0;
        if (k) return [sign(minus ? "−" : "+"), ...parts];
        return minus ? [mathml("mo", { form: "prefix" }, "−"), ...parts] : parts;
      });
  }
}

function quantityMarkup({ name, before }, byName) {
  const time = before
    ? mathml("mrow", {}, mathml("mi", {}, "t"), mathml("mo", {}, "−"), mathml("mn", {}, "1"))
    : mathml("mi", {}, "t");
  const marks = { "data-name": name, style: `color: ${textColour(name)}` };
  return mathml("msub", marks, mathml("mi", {}, byName[name]?.symbol ?? name), time);
}

function parameterMarkup(symbol, label) {
  const letters = [...label].map((letter) => mathml("mi", {}, letter));
  return mathml("msub", {}, mathml("mi", {}, symbol), mathml("mrow", {}, ...letters));
}
