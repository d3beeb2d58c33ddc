// A drawing of a cell that follows the state.

import { colourOf } from "../model/colours.js";
import { holdText } from "../model/holds.js";
import { clamp, fixed } from "../model/numbers.js";
import { Drawing } from "./drawing.js";
import { INPUT } from "./geometry.js";
import { meanOf, numbersOf, scaleOf, wordsOf } from "./value-display.js";

/**
 * @import { State } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 * @import { Part, ShownStrip } from "./drawing.js"
 * @import { FormName, Geometry, Value } from "./geometry.js"
 */

/** The picture of a geometry in one form. */
export class DiagramPicture {
  /**
   * @param {Trace} trace
   * @param {Geometry} geometry
   * @param {FormName} formName
   */
  constructor(trace, geometry, formName) {
    this.trace = trace;
    this.drawing = new Drawing(trace, geometry, formName);
    this.element = this.drawing.element;
  }

  /**
   * Show a state.
   * @param {Trace} trace
   * @param {State} state
   * @param {State | null} previous  the state that is shown; null shows everything anew
   */
  show(trace, state, previous) {
    /** @type {(...keys: (keyof State)[]) => boolean} */
    const changed = (...keys) => !previous || keys.some((key) => state[key] !== previous[key]);
    this.trace = trace;
    if (changed("step")) this.showValues(state);
    if (changed("step", "unit", "playing")) this.showPulses(state);
    if (changed("unit")) this.showUnit(state.unit);
    if (changed("phase", "highlight")) this.showParts(state);
    if (changed("playing")) this.element.classList.toggle("playing", state.playing);
    if (changed("speed")) this.element.style.setProperty("--speed", String(state.speed));
    if (changed("phase", "step")) this.showWords(state);
  }

  /** @param {State} state */
  showValues({ step }) {
    const { trace, drawing } = this;
    for (const { strip, value } of drawing.strips) strip.paint(numbersOf(value, trace, step), scaleOf(value, trace));
    /** @type {Record<string, number>} */
    const means = {};
    for (const { meter, name, title } of drawing.gates) {
      const numbers = numbersOf({ factors: [{ name }] }, trace, step);
      const mean = numbers ? meanOf(numbers) : 0;
      means[name] = mean;
      meter.style.transform = `scaleX(${clamp(mean || 0, 0, 1).toFixed(4)})`;
      title.textContent = `${trace.byName[name].title}: open ${fixed(mean)} on average over the units`;
    }
    const [shut, open] = drawing.form.wire;
    for (const { line, wire } of drawing.wires) {
      const [gate] = wire.gate?.factors ?? [];
      if (!gate) continue;
      const mean = gate.complement ? 1 - means[gate.name] : means[gate.name];
      line.style.strokeWidth = (shut + clamp(mean || 0, 0, 1) * (open - shut)).toFixed(2);
    }
    const token = [...trace.tokens[step]];
    const most = drawing.form.token.letters;
    drawing.token.textContent = token.length > most ? `${token.slice(0, most - 1).join("")}…` : token.join("");
    drawing.tokenTitle.textContent = trace.tokens[step];
  }

  /**
   * What travels along a wire has the colour of the selected unit's value; of a vector without this unit, as the input
   * is, of its largest value.
   * @param {State} state
   */
  showPulses({ step, unit, playing }) {
    if (!playing) return;
    for (const { pulses, wire } of this.drawing.wires) {
      const numbers = numbersOf(wire.value, this.trace, step);
      const pulse = pulses[pulses.length - 1];
      if (!numbers) pulse.style.stroke = "none";
      else {
        const shown = wire.value.of === INPUT || unit >= numbers.length ? largest(numbers) : numbers[unit];
        pulse.style.stroke = colourOf(scaleOf(wire.value, this.trace), shown);
      }
    }
  }

  /** @param {number} unit */
  showUnit(unit) {
    for (const { strip, value } of this.drawing.strips) if (value.of !== INPUT) strip.select(unit);
  }

