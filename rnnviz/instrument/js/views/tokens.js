// The token strip: the sequence as chips, coloured by a signal; click or drag moves through time.

import { colourOf, faded, SAYS } from "../model/colours.js";
import { html } from "../page/dom.js";

const MEAN = "mean:";

/** What the chips can be coloured by: [value, words] pairs. */
export function signals(trace) {
  const says = trace.probabilities ? [["says", "how sure the model is"]] : [];
  const units = trace.shown.map((quantity) => [quantity.name, `${quantity.title} of the chosen unit`]);
  const gates = trace.shown.filter((quantity) => quantity.role === "gate");
  const means = gates.map((gate) => [MEAN + gate.name, `${gate.title}, mean of all units`]);
  return [...says, ...units, ...means];
}

/** A signal's value at a step, and the colour that stands for it. */
export function signalAt(trace, signal, step, unit) {
  if (signal === "says") {
    const value = trace.probabilities ? Math.max(...trace.says(step)) : 0;
    return { value, colour: faded(SAYS, value) };
  }
  const name = signal.replace(MEAN, "");
  const vector = trace.vector(name, step);
  const value = signal.startsWith(MEAN) ? vector.reduce((sum, x) => sum + x, 0) / vector.length : vector[unit];
  return { value, colour: colourOf(trace.byName[name], value) };
}

/** compact: without the choice of what the chips are coloured by. */
export function createTokens(store, { compact = false } = {}) {
  const strip = html("div", { class: "tokens", tabindex: 0, role: "listbox", "aria-label": "Tokens", "aria-orientation": "horizontal" });
  const picker = html("select", { "aria-label": "Colour the tokens by", onchange: () => store.set({ signal: picker.value }) });
  const element = html("div", { class: "strip" }, strip, compact ? null : html("label", { class: "signal" }, "coloured by ", picker));
  let chips = [];

  function build() {
    const { trace } = store;
    chips = trace.tokens.map((token, step) => {
      const swapped = trace.swapped.includes(trace.typed[step]);
      const classes = ["token", trace.unknown[step] && "unknown", swapped && "swapped"].filter(Boolean).join(" ");
      const titles = [swapped && "swapped: what-if", trace.unknown[step] && "not in the model's vocabulary"].filter(Boolean);
      const title = titles.join("; ") || null;
      return html("div", { class: classes, role: "option", title, "data-step": step, id: `token-${step}` }, token);
    });
    strip.replaceChildren(...chips);
    const offered = signals(trace);
    picker.replaceChildren(...offered.map(([value, words]) => html("option", { value }, words)));
    if (!offered.some(([value]) => value === store.state.signal)) store.state.signal = offered[0][0];
    picker.value = store.state.signal;
  }

  function colour() {
    const { trace, state } = store;
    chips.forEach((chip, step) => {
      const { value, colour } = signalAt(trace, state.signal, step, state.unit);
      chip.style.setProperty("--signal", colour);
      chip.dataset.value = value;
    });
  }

  function select(previous) {
    chips[previous]?.setAttribute("aria-selected", "false");
    const chip = chips[store.state.step];
    chip.setAttribute("aria-selected", "true");
    strip.setAttribute("aria-activedescendant", chip.id);
    reveal();
  }

  /** Scroll the strip to the chosen token. */
  function reveal() {
    const chip = chips[store.state.step];
    const [left, right] = [chip.offsetLeft, chip.offsetLeft + chip.offsetWidth];
    const margin = strip.clientWidth / 4;
    if (left < strip.scrollLeft + margin / 2) strip.scrollLeft = left - margin;
    else if (right > strip.scrollLeft + strip.clientWidth - margin / 2) strip.scrollLeft = right - strip.clientWidth + margin;
  }

  function moveTo(event) {
    const chip = event.composedPath().find((node) => node.dataset?.step);
    if (chip) store.set({ step: Number(chip.dataset.step), playing: false });
  }

  strip.addEventListener("pointerdown", moveTo);
  strip.addEventListener("pointerover", (event) => event.buttons === 1 && event.pointerType === "mouse" && moveTo(event));

  const resized = new ResizeObserver(() => strip.clientWidth > 0 && reveal()); // also when it is first laid out

  build();
  colour();
  select(0);
  resized.observe(strip);
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      if (state.signal !== previous.signal) picker.value = state.signal;
      if (newTrace || state.signal !== previous.signal || state.unit !== previous.unit) colour();
      if (newTrace || state.step !== previous.step) select(previous.step);
    },
    destroy: () => resized.disconnect(),
  };
}
