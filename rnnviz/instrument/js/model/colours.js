// Values to colours, by the same rules as rnnviz/colours.py: zero is transparent, above
// it the quantity's own colour, below it its `negative` hue. Both come with each quantity, as the limits do.

export const SAYS = "#6C63C7";

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** A colour with an opacity, as CSS. */
export function faded(colour, opacity) {
  return `rgba(${channels(colour).join(",")},${opacity.toFixed(3)})`;
}

/** The colour of a value of a quantity, whose `limits` are the ends of its scale. */
export function colourOf(quantity, value) {
  const [low, high] = quantity.limits;
  const share = value >= 0 ? value / high : value / low;
  return faded(value >= 0 ? quantity.colour : quantity.negative, Math.min(Math.abs(share), 1));
}

/** A quantity's colour as text: a CSS custom property that the style sheet sets for each theme. */
export function textColour(name) {
  return `var(--role-${name.replaceAll("_", "-")})`;
}