  /** @param {State} state */
  showParts({ phase, highlight }) {
    for (const part of this.drawing.parts) {
      const lit = highlight !== null && part.name === highlight;
      const classes = `${part.base} ${timeOf(part, phase)}${lit ? " lit" : ""}`;
      if (classes === part.shown) continue;
      part.shown = classes;
      part.element.setAttribute("class", classes);
    }
  }

  /** @param {State} state */
  showWords({ phase, step }) {
    const { title, phases, tokens } = this.trace;
    const current = phase === null ? null : phases[phase];
    this.drawing.phaseTitle.textContent = current?.title ?? "";
    const place = `${title} cell at step ${step + 1} of ${tokens.length}`;
    const stage = current && `phase ${(phase ?? 0) + 1} of ${phases.length}, ${current.title}: ${current.description}`;
    const isStrange = this.drawing.strips.some(({ strip }) => strip.isStrange);
    const strange = isStrange ? " Crossed values are infinite or not a number." : "";
    this.element.setAttribute("aria-label", `${place}, ${stage ?? "the whole step."}${strange}`);
  }

  /**
   * The elements that are at work in the current phase and in no other one.
   * @returns {SVGElement[]}
   */
  activeElements() {
    const parts = this.drawing.parts.filter(
      ({ phases, element }) => phases.size === 1 && element.matches(".now:not(.wire, .branch)"),
    );
    return parts.map(({ element }) => element);
  }

  /**
   * @param {Event} event
   * @returns {ShownStrip | undefined}
   */
  stripUnder({ target }) {
    const vector = target instanceof Element ? target.closest(".vector") : null;
    return this.drawing.strips.find(({ strip }) => strip.element === vector);
  }

  /**
   * The unit that an event on a strip points at.
   * @param {MouseEvent} event
   * @returns {number | null}
   */
  unitAt(event) {
    const shown = this.stripUnder(event);
    return shown && shown.value.of !== INPUT ? shown.strip.unitAt(event) : null;
  }

  /**
   * Write what is under the pointer into the tooltip of its strip.
   * @param {MouseEvent} event
   * @param {Trace} trace
   * @param {number} step
   */
  explain(event, trace, step) {
    const shown = this.stripUnder(event);
    if (!shown) return;
    const { strip, value } = shown;
    const unit = strip.unitAt(event);
    const text = [wordsOf(value, trace), ...(unit === null ? [] : valueRemarks(value, trace, step, unit))].join(", ");
    if (strip.title.textContent !== text) strip.title.textContent = text;
  }
}

/**
 * The number of a unit of a value, and how it is held if it is.
 * @param {Value} value
 * @param {Trace} trace
 * @param {number} step
 * @param {number} unit
 * @returns {string[]}
 */
function valueRemarks(value, trace, step, unit) {
  const numbers = numbersOf(value, trace, step);
  if (!numbers) return [];
  const name = recordedName(value);
  const hold = name && holdText(trace, name, step, unit);
  const number = `${value.of === INPUT ? "number" : "unit"} ${unit}: ${fixed(numbers[unit])}`;
  return hold ? [number, hold] : [number];
}

/**
 * The quantity whose value at this step is the value, if it is a single one.
 * @param {Value} value
 * @returns {string | null}
 */
function recordedName({ factors }) {
  if (factors?.length !== 1) return null;
  const [{ name, before, complement, squash }] = factors;
  return before || complement || squash ? null : name;
}

/**
 * When a part is at work, seen from the current phase.
 * @param {Part} part
 * @param {number | null} phase
 * @returns {"now" | "done" | "later"}
 */
function timeOf({ phases, given }, phase) {
  if (phase === null || phases.has(phase)) return "now";
  if (given) return "done";
  return [...phases].some((other) => other < phase) ? "done" : "later";
}

/**
 * The number with the largest absolute value.
 * @param {Float32Array} numbers
 * @returns {number}
 */
function largest(numbers) {
  return numbers.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}
