// The tokens as a strip of chips, coloured by a signal. A click or a drag moves through time.

import { readWords } from "../model/read-words.js";
import { ATTRIBUTION, signalAt } from "../model/signals.js";
import { html } from "../page/dom.js";

/**
 * @import { ElementView, Store } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/**
 * Show the tokens as a strip.
 * @param {Store} store
 * @returns {ElementView}
 */
export function createTokens(store) {
  const marks = { class: "tokens", tabindex: 0, role: "listbox", "aria-orientation": "horizontal" };
  const strip = html("div", marks);
  const element = html("div", { class: "strip" }, strip);
  const resized = new ResizeObserver(() => strip.clientWidth > 0 && reveal()); // also when it is first laid out
  /** @type {HTMLElement[]} */
  let chips = [];
  let frame = 0;

  function build() {
    const { trace, state: { notes } } = store;
    const drawn = new Set(notes.drawn?.map((draw) => draw.step + 1));
    chips = trace.tokens.map((token, step) => {
      const swapped = trace.swappedSteps.includes(trace.typedSteps[step]);
      const unknown = trace.unknown[step] && !trace.lower;
      const written = drawn.has(step);
      const classes = ["token", unknown && "unknown", swapped && "swapped", written && "written"];
      const titles = [
        swapped && "swapped: what-if",
        unknown && "not in the model's vocabulary",
        written && "written by the model",
      ].filter(Boolean);
      const title = titles.join("; ") || null;
      const chip = html("div", {
        class: classes.filter(Boolean).join(" "),
        role: "option",
        title,
        "data-step": step,
        id: `token-${step}`,
      });
      if (!trace.lower) chip.append(token);
      else {
        chip.classList.add("pair");
        chip.classList.toggle("differs", token !== trace.lower.tokens[step]);
        chip.append(
          ...linesOf(trace).map((line) => {
            const word = html("span", {}, line.tokens[step]);
            word.classList.toggle("gap", line.isGap(step));
            word.classList.toggle("unknown", line.unknown[step]);
            return word;
          }),
        );
      }
      return chip;
    });
    strip.replaceChildren(...chips);
    const { tokens } = readWords(trace);
    strip.setAttribute("aria-label", tokens[0].toUpperCase() + tokens.slice(1));
  }

  function colour() {
    const { trace, state } = store;
    linesOf(trace).forEach((line, k) => {
      chips.forEach((chip, step) => {
        if (line.isGap(step)) return;
        const { value, colour: signal } = signalAt(line, state.signal, step, state.unit, state.step);
        const word = trace.lower ? /** @type {HTMLElement} */ (chip.children[k]) : chip;
        word.style.setProperty("--signal", signal);
        word.dataset.value = String(value);
      });
    });
  }

  /** @param {number} previous  the step that was selected */
  function select(previous) {
    chips[previous]?.setAttribute("aria-selected", "false");
    const chip = chips[store.state.step];
    chip.setAttribute("aria-selected", "true");
    strip.setAttribute("aria-activedescendant", chip.id);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(reveal); // when all views have changed, so that the page is laid out once
  }

  /** Scroll the strip to the selected token. */
  function reveal() {
    const chip = chips[store.state.step];
    if (!chip) return; // out of sight, the strip still has the tokens of an earlier, shorter text
    const [left, right] = [chip.offsetLeft, chip.offsetLeft + chip.offsetWidth];
    const margin = strip.clientWidth / 4;
    if (left < strip.scrollLeft + margin / 2) strip.scrollLeft = left - margin;
    else if (right > strip.scrollLeft + strip.clientWidth - margin / 2) {
      strip.scrollLeft = right - strip.clientWidth + margin;
    }
  }

  /** @param {PointerEvent} event */
  function moveTo(event) {
    const chip = chips.find((candidate) => event.composedPath().includes(candidate));
    if (chip) store.set({ step: Number(chip.dataset.step), playing: false });
  }

  strip.addEventListener("pointerdown", moveTo);
  strip.addEventListener("pointerover", (event) => {
    if (event.buttons === 1 && event.pointerType === "mouse") moveTo(event);
  });
  build();
  colour();
  select(0);
  resized.observe(strip);
  return {
    element,
    update(state, previous, newTrace) {
      const other = state.signal !== previous.signal || state.tokenValuesId !== previous.tokenValuesId;
      const moved = state.signal === ATTRIBUTION ? state.step !== previous.step : state.unit !== previous.unit;
      const rebuilt = newTrace || state.notes.drawn !== previous.notes.drawn;
      if (rebuilt) build();
      if (rebuilt || other || moved) colour();
      if (rebuilt || state.step !== previous.step) select(previous.step);
      if (state.pointed?.step !== previous.pointed?.step) {
        if (previous.pointed) chips[previous.pointed.step]?.classList.remove("under-pointer");
        if (state.pointed) chips[state.pointed.step]?.classList.add("under-pointer");
      }
    },
    destroy: () => resized.disconnect(),
  };
}

/**
 * The runs whose tokens are shown: two texts stand one below the other.
 * @param {Trace} trace
 * @returns {Trace[]}
 */
function linesOf(trace) {
  return trace.lower ? [trace, trace.lower] : [trace];
}
