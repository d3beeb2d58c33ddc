// Interventions as text, in the grammar of rnnviz/interventions/kinds.py. Steps count as typed, from 1.

/** "forget.6@4-9=1": a quantity held at a value. wanted: {quantity, all, span, value}, the span "now", "on" or "ever". */
export function holdText(trace, { quantity, all, span, value }, { step, unit }) {
  const steps = { now: `@${trace.typed[step]}`, on: onward(trace, step), ever: "" }[span];
  return `${quantity}${all ? "" : `.${unit}`}${steps}${layerOf(trace)}=${value}`;
}

/** "zero.6" and "freeze.6@4-9": a unit silenced everywhere, or frozen from a step on. */
export function onUnit(trace, kind, { step, unit }) {
  return `${kind}.${unit}${kind === "freeze" ? onward(trace, step) : ""}${layerOf(trace)}`;
}

/** "remove@4", "swap@4=x": a token taken out, or another one in its place. */
export function onToken(trace, kind, { step }, token) {
  return `${kind}@${trace.typed[step]}${kind === "swap" ? `=${quoted(token)}` : ""}`;
}

/** From a step to the one that is read last. */
function onward(trace, step) {
  const here = trace.typed[step];
  const [first, last] = trace.backward ? [trace.typed[0], here] : [here, trace.typed.at(-1)];
  return first === last ? `@${first}` : `@${first}-${last}`;
}

/** The first layer's forward direction is not named. */
function layerOf({ layer, backward }) {
  return layer || backward ? `:${layer}${backward ? "b" : ""}` : "";
}

/** As Python's urllib.parse.quote(text, safe="") does it, half a pair of surrogates being no letter. */
function quoted(text) {
  const whole = new TextDecoder().decode(new TextEncoder().encode(text));
  return encodeURIComponent(whole).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
