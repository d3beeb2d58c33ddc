// The labels of the steps above heatmaps: every token, or if they have no room, the numbers of some steps. A few of the
// tokens alone could be read as another text.

/**
 * @typedef {object} TimeLabel
 * @property {number} step
 * @property {string} text
 */

/**
 * @typedef {object} TimeAxis
 * @property {"level" | "upright" | "numbers"} form
 * @property {TimeLabel[]} labels
 */

const LINE = 11; // pixels of a line of upright letters
const NUMBER_GAP = 26; // pixels from one number to the next
const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const LETTERS = 10; // the most that are shown of an upright token
const MARGIN = 2; // pixels beside a level token

/**
 * The labels for cells of a width.
 * @param {string[]} tokens
 * @param {number} cellWidth  in pixels
 * @param {(text: string) => number} widthOf  measures a text
 * @returns {TimeAxis}
 */
export function timeAxis(tokens, cellWidth, widthOf) {
  if (tokens.every((token) => widthOf(token) + MARGIN <= cellWidth)) {
    return { form: "level", labels: tokens.map((text, step) => ({ step, text })) };
  }
  if (cellWidth >= LINE) {
    return { form: "upright", labels: tokens.map((token, step) => ({ step, text: shortened(token) })) };
  }
  const stride = STRIDES.find((each) => each * cellWidth >= NUMBER_GAP) ?? tokens.length;
  const labels = [];
  for (let number = stride; number <= tokens.length; number += stride) {
    labels.push({ step: number - 1, text: String(number) });
  }
  return { form: "numbers", labels };
}

/**
 * A token, cut off if it is long.
 * @param {string} token
 * @returns {string}
 */
function shortened(token) {
  const letters = [...token];
  return letters.length <= LETTERS ? token : `${letters.slice(0, LETTERS - 1).join("")}…`;
}
