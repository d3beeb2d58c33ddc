// What happened at a step, in plain sentences, from the recorded values alone.
//
// The rules, by what an equation does rather than by the name of the cell:
//
// - A state that a gate carries on (the LSTM's cell state, the GRU's hidden state; see gated_states) has a kept part,
//   its old value times the gates, and a written part, which is the rest. Of the kept part we tell its share of the old
//   size. A unit that loses more than half of its value is erased; one that keeps more "gives up most", which is about
//   the amount. Both have the value before and what is kept of it. Where the factors are not between 0 and 1 nothing is
//   kept or given up: the state is scaled. A state that was zero has nothing to keep.
// - A state that is computed as a whole (the RNN's) has no such parts: we tell its largest change, from and to.
// - A state that only shows another one (the LSTM's hidden state, which has no weights of its own) is told about by
//   what it does for the answer.
// - What matters for the answer comes next. Where the model is asked, it is the unit whose change of the hidden state
//   moves the lead of the prediction most (its logit less the mean of the others). Where it is not, no output is read:
//   it is the unit with the largest effect on the answer at the end, with what its hidden state does here. Where
//   neither is known, it is the largest change of the hidden state.
// - A unit has a name only if it leads: of several within 5 % of the largest we tell how many they are, or nothing. A
//   value that would be written as 0.00 has no name either. Held values are told about as held, and are not counted.
// - The prediction is quoted only where the model is asked, and compared with the unchanged run, if there is one, or
//   else with the step before, which is called so.
// - The phase that is lit does not matter: its formula is beside the diagram, and a sentence that stays can be read.

import { equationFor } from "./equations.js";
import { holdAt, holdsAt, holdsSentence } from "./holds.js";
import { leader, leaders } from "./near-ties.js";
import { fixed, percent, signedFixed } from "./numbers.js";
import { outputWords } from "./outputs.js";
import { likeliest, NO_PREDICTION, quoted } from "./prediction-words.js";
import { readWords } from "./read-words.js";
import { pushes } from "./readout.js";
import { hasWeights } from "./terms.js";

/**
 * @import { GatedStateData, QuantityData } from "./payload.d.ts"
 * @import { Trace } from "./trace.js"
 */

/** @typedef {Float32Array | Float64Array} Vector */

const HIDDEN = "hidden";
const HALF = 0.5;

/**
 * A step as it is read aloud: that of both runs where two are compared column by column.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
export function spokenWords(trace, step) {
  if (!trace.alignment || !trace.lower) return narrate(trace, step);
  const missing = `no ${readWords(trace).token} here.`;
  return [trace, trace.lower].map(({ alignment, caption }) => {
    const row = alignment?.rows[step] ?? null;
    const words = alignment?.trace && row !== null ? narrate(alignment.trace, row) : missing;
    return `${caption[0].toUpperCase()}${caption.slice(1)}: ${words}`;
  }).join(" ");
}

/**
 * Describe a step of a trace.
 * @param {Trace} trace
 * @param {number} step
 * @param {{ outcome?: boolean }} [options]  whether the last step of a what-if tells what it ends on instead of what
 * @returns {string}
 */
export function narrate(trace, step, { outcome = true } = {}) {
  const states = trace.quantities.filter(({ role }) => role === "state");
  const overflow = overflowSentence(trace, step);
  if (overflow) {
    return [overflow, holdsSentence(trace, step), predictionSentence(trace, step)].filter(Boolean).join(" ");
  }
  const phrases = states.flatMap((state) => statePhrases(trace, state, step));
  const held = states.every(({ name }) => holdsAt(trace, name, step)?.every(Boolean));
  const instead = held ? "computes no state by itself" : "shows what is held";
  const where = `At “${trace.tokens[step]}” (step ${step + 1} of ${trace.steps}) the ${trace.title}`;
  const summary = `${where} ${phrases.length ? joined(phrases) : instead}.`;
  const ends = step === trace.steps - 1 && trace.isAsked(step) ? trace.unchanged?.end : "";
  const prediction = ends ? (outcome ? ends : "") : predictionSentence(trace, step);
  const sentences = [summary, unitSentence(trace, step), holdsSentence(trace, step), prediction];
  return sentences.filter(Boolean).join(" ");
}

