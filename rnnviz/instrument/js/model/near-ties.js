// Which of several values leads: a name among values that are nearly tied would be a coin toss.

const NEAR = 0.95; // of the largest: what is at least so large is tied with it
const TOO_SMALL = 0.005; // less would be written as 0.00

/**
 * The place of the value with the largest size; null if another one is nearly as large, or all would be written as
 * 0.00.
 * @param {ArrayLike<number>} values
 * @returns {number | null}
 */
export function leader(values) {
  const tied = leaders(values);
  return tied.length === 1 ? tied[0] : null;
}

/**
 * The places of the values that are nearly as large as the largest one, by their size; none if all would be written as
 * 0.00.
 * @param {ArrayLike<number>} values
 * @returns {number[]}
 */
export function leaders(values) {
  const sizes = Array.from(values, (value) => Math.abs(value) || 0);
  const most = Math.max(0, ...sizes);
  if (most < TOO_SMALL) return [];
  return [...sizes.keys()].filter((place) => sizes[place] >= NEAR * most).sort((a, b) => sizes[b] - sizes[a]);
}
