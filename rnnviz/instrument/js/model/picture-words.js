// What is written on a picture, and the name of its file.

/**
 * @import { State } from "./store.js"
 * @import { Trace } from "./trace.js"
 */

/**
 * @typedef {object} PictureWords
 * @property {string} title
 * @property {string[]} lines
 * @property {string} name  of the file, without its ending
 */

const LONGEST = { line: 80, part: 32 }; // characters of a text

/**
 * The words of a picture of a trace.
 * @param {Trace} trace
 * @param {State} state
 * @param {{ title: string, figure: string, text?: string }} about  figure: a word for the file's name; text: as typed
 * @returns {PictureWords}
 */
export function pictureWords(trace, { step, unit, phase, notes }, { title, figure, text }) {
  const letters = trace.tokenKind !== "numbers" && trace.tokens.every((token) => [...token].length === 1);
  const read = text || trace.tokens.join(letters ? "" : " ");
  const where = [`step ${step + 1} of ${trace.steps}, “${trace.tokens[step]}”`, `unit ${unit}`];
  if (phase !== null) where.push(`phase ${trace.phases[phase].title}`);
  const changes = notes.changes.map(({ words }) => words).join("; ");
  return {
    title,
    lines: [
      `${trace.model} reads “${cut(read, LONGEST.line)}”`,
      where.join(" · "),
      ...(changes ? [`What if: ${changes}`] : []),
    ],
    name: fileName([trace.model, read, `step-${step + 1}`, figure]),
  };
}

/**
 * The name of a file of some parts: letters and digits of any script, and hyphens.
 * @param {string[]} parts
 * @returns {string}
 */
export function fileName(parts) {
  return parts.map((part) => {
    const words = part.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return [...words].slice(0, LONGEST.part).join("").replace(/-$/, "");
  }).filter(Boolean).join("-");
}

/**
 * Lines that are no wider than there is room, broken between words.
 * @param {string[]} lines
 * @param {number} room
 * @param {(text: string) => number} widthOf
 * @returns {string[]}
 */
export function wrapped(lines, room, widthOf) {
  return lines.flatMap((line) => {
    /** @type {string[]} */
    const found = [];
    let now = "";
    for (const word of line.split(" ")) {
      const longer = now ? `${now} ${word}` : word;
      if (now && widthOf(longer) > room) {
        found.push(now);
        now = word;
      } else now = longer;
    }
    return [...found, now];
  });
}

/**
 * @param {string} text
 * @param {number} most  characters
 * @returns {string}
 */
function cut(text, most) {
  const letters = [...text.replace(/\s+/g, " ")];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
}
