// Values that an intervention holds, and how the views describe them.

import { significant } from "./numbers.js";

/** @import { Trace } from "./trace.js" */

const HELD = 1; // see HELD and FROZEN in payload_encoding.py
const NAMED_UNITS = 3;

/**
 * How a value is held: 0 if the cell computed it.
 * @param {Trace} trace
 * @param {string} name
 * @param {number} step
 * @param {number} unit
 * @returns {number}
 */
export function holdAt(trace, name, step, unit) {
  return trace.holds[name]?.[step * trace.width(name) + unit] ?? 0;
}

/**
 * How each unit of a quantity is held at a step.
 * @param {Trace} trace
 * @param {string} name
 * @param {number} step
 * @returns {Uint8Array | null} null if no unit is held
 */
export function holdsAt(trace, name, step) {
  const width = trace.width(name);
  const holds = trace.holds[name]?.subarray(step * width, (step + 1) * width);
  return holds?.some(Boolean) ? holds : null;
}

/**
 * "held at 1", "frozen"; "" for a value that the cell computed.
 * @param {Trace} trace
 * @param {string} name
 * @param {number} step
 * @param {number} unit
 * @returns {string}
 */
function holdPhrase(trace, name, step, unit) {
  const hold = holdAt(trace, name, step, unit);
  if (!hold) return "";
  return hold === HELD ? `held at ${significant(trace.value(name, step, unit), trace.digits)}` : "frozen";
}

/**
 * "held at 1 by what-if", "frozen by what-if"; "" for a value that the cell computed.
 * @param {Trace} trace
 * @param {string} name
 * @param {number} step
 * @param {number} unit
 * @returns {string}
 */
export function holdText(trace, name, step, unit) {
  const phrase = holdPhrase(trace, name, step, unit);
  return phrase && `${phrase} by what-if`;
}

/**
 * A sentence about all values that are held at a step; "" if there are none.
 * @param {Trace} trace
 * @param {number} step
 * @returns {string}
 */
export function holdsSentence(trace, step) {
  /** @type {Map<string, string[]>} */
  const titles = new Map(); // of the quantities of which the same is said
  for (const { name, title, role } of trace.unitQuantities) {
    const holds = holdsAt(trace, name, step);
    if (!holds) continue;
    const units = [...holds.keys()].filter((unit) => holds[unit]);
    const excluded = role === "state" && units.length < holds.length ? " (not counted)" : ""; // see narration.js
    for (const phrase of new Set(units.map((unit) => holdPhrase(trace, name, step, unit)))) {
      const held = units.filter((unit) => holdPhrase(trace, name, step, unit) === phrase);
      const words = `of ${unitList(held, holds.length)} VERB ${phrase}${excluded}`;
      titles.set(words, [...(titles.get(words) ?? []), title]);
    }
  }
  const clauses = [...titles].map(([words, quantities]) => {
    return `the ${quantities.join(" and ")} ${words.replace("VERB", quantities.length > 1 ? "are" : "is")}`;
  });
  return clauses.length ? `By what-if, ${clauses.join("; ")}.` : "";
}

/**
 * "every unit", "unit 3", "units 3, 4 and 5", "units 3, 4, 5 and 12 more".
 * @param {number[]} units
 * @param {number} all
 * @returns {string}
 */
function unitList(units, all) {
  if (units.length === all) return "every unit";
  if (units.length === 1) return `unit ${units[0]}`;
  const named = units.slice(0, NAMED_UNITS).join(", ");
  if (units.length > NAMED_UNITS) return `units ${named} and ${units.length - NAMED_UNITS} more`;
  return `units ${named.replace(/, (?=\d+$)/, " and ")}`;
}