/**
 * Which quantities of a step, or states before it, are beyond all numbers; "" if none is. Of such a step nothing else
 * can be said.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
function overflowSentence(trace, step) {
  const strange = (/** @type {Vector} */ values) => values.some((value) => !Number.isFinite(value));
  const now = trace.unitQuantities.filter(({ name }) => strange(trace.vector(name, step)));
  const before = trace.quantities.filter(({ name, role }) =>
    role === "state" && strange(trace.valuesBefore(name, step))
  );
  if (!now.length && !before.length) return "";
  const where = `At “${trace.tokens[step]}” (step ${step + 1} of ${trace.steps})`;
  if (!now.length) return `${where} the ${trace.title} starts from a state that was infinite or not a number.`;
  const named = now.map(({ name, title }) => {
    const values = trace.vector(name, step);
    const count = values.filter((value) => !Number.isFinite(value)).length;
    return `${count} of ${values.length} values of the ${title}`;
  });
  return `${where} numbers are too large for the ${trace.title}: ${joined(named)} are infinite or not a number.`;
}

/**
 * What the cell did to one of its states, as phrases that continue "the LSTM ...".
 * @param {Trace} trace
 * @param {QuantityData} state
 * @param {number} step
 * @returns {string[]}
 */
function statePhrases(trace, state, step) {
  const holds = holdsAt(trace, state.name, step);
  if (holds?.every(Boolean)) return [];
  const [old, now] = oldAndNew(trace, state.name, step);
  const gated = trace.gatedStates.find(({ state: name }) => name === state.name);
  const wasZero = old.every((value) => value === 0);
  if (gated) {
    const kept = computed(holds, keptPart(trace, gated, step));
    const written = now.map((value, unit) => value - kept[unit]);
    return [...keepPhrases(state, old, kept, wasZero), writePhrase(written)];
  }
  return isShown(trace, state) ? [] : [changePhrase(state, old, now, wasZero)];
}

/**
 * Whether a state only shows another one: its equation has no weights.
 * @param {Trace} trace
 * @param {QuantityData} state
 * @returns {boolean}
 */
function isShown(trace, { name }) {
  const equation = equationFor(trace, name);
  return equation !== undefined && equation !== null && !hasWeights(equation.right);
}

/**
 * A state before and after a step, with zeros for units that are held.
 * @param {Trace} trace
 * @param {string} name
 * @param {number} step
 * @returns {[old: Float64Array, now: Float64Array]}
 */
function oldAndNew(trace, name, step) {
  const holds = holdsAt(trace, name, step);
  return [computed(holds, trace.valuesBefore(name, step)), computed(holds, trace.vector(name, step))];
}

/**
 * Values with zeros for units that are held.
 * @param {Uint8Array | null} holds
 * @param {Vector} values
 * @returns {Float64Array}
 */
