// What happened at a step, in plain sentences, from the recorded values alone.
//
// A state that a gate carries on has an old part and a new one: in c_t = f ⊙ c_{t-1} + i ⊙ g, the term that
// multiplies the state's own old value is what is kept.

import { quoted } from "./prediction-words.js";
import { equationFor } from "./equations.js";
import { holdsAt, holdsSentence } from "./holds.js";
import { percent, signedFixed } from "./numbers.js";
import { hasWeights } from "./terms.js";

/**
 * @import { GatedStateData, QuantityData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 */

/** @typedef {Float32Array | Float64Array} Vector */

const NAMED_UNITS = 2; // in each part of a sentence
const TOO_SMALL = 0.005; // less would be written as 0.00

/**
 * Describe a step of a trace.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
export function narrate(trace, step) {
  const states = trace.quantities.filter(({ role }) => role === "state");
  const phrases = states.flatMap((state) => statePhrases(trace, state, step));
  const where = `At “${trace.tokens[step]}” (step ${step + 1} of ${trace.steps}) the ${trace.title}`;
  const summary = `${where} ${phrases.length ? joined(phrases) : "computes no state by itself"}.`;
  return [summary, holdsSentence(trace, step), predictionSentence(trace, step)].filter(Boolean).join(" ");
}

/**
 * What the cell did to one of its states, as phrases that continue "the LSTM ...". Units that are held are left out.
 * @param {Trace} trace
 * @param {QuantityData} state
 * @param {number} step
 * @returns {string[]}
 */
function statePhrases(trace, state, step) {
  const holds = holdsAt(trace, state.name, step);
  if (holds?.every(Boolean)) return [];
  /** @type {(values: Vector) => Float64Array} */
  const computed = (values) => Float64Array.from(values, (value, unit) => (holds?.[unit] ? 0 : value));
  const old = computed(trace.valuesBefore(state.name, step));
  const now = computed(trace.vector(state.name, step));
  const gated = trace.gatedStates.find(({ state: name }) => name === state.name);
  const wasZero = old.every((value) => value === 0);
  if (gated) {
    const keptHere = computed(keptPart(trace, gated, step));
    const written = now.map((value, unit) => value - keptHere[unit]);
    return [...keepPhrases(state, old, keptHere, wasZero), writePhrase(written)];
  }
  const equation = equationFor(trace, state.name);
  if (equation && !hasWeights(equation.right)) return [outputPhrase(state, now)];
  return [changePhrase(state, old, now, wasZero)];
}

/**
 * The part of a state that comes from its own old value, by unit (f · c_{t-1}).
 * @param {Trace} trace
 * @param {GatedStateData} gated
 * @param {number} step
 * @returns {Float64Array}
 */
function keptPart(trace, { state, keep }, step) {
  const kept = Float64Array.from(trace.valuesBefore(state, step));
  for (const { name, complement } of keep) {
    trace.vector(name, step).forEach((value, unit) => (kept[unit] *= complement ? 1 - value : value));
  }
  return kept;
}

/**
 * The share kept is sum |kept| / sum |old| over all units. The unit that gives up most is the one with the largest
 * |old - kept|.
 * @param {QuantityData} state
 * @param {Vector} old
 * @param {Vector} kept
 * @param {boolean} wasZero
 * @returns {string[]}
 */
function keepPhrases(state, old, kept, wasZero) {
  if (wasZero) return [`has nothing to keep yet (its ${state.title} is zero)`];
  const share = sizeOf(kept) / sizeOf(old);
  // Only factors between 0 and 1 keep a share; a cell may have others.
  const shrinks = kept.every((value, unit) => value * old[unit] >= 0 && Math.abs(value) <= Math.abs(old[unit]));
  if (!shrinks) return [`scales its ${state.title} to ${percent(share)} of its size`];
  const keeps = `keeps ${percent(share)} of its ${state.title}`;
  const [most] = largestUnits(kept.map((value, unit) => Math.abs(old[unit] - value)));
  if (most === undefined) return [keeps];
  return [keeps, `gives up most in unit ${most} (${signedFixed(old[most])} to ${signedFixed(kept[most])})`];
}

