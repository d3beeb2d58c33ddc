// From values to colours, by the rules of rnnviz/colours.py: zero is transparent, values above it have the quantity's
// colour, values below it its negative colour. Both come with the quantity, as do the limits of the scale.

/** The colour of probability, which is no role's. */
export const PREDICTION = "#877BDD";

/** The colour of what is below zero. */
export const NEGATIVE = "#5F6B7A";

/** Per cent of a quantity's colour in the colour of its words; the rest is the text's own, for contrast. */
export const TEXT_SHARE = 60;

/**
 * A colour scale: a quantity, or anything else with limits and two hues.
 * @typedef {object} Scale
 * @property {string} colour
 * @property {string} negative_colour
 * @property {[number, number]} limits
 */

/**
 * The red, green and blue of a colour such as "#D55E00".
 * @param {string} colour
 * @returns {number[]}
 */
export function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/**
 * A colour with an opacity, as CSS; NaN is transparent.
 * @param {string} colour
 * @param {number} opacity
 * @returns {string}
 */
export function faded(colour, opacity) {
  return `rgba(${channels(colour).join(",")},${(opacity || 0).toFixed(3)})`;
}

/**
 * The colour of a value on a scale.
 * @param {Scale} scale
 * @param {number} value
 * @returns {string}
 */
export function colourOf(scale, value) {
  const [low, high] = scale.limits;
  const share = value >= 0 ? value / high : value / low;
  return faded(value >= 0 ? scale.colour : scale.negative_colour, Math.min(Math.abs(share), 1));
}

/**
 * The colour of text about a quantity: a CSS custom property that is set for each theme, see theme.js.
 * @param {string} name
 * @returns {string}
 */
export function textColour(name) {
  return `var(${roleProperty(name)})`;
}

/**
 * The name of the custom property that holds a quantity's text colour.
 * @param {string} name
 * @returns {string}
 */
export function roleProperty(name) {
  return `--role-${name.replaceAll("_", "-")}`;
}

/**
 * A colour as a browser computes it, without its opacity, as "#d55e00".
 * @param {string} text
 * @returns {{ colour: string, opacity: number }}
 */
export function plainColour(text) {
  const isMixed = text.startsWith("color(srgb ");
  if (!isMixed && !text.startsWith("rgb")) return { colour: text, opacity: 1 };
  const [red, green, blue, opacity = 1] = (text.match(/[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  if (opacity === 0) return { colour: "none", opacity };
  const bytes = [red, green, blue].map((value) => Math.round(isMixed ? 255 * Math.min(value, 1) : value));
  return { colour: `#${bytes.map((value) => value.toString(16).padStart(2, "0")).join("")}`, opacity };
}
