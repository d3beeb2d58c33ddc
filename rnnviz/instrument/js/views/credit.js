// The text coloured by numbers over tokens, another row of them at each step: what every token has to
// do with what is there now. Under it the row adds up, and names its strongest tokens.

import { createChips } from "./chips.js";
import { faded } from "../model/colours.js";
import { html } from "../page/dom.js";
import { signedNumber, worded } from "../model/numbers.js";

const NAMED = 3; // the strongest tokens

/** rows: the name of the numbers in the payload; without them the view stays empty. Returns {element, update, destroy}. */
export function createCredit(store, { rows: name }) {
  const title = html("figcaption", { class: "credit-title" });
  const told = html("p", { class: "credit-told" });
  const chips = createChips(store, { labelOf, colourAt, pointed: tell });
  const legend = html("div", { class: "credit-legend", "aria-hidden": "true" });
  const sum = html("p", { class: "credit-sum" });
  const strongest = html("p", { class: "credit-strongest" });
  const element = html("figure", { class: "credit" }, title, chips.element, legend, told, sum, strongest);
  let row = []; // by token, its number at the current step; null for those not yet read

  const about = () => store.trace.rows[name];

  function build() {
    element.hidden = !about();
    if (!about()) return;
    const { title: words, colour, negative, limit, signed } = about();
    title.textContent = words;
    const ends = [signed ? [-limit] : [], [0, limit]].flat().map((end) => html("span", {}, withUnit(worded(end))));
    const colours = signed ? [faded(negative, 1), faded(negative, 0), faded(colour, 0), faded(colour, 1)] : [faded(colour, 0), faded(colour, 1)];
    const stops = signed ? ["0%", "50%", "50%", "100%"] : ["0%", "100%"];
    const bar = html("div", { class: "credit-scale", style: `background: linear-gradient(to right, ${colours.map((one, k) => `${one} ${stops[k]}`)})` });
    legend.replaceChildren(bar, html("div", { class: "credit-ends" }, ...ends));
    chips.build(words);
    show();
  }

  function show() {
    if (!about()) return;
    const { trace, state } = store;
    const { values } = about();
    const own = values.subarray(state.step * trace.steps, (state.step + 1) * trace.steps);
    row = Array.from(own, (value, k) => (trace.isLater(k, state.step) || !Number.isFinite(value) ? null : value));
    chips.show();
    sum.replaceChildren(addsUp());
    sum.hidden = !sum.textContent;
    strongest.textContent = namesOf(row);
  }

  function colourAt(k) {
    const { colour, negative, limit } = about();
    const value = row[k];
    if (value === null) return "transparent";
    return faded(value < 0 ? negative : colour, Math.min(Math.abs(value) / limit, 1) || 0);
  }

  function isRead(k) {
    return !store.trace.isLater(k, store.state.step);
  }

  /** "c, step 2, +0.41". */
  function labelOf(k) {
    return { text: `${store.trace.tokens[k]}, step ${k + 1}, ${said(k)}`, read: isRead(k) };
  }

  function said(k) {
    if (row[k] !== null) return withUnit(number(row[k]));
    return isRead(k) ? "no number" : "not read yet";
  }

  /** Say the number of a token that is pointed at, or else of the current one. */
  function tell(k) {
    const at = k ?? store.state.step;
    told.textContent = `“${store.trace.tokens[at]}” (step ${at + 1}): ${said(at)}`;
  }

  function number(value) {
    return about().signed ? signedNumber(value) : worded(value);
  }

  function withUnit(words) {
    const { unit } = about();
    return unit ? `${words}\u00a0${unit}` : words;
  }

  /** "cell state of unit 5 after step 6: 0.93 = what the tokens wrote 0.95 + initial state −0.02". */
  function addsUp() {
    const { total, parts } = about();
    if (!total) return "";
    const { step } = store.state;
    const written = row.reduce((all, value) => all + (value ?? 0), 0);
    const terms = [{ title: "what the tokens wrote", value: written }, ...parts.map(({ title: words, numbers }) => ({ title: words, value: numbers[step] }))];
    const right = terms.map(({ title: words, value }) => `${words} ${worded(value)}`).join(" + ");
    return `${total.title} after step ${step + 1}: ${withUnit(worded(total.numbers[step]))} = ${right}`;
  }

  /** "most from c (step 2, +0.41), S (step 1, −0.2)". */
  function namesOf(values) {
    const found = [...values.keys()].filter((k) => values[k]).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
    const named = found.slice(0, NAMED).map((k) => `${store.trace.tokens[k]} (step ${k + 1}, ${number(values[k])})`);
    return named.length ? `most from ${named.join(", ")}` : "nothing from any token";
  }

  build();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.rows !== previous.rows) build();
      else if (state.step !== previous.step) show();
    },
    destroy() {
      chips.destroy();
      element.remove();
    },
  };
}