/**
 * @param {Vector} written
 * @returns {string}
 */
function writePhrase(written) {
  const most = largestUnits(written);
  if (!most.length) return "writes less than 0.01 into any unit";
  return `writes most into ${unitList(most, (unit) => signedFixed(written[unit]))}`;
}

/**
 * @param {QuantityData} state
 * @param {Vector} now
 * @returns {string}
 */
function outputPhrase(state, now) {
  const most = largestUnits(now);
  if (!most.length) return `has a ${state.title} of less than 0.01 in every unit`;
  return `has the largest ${state.title} in ${unitList(most, (unit) => signedFixed(now[unit]))}`;
}

/**
 * @param {QuantityData} state
 * @param {Vector} old
 * @param {Vector} now
 * @param {boolean} wasZero
 * @returns {string}
 */
function changePhrase(state, old, now, wasZero) {
  const most = largestUnits(now.map((value, unit) => value - old[unit]));
  if (!most.length) return `changes its ${state.title} by less than 0.01 in every unit`;
  const verb = wasZero ? `fills its ${state.title}, which was zero,` : `changes its ${state.title}`;
  /** @type {(unit: number) => string} */
  const change = (unit) => (wasZero ? "" : `${signedFixed(old[unit])} to `) + signedFixed(now[unit]);
  return `${verb} most in ${unitList(most, change)}`;
}

/**
 * The prediction after a step and after the step before; "" without a readout.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
function predictionSentence(trace, step) {
  const now = trace.probabilitiesAt(step);
  if (!now) return "";
  const best = likeliest(now);
  const prediction = predictionText(trace, now, best);
  const previous = trace.previousStep(step);
  const before = previous < 0 ? null : trace.probabilitiesAt(previous);
  if (!before) return `The prediction is ${prediction}.`;
  const bestBefore = likeliest(before);
  if (bestBefore !== best) {
    return `The prediction is now ${prediction}; before, it was ${predictionText(trace, before, bestBefore)}.`;
  }
  const was = percent(before[best]);
  return `The prediction is still ${prediction} (${was === percent(now[best]) ? "as before" : `was ${was}`}).`;
}

/**
 * "Italian, 68 %". A label of one character is quoted, since a predicted comma would read as punctuation.
 * @param {Trace} trace
 * @param {Vector} probabilities
 * @param {number} label
 * @returns {string}
 */
function predictionText(trace, probabilities, label) {
  return `${quoted(trace.labels[label])}, ${percent(probabilities[label])}`;
}

/**
 * @param {Vector} probabilities
 * @returns {number}
 */
function likeliest(probabilities) {
  let best = 0;
  for (const [label, value] of probabilities.entries()) if (value > probabilities[best]) best = label;
  return best;
}

/**
 * The units with the largest absolute values, the largest first, without those that would be written as 0.00.
 * @param {Vector} values
 * @returns {number[]}
 */
function largestUnits(values) {
  return [...values.keys()]
    .filter((unit) => Math.abs(values[unit]) >= TOO_SMALL)
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, NAMED_UNITS);
}

/**
 * "unit 3 (+0.82)", "units 3 (+0.82) and 17 (−0.55)".
 * @param {number[]} units
 * @param {(unit: number) => string} remark
 * @returns {string}
 */
function unitList(units, remark) {
  return `unit${units.length > 1 ? "s" : ""} ${units.map((unit) => `${unit} (${remark(unit)})`).join(" and ")}`;
}

/**
 * @param {string[]} phrases
 * @returns {string}
 */
function joined(phrases) {
  return phrases.length < 2 ? phrases.join("") : `${phrases.slice(0, -1).join(", ")}, and ${phrases.at(-1)}`;
}

/**
 * @param {Vector} values
 * @returns {number}
 */
function sizeOf(values) {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
}
