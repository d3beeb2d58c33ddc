// Values that an intervention holds: what the instrument says of them in place of how a cell computes them.

const PUT = 1; // see PUT and FROZEN in wire.py
const NAMED = 3; // units that are named one by one

/** How a value is held: 0 if it is not. */
export function heldAt(trace, name, step, unit) {
  return trace.held[name]?.[step * trace.units + unit] ?? 0;
}

/** Which units of a quantity are held at a step: an array of flags, or null if none is. */
export function heldUnits(trace, name, step) {
  const marks = trace.held[name]?.subarray(step * trace.units, (step + 1) * trace.units);
  return marks?.some(Boolean) ? marks : null;
}

/** "held at 1 by what-if", "kept as before by what-if"; "" for a value that the cell computed. */
export function heldWords(trace, name, step, unit) {
  const how = heldAt(trace, name, step, unit);
  if (!how) return "";
  return how === PUT ? `held at ${numberOf(trace, name, step, unit)} by what-if` : "kept as before by what-if";
}

/** A sentence on all that is held at a step; "" if nothing is. */
export function heldSentence(trace, step) {
  const told = trace.shown.flatMap(({ name, title, role }) => {
    const marks = heldUnits(trace, name, step);
    if (!marks) return [];
    const units = [...marks.keys()].filter((unit) => marks[unit]);
    const groups = new Map(); // units by how they are held
    for (const unit of units) {
      const words = heldWords(trace, name, step, unit);
      groups.set(words, [...(groups.get(words) ?? []), unit]);
    }
    const apart = role === "state" && units.length < trace.units ? " (not counted here)" : ""; // see narration.js
    return [...groups].map(([words, held]) => `the ${title} of ${unitsIn(held, trace.units)} is ${words.replace(" by what-if", "")}${apart}`);
  });
  return told.length ? `By what-if, ${told.join("; ")}.` : "";
}

function unitsIn(units, all) {
  if (units.length === all) return "every unit";
  if (units.length === 1) return `unit ${units[0]}`;
  const named = units.slice(0, NAMED).join(", ");
  return units.length > NAMED ? `units ${named} and ${units.length - NAMED} more` : `units ${named.replace(/, (?=\d+$)/, " and ")}`;
}

function numberOf(trace, name, step, unit) {
  return String(Number(trace.value(name, step, unit).toPrecision(trace.digits))).replaceAll("-", "−");
}
