// Changes of a run as text, in the grammar of `rnnviz.interventions.parse`, and in words: see intervention_kinds.py and
// phrases.py.

import { withMinus } from "../model/numbers.js";
import { quotedToken } from "../model/intervention-text.js";
import { filled, general, InputError } from "../reading/templates.js";
import { floatOf } from "../reading/typed-numbers.js";

/**
 * @import { QuantityData } from "../model/payload.d.ts"
 * @import { Reader } from "../reading/reader.js"
 * @import { ChangeRules } from "./playground.d.ts"
 */

/**
 * What acts on values inside a layer. Steps count from 1 in the text as typed, units and layers from 0.
 * @typedef {object} ValueChange
 * @property {"hold" | "zero" | "freeze"} kind
 * @property {string} text
 * @property {string | null} name  the quantity that is held; of silencing and freezing one state, null for all
 * @property {number | null} value  what is put in place; null freezes
 * @property {number[] | null} units  null for all
 * @property {[first: number, last: number] | null} steps  null for all
 * @property {number} layer
 * @property {"forward" | "backward"} direction
 */

/**
 * What acts on a token.
 * @typedef {{ kind: "swap" | "remove", text: string, step: number, token: string }} TokenChange
 */

/** @typedef {ValueChange | TokenChange} Change */

const FORM = new RegExp(
  "^(?<head>\\w+)(?:/(?<state>\\w+))?(?:\\.(?<units>[0-9,-]+))?(?:@(?<first>[0-9]{1,9})(?:-(?<last>[0-9]{1,9}))?)?" +
    "(?::(?<layer>[0-9]{1,9})(?<back>b)?)?(?:=(?<value>[^\\n]*))?$",
);
const UNITS = /^(\d{1,9})(?:-(\d{1,9}))?$/;
const WORDS = ["zero", "freeze", "swap", "remove"];
const LARGEST_WHOLE = 1e15; // up to which a whole number is written without a point
const [LEAST_PLAIN, LARGEST_PLAIN] = [1e-4, 1e16]; // between which Python writes a number without an exponent

/**
 * Read the text of one change.
 * @param {string} text
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {Change}
 * @throws {InputError}
 */
export function parseChange(text, reader, rules) {
  const change = changeIn(text, reader, rules);
  if (change) return change;
  const shown = shortened(text, rules.shown_unreadable);
  throw new InputError(filled(rules.sentences.unreadable, { text: shown }, reader.classes.hidden));
}

/**
 * @param {string} text
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {Change | null}
 */
function changeIn(text, reader, rules) {
  const groups = FORM.exec(text)?.groups;
  if (!groups) return null;
  const { head, state, first, last, layer, back, value } = groups;
  const units = groups.units === undefined ? null : unitsIn(groups.units, rules.listed);
  if (groups.units !== undefined && !units) return null;
  /** @type {ValueChange["steps"]} */
  const steps = first === undefined ? null : [Number(first), Number(last ?? first)];
  /** @type {Pick<ValueChange, "units" | "steps" | "layer" | "direction">} */
  const place = { units, steps, layer: Number(layer ?? 0), direction: back ? "backward" : "forward" };
  if ((head === "zero" || head === "freeze") && value === undefined) {
    return written({ kind: head, name: state ?? null, value: head === "zero" ? 0 : null, ...place });
  }
  const isOfToken = steps && last === undefined && !units && !place.layer && !back && state === undefined;
  if ((head === "swap" || head === "remove") && isOfToken) {
    if ((value === undefined) !== (head === "remove")) return null;
    const token = unquoted(value ?? "");
    if (token === null) return null;
    const end = head === "swap" ? `=${quotedToken(token)}` : "";
    return { kind: head, text: `${head}@${steps[0]}${end}`, step: steps[0], token };
  }
  if (WORDS.includes(head) || value === undefined || state !== undefined) return null;
  const number = floatOf(value, reader.classes);
  if (number === null || Number.isNaN(number)) return null;
  return written({ kind: "hold", name: head, value: number, ...place });
}

/**
 * A change of values with its text.
 * @param {Omit<ValueChange, "text">} change
 * @returns {ValueChange}
 */
