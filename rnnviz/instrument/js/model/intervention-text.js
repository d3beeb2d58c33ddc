// Interventions as text, in the grammar of `rnnviz.interventions.parse`. Steps count as typed, from 1.

/**
 * @import { Trace } from "./trace.js"
 */

/** @typedef {{ step: number, unit: number }} Position  from 0 */

/**
 * Which steps an intervention affects: the current one, all from it on in the order of reading, or all.
 * @typedef {"step" | "onward" | "all"} Span
 */

/**
 * Hold a quantity at a value: "forget.6@4-9=1".
 * @param {Trace} trace
 * @param {{ quantity: string, allUnits: boolean, span: Span, value: number }} hold
 * @param {Position} position
 * @returns {string}
 */
export function holdIntervention(trace, { quantity, allUnits, span, value }, { step, unit }) {
  const steps = { step: `@${trace.typedSteps[step]}`, onward: onward(trace, step), all: "" }[span];
  return `${quantity}${allUnits ? "" : `.${unit}`}${steps}${layerOf(trace)}=${value}`;
}

/**
 * Silence a unit at all steps, or freeze it from the current one on: "zero.6", "freeze.6@4-9".
 * @param {Trace} trace
 * @param {"zero" | "freeze"} kind
 * @param {Position} position
 * @returns {string}
 */
export function unitIntervention(trace, kind, { step, unit }) {
  return `${kind}.${unit}${kind === "freeze" ? onward(trace, step) : ""}${layerOf(trace)}`;
}

/**
 * Remove a token, or swap it for another one: "remove@4", "swap@4=x".
 * @param {Trace} trace
 * @param {"remove" | "swap"} kind
 * @param {Position} position
 * @param {string} [token]
 * @returns {string}
 */
export function tokenIntervention(trace, kind, { step }, token = "") {
  return `${kind}@${trace.typedSteps[step]}${kind === "swap" ? `=${quotedToken(token)}` : ""}`;
}

/**
 * The steps from one to the last that is read.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
function onward(trace, step) {
  const current = trace.typedSteps[step];
  const [first, last] = trace.backward
    ? [trace.typedSteps[0], current]
    : [current, trace.typedSteps[trace.typedSteps.length - 1]];
  return first === last ? `@${first}` : `@${first}-${last}`;
}

/**
 * The layer and direction, unless they are the first layer's forward one.
 * @param {Trace} trace
 * @returns {string}
 */
function layerOf({ layer, backward }) {
  return layer || backward ? `:${layer}${backward ? "b" : ""}` : "";
}

/**
 * A token as the text of a swap has it: as Python's `urllib.parse.quote(text, safe="")`. Half of a surrogate pair
 * becomes a replacement character.
 * @param {string} text
 * @returns {string}
 */
export function quotedToken(text) {
  const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
  return encodeURIComponent(whole).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