function computed(holds, values) {
  return Float64Array.from(values, (value, unit) => (holds?.[unit] ? 0 : value));
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
 * The share kept is sum |kept| / sum |old| over all units.
 * @param {QuantityData} state
 * @param {Vector} old
 * @param {Vector} kept
 * @param {boolean} wasZero
 * @returns {string[]}
 */
function keepPhrases(state, old, kept, wasZero) {
  if (wasZero) return [`has nothing to keep yet (its ${state.title} is zero)`];
  const share = sizeOf(kept) / sizeOf(old);
  const shrinks = kept.every((value, unit) => value * old[unit] >= 0 && Math.abs(value) <= Math.abs(old[unit]));
  if (!shrinks) return [`scales its ${state.title} to ${percent(share)} of its size`];
  const keeps = `keeps ${percent(share)} of its ${state.title}`;
  const most = leader(kept.map((value, unit) => old[unit] - value));
  if (most === null) return [keeps];
  const erases = Math.abs(kept[most]) < HALF * Math.abs(old[most]);
  return [keeps, `${erases ? "erases most of" : "gives up most in"} unit ${most} (${fromTo(old[most], kept[most])})`];
}

/**
 * @param {Vector} written
 * @returns {string}
 */
function writePhrase(written) {
  const most = leaders(written);
  if (!most.length) return "writes less than 0.01 into any unit";
  if (most.length === 1) return `writes most into unit ${most[0]} (${signedFixed(written[most[0]])})`;
  return `writes most into ${most.length} units (${sizes(most, written, "±")})`;
}

/**
 * @param {QuantityData} state
 * @param {Vector} old
 * @param {Vector} now
 * @param {boolean} wasZero
 * @returns {string}
 */
function changePhrase(state, old, now, wasZero) {
  const changes = now.map((value, unit) => value - old[unit]);
  const most = leaders(changes);
  if (!most.length) return `changes its ${state.title} by less than 0.01 in every unit`;
  const verb = wasZero ? `fills its ${state.title}, which was zero,` : `changes its ${state.title}`;
  if (most.length > 1) return `${verb} most in ${most.length} units (by ${sizes(most, changes)})`;
  const [unit] = most;
  return `${verb} most in unit ${unit} (${wasZero ? signedFixed(now[unit]) : fromTo(old[unit], now[unit])})`;
}

/**
 * What the step did to the unit that matters most for the answer; "" if none leads.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
function unitSentence(trace, step) {
  const [old, now] = oldAndNew(trace, HIDDEN, step);
  const changes = now.map((value, unit) => value - old[unit]);
  const probabilities = trace.probabilitiesAt(step);
  if (probabilities && trace.readout && trace.isAsked(step)) {
    const label = likeliest(probabilities);
    if (Number.isNaN(probabilities[label])) return "";
    const moved = pushes(trace, label, changes);
    const unit = leader(moved);
    if (unit === null || isStill(old[unit], now[unit])) return "";
    const side = moved[unit] > 0 ? "towards" : "away from";
    const move = `${trace.byName[HIDDEN].title} ${fromTo(old[unit], now[unit])}`;
    return `Unit ${unit} pushes most ${side} ${quoted(trace.labels[label])} (${move}).`;
  }
  const { values, label } = trace.effects;
  const unit = label && trace.isAsked(trace.steps - 1) && values.length === now.length ? leader(values) : null;
  if (unit !== null && !holdAt(trace, HIDDEN, step, unit)) {
    const does = `does most ${values[unit] > 0 ? "for" : "against"} the answer at the end`;
    const move = isStill(old[unit], now[unit])
      ? `stays at ${signedFixed(now[unit])}`
      : `goes from ${fromTo(old[unit], now[unit])}`;
    return `The ${trace.byName[HIDDEN].title} of unit ${unit}, which ${does}, ${move}.`;
  }
  const most = isShown(trace, trace.byName[HIDDEN]) ? leader(changes) : null;
  if (most === null || trace.gatedStates.some(({ state }) => state === HIDDEN)) return "";
  return `Its ${trace.byName[HIDDEN].title} changes most in unit ${most} (${fromTo(old[most], now[most])}).`;
}

/**
 * The prediction where the model is asked, or its outputs where they are values, beside that of the unchanged run or of
 * the step before; "" without a readout.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
function predictionSentence(trace, step) {
  const now = trace.probabilitiesAt(step);
  if (!now && !trace.outputs) return "";
  if (!trace.isAsked(step)) return "The model is not trained to answer here.";
  if (!now) return outputSentence(trace, step);
  const unchanged = trace.unchangedProbabilitiesAt(step);
  const word = trace.askedSteps ? "answer" : "prediction";
  const best = likeliest(now);
  const text = predictionText(trace, now, best);
  if (!unchanged && Number.isNaN(now[best])) return `There is no ${word}: the outputs are not numbers.`;
  if (unchanged) return unchangedSentence(trace, `The ${word} is`, [now, unchanged]);
  const previous = trace.previousStep(step);
  const before = previous >= 0 && trace.isAsked(previous) ? trace.probabilitiesAt(previous) : null;
  if (!before) return `The ${word} is ${text}.`;
  const bestBefore = likeliest(before);
  if (bestBefore !== best || Number.isNaN(before[bestBefore])) {
    return `The ${word} is now ${text} (step before: ${predictionText(trace, before, bestBefore)}).`;
  }
  const was = percent(before[best]);
  return `The ${word} is still ${text} (step before: ${was === percent(now[best]) ? "the same" : was}).`;
}

/**
 * The outputs where they are values: "The output is 0.4 (step before: 0.3)."
 * @param {Trace} trace  with such outputs
 * @param {number} step
 * @returns {string}
 */
function outputSentence(trace, step) {
  const { name, value, before, others, unchanged } = outputWords(trace, step);
  const beside = unchanged || (before && `step before: ${before}`);
  const rest = others && `, and ${others}`;
  return `The output${name && ` ${name}`} is ${value}${beside && ` (${beside})`}${rest}.`;
}

/**
 * @param {Trace} trace
 * @param {string} start
 * @param {[now: Vector, unchanged: Vector]} probabilities
 * @returns {string}
 */
function unchangedSentence(trace, start, [now, unchanged]) {
  const [best, other] = [now, unchanged].map(likeliest);
  const [share, otherShare] = [now[best], unchanged[other]].map(percent);
  const [label, otherLabel] = [labelOf(trace, now, best), labelOf(trace, unchanged, other)];
  if (label !== otherLabel) {
    return `${start} ${label} (${share}) instead of ${otherLabel} (${otherShare}) in the unchanged run.`;
  }
  const shares = share === otherShare ? share : `${share} instead of ${otherShare}`;
  return `${start} ${label}, as in the unchanged run (${shares}).`;
}

/**
 * "Italian, 68 %".
 * @param {Trace} trace
 * @param {Vector} probabilities
 * @param {number} label
 * @returns {string}
 */
function predictionText(trace, probabilities, label) {
  if (Number.isNaN(probabilities[label])) return NO_PREDICTION;
  return `${labelOf(trace, probabilities, label)}, ${percent(probabilities[label])}`;
}

/**
 * A label in words; "no prediction" where the probabilities are not numbers.
 * @param {Trace} trace
 * @param {Vector} probabilities
 * @param {number} label
 * @returns {string}
 */
function labelOf(trace, probabilities, label) {
  return Number.isNaN(probabilities[label]) ? NO_PREDICTION : quoted(trace.labels[label]);
}

/**
 * "+4.99 to +4.84".
 * @param {number} from
 * @param {number} to
 * @returns {string}
 */
function fromTo(from, to) {
  return `${signedFixed(from)} to ${signedFixed(to)}`;
}

/**
 * Whether two values are written alike.
 * @param {number} from
 * @param {number} to
 * @returns {boolean}
 */
function isStill(from, to) {
  return signedFixed(from) === signedFixed(to);
}

/**
 * The sizes of the values of some units, the smallest first: "0.95 to 0.99".
 * @param {number[]} units  the largest first
 * @param {Vector} values
 * @param {string} [sign]  in front of each
 * @returns {string}
 */
function sizes(units, values, sign = "") {
  const [most, least] = [units[0], units[units.length - 1]].map((unit) => sign + fixed(Math.abs(values[unit])));
  return most === least ? most : `${least} to ${most}`;
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