function written(change) {
  const { kind, name, value, units, steps, layer, direction } = change;
  const listed = units ? `.${spans(units).map(spanText).join(",")}` : "";
  const at = steps ? `@${spanText(steps)}` : "";
  const back = direction === "backward" ? "b" : "";
  const place = `${listed}${at}${layer || back ? `:${layer}${back}` : ""}`;
  const text = kind === "hold"
    ? `${name}${place}=${numberText(Number(value))}`
    : `${kind}${name === null ? "" : `/${name}`}${place}`;
  return { ...change, text };
}

/**
 * The units that a part of a text lists.
 * @param {string} text
 * @param {number} most
 * @returns {number[] | null}
 */
function unitsIn(text, most) {
  /** @type {number[]} */
  const units = [];
  for (const part of text.split(",")) {
    const [, first, last = first] = UNITS.exec(part) ?? [];
    const count = Number(last) - Number(first);
    if (first === undefined || count < 0 || units.length + count >= most) return null;
    for (let unit = Number(first); unit <= Number(last); unit++) units.push(unit);
  }
  return [...new Set(units)].sort((a, b) => a - b);
}

/**
 * Ascending numbers as runs.
 * @param {number[]} numbers
 * @returns {[number, number][]}
 */
function spans(numbers) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const number of numbers) {
    const run = runs[runs.length - 1];
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

/**
 * @param {[number, number]} span
 * @returns {string}
 */
function spanText([first, last]) {
  return first === last ? String(first) : `${first}-${last}`;
}

/**
 * A number as Python writes it, so that it reads back to the same.
 * @param {number} value
 * @returns {string}
 */
function numberText(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && size < LARGEST_WHOLE) return String(value);
  if (size >= LEAST_PLAIN && size < LARGEST_PLAIN) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits, exponent] = value.toExponential().split("e");
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/**
 * As Python's `urllib.parse.unquote`; null where the bytes are no UTF-8.
 * @param {string} text
 * @returns {string | null}
 */
function unquoted(text) {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      const bytes = Uint8Array.from(run.slice(1).split("%"), (byte) => Number.parseInt(byte, 16));
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    });
  } catch {
    return null;
  }
}

/**
 * What a change acts on, without the value that it puts there.
 * @param {Change} change
 * @returns {string}
 */
export function targetOf({ text }) {
  return text.split("=")[0];
}

/**
 * Say in a few words what a change does.
 * @param {Change} change
 * @param {QuantityData[]} quantities
 * @param {Reader} reader
 * @param {ChangeRules} rules
 * @returns {string}
 */
export function changeWords(change, quantities, reader, rules) {
  if ("step" in change) {
    if (change.kind === "remove") return `step ${change.step} removed`;
    const letters = [...reader.visible(change.token)];
    const most = rules.shown_token;
    const shown = letters.length <= most ? letters : [...letters.slice(0, most - 1), "…"];
    return `step ${change.step} reads “${shown.join("")}”`;
  }
  const units = change.units && counted("unit", spans(change.units));
  const steps = change.steps ? ` at ${counted("step", [change.steps])}` : "";
  const layer = change.layer ? `, layer ${change.layer + 1}` : "";
  const place = layer + (change.direction === "backward" ? ", backward" : "");
  const title = quantities.find(({ name }) => name === change.name)?.title ?? change.name;
  if (change.kind === "hold") {
    return `${title}${units ? ` of ${units}` : ""} = ${withMinus(general(Number(change.value)))}${steps}${place}`;
  }
  const what = (title === null ? "" : `${title} of `) + (units ?? "all units");
  return `${what} ${change.kind === "zero" ? "silenced" : "frozen"}${steps}${place}`;
}

/**
 * Numbers with what they count: "unit 3", "units 3, 5–7".
 * @param {string} thing
 * @param {[number, number][]} runs
 * @returns {string}
 */
function counted(thing, runs) {
  const listed = runs.map(([first, last]) => first === last ? String(first) : `${first}–${last}`).join(", ");
  return `${thing}${/^\d+$/.test(listed) ? "" : "s"} ${listed}`;
}

/**
 * The beginning of a long text, for a sentence.
 * @param {string} text
 * @param {number} most
 * @returns {string}
 */
export function shortened(text, most) {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most).join("")}…`;
}
