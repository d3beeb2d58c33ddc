// A sentence on what happened at a step, from the recorded numbers alone.
//
// Which part of a state is old and which is new is read off its equation: in
// c_t = f ⊙ c_{t-1} + i ⊙ g, the term that multiplies the state's own old value is what is kept.

import { anywhere, parseEquation } from "./equations.js";
import { heldSentence, heldUnits } from "./holds.js";
import { bare, computable, placeOf, valueOf, weighs } from "./terms.js";

const NAMED = 2; // units named in each part of the sentence
const TOO_SMALL = 0.005; // less shows as 0.00, and is not worth naming
const SPACE = "\u00a0";

/** A few plain sentences on a step of a trace. */
export function narrate(trace, step) {
  const deeds = trace.quantities.filter(({ role }) => role === "state").flatMap((state) => deedsOf(trace, state, step));
  const where = `At “${trace.tokens[step]}” (step ${step + 1} of ${trace.steps}) the ${trace.title}`;
  const said = deeds.length ? listed(deeds) : "computes no state by itself";
  return [`${where} ${said}.`, heldSentence(trace, step), readoutSentence(trace, step)].filter(Boolean).join(" ");
}

/** What a cell did to one of its states, as phrases that follow "the LSTM". Units that are held are left out. */
function deedsOf(trace, state, step) {
  const held = heldUnits(trace, state.name, step);
  if (held?.every(Boolean)) return [];
  const free = (values) => (held && values ? values.map((value, unit) => (held[unit] ? 0 : value)) : values);
  const old = free(trace.before(state.name, step));
  const now = free(trace.vector(state.name, step));
  const equation = equationOf(trace, state.name);
  const kept = free(equation && keptPart(trace, equation, step));
  const empty = old.every((value) => value === 0);
  if (kept) {
    const written = now.map((value, unit) => value - kept[unit]);
    return [...keepingDeeds(state, old, kept, empty), writingDeed(written)];
  }
  if (equation && !weighs(equation.tree)) return [outDeed(state, now)];
  return [changingDeed(state, old, now, empty)];
}

function equationOf(trace, name) {
  const all = trace.phases.flatMap((phase) => phase.equations).map(parseEquation);
  return all.find((equation) => equation?.target === name);
}

/**
 * The numbers that come from the state's own old value, unit by unit (f · c_{t-1}); null where no
 * term of the equation is the old value times something.
 */
function keptPart(trace, equation, step) {
  const tree = bare(equation.tree);
  const terms = tree.kind === "sum" ? tree.terms : [{ sign: 1, of: tree }];
  const isOld = (node) => node.kind === "quantity" && node.name === equation.target && node.before;
  const scalesOld = ({ of }) => isOld(bare(of)) || (of.kind === "product" && of.factors.map(bare).some(isOld));
  const keeping = terms.filter(scalesOld);
  const others = terms.filter((term) => !scalesOld(term));
  // An old value inside a function or a matrix product is used, not kept.
  if (keeping.length === 0 || others.some(({ of }) => anywhere(of, isOld)) || !computable(trace, equation)) return null;
  const sum = { kind: "sum", terms: keeping };
  return Float64Array.from({ length: trace.units }, (_, unit) => valueOf(sum, placeOf(trace, equation, step, unit)));
}

/**
 * The share kept is sum |kept| / sum |old| over all units. Units are said to be erased by how much
 * of their old value is gone, |old - kept|.
 */
function keepingDeeds(state, old, kept, empty) {
  if (empty) return [`has nothing to keep yet (its ${state.title} is zero)`];
  const share = sizeOf(kept) / sizeOf(old);
  // Only factors between 0 and 1 keep a share; a cell may have others.
  const shrinks = kept.every((value, unit) => value * old[unit] >= 0 && Math.abs(value) <= Math.abs(old[unit]));
  if (!shrinks) return [`scales what its ${state.title} held to ${percent(share)} of its size`];
  const most = largestUnits(kept.map((value, unit) => Math.abs(old[unit] - value)));
  const keeps = `keeps ${percent(share)} of what its ${state.title} held`;
  return most.length ? [keeps, `erases most in ${unitsNamed(most)}`] : [keeps];
}

function writingDeed(written) {
  const most = largestUnits(written);
  if (!most.length) return "writes less than 0.01 into any unit";
  return `writes most into ${unitsNamed(most, (unit) => signed(written[unit]))}`;
}

function outDeed(state, now) {
  const most = largestUnits(now);
  if (!most.length) return `lets less than 0.01 of any unit out into its ${state.title}`;
  return `lets out most of ${unitsNamed(most, (unit) => signed(now[unit]))}`;
}

function changingDeed(state, old, now, empty) {
  const most = largestUnits(now.map((value, unit) => value - old[unit]));
  if (!most.length) return `leaves every unit of its ${state.title} within 0.01 of what it was`;
  const moved = (unit) => (empty ? signed(now[unit]) : `${signed(old[unit])} to ${signed(now[unit])}`);
  const verb = empty ? `fills its ${state.title}, which was zero,` : `changes its ${state.title}`;
  return `${verb} most in ${unitsNamed(most, moved)}`;
}

/** What the readout says now, and what it said a step before. */
function readoutSentence(trace, step) {
  const now = trace.says(step);
  if (!now) return "";
  const best = likeliest(now);
  const says = `${labelText(trace.labels[best])}, ${percent(now[best])}`;
  const past = trace.previous(step);
  if (past < 0) return `The readout says ${says}.`;
  const before = trace.says(past);
  const bestBefore = likeliest(before);
  if (bestBefore !== best) {
    const said = `${labelText(trace.labels[bestBefore])}, ${percent(before[bestBefore])}`;
    return `The readout now says ${says}; before, it said ${said}.`;
  }
  const was = percent(before[best]);
  return `The readout still says ${says} (${was === percent(now[best]) ? "as before" : `was ${was}`}).`;
}

function likeliest(probabilities) {
  return probabilities.reduce((best, value, k) => (value > probabilities[best] ? k : best), 0);
}

/** Single signs are quoted, since a comma that is said would pass for one that is written. */
function labelText(label) {
  return [...label].length > 1 ? label : `“${label}”`;
}

/** The units with the largest absolute values, the largest first; none that would show as 0.00. */
function largestUnits(values) {
  return [...values.keys()]
    .filter((unit) => Math.abs(values[unit]) >= TOO_SMALL)
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, NAMED);
}

/** "unit 3 (+0.82)", "units 3 (+0.82) and 17 (−0.55)". */
function unitsNamed(units, remark) {
  const named = units.map((unit) => (remark ? `${unit} (${remark(unit)})` : String(unit)));
  return `unit${units.length > 1 ? "s" : ""} ${named.join(" and ")}`;
}

function listed(phrases) {
  return phrases.length < 2 ? phrases.join("") : `${phrases.slice(0, -1).join(", ")}, and ${phrases.at(-1)}`;
}

function sizeOf(values) {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}

/** Whole percents, except that what is not all is never called 100 %, nor what is not nothing 0 %. */
function percent(share) {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return `under 1${SPACE}%`;
  if (whole === 100 && share < 1) return `over 99${SPACE}%`;
  return `${whole}${SPACE}%`;
}

function signed(value) {
  const digits = Math.abs(value).toFixed(2);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? "−" : "+"}${digits}`;
}
