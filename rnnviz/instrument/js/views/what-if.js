// What if …? The picked value in a sentence, and controls that ask for the same run with another value or token. They
// send the text of an intervention; only a server can compute the run.

import { holdIntervention, tokenIntervention, unitIntervention } from "../model/intervention-text.js";
import { brief } from "../model/numbers.js";
import { readWords } from "../model/read-words.js";
import { html } from "../page/dom.js";
import { changeElements } from "./notes.js";

/**
 * @import { Requests } from "../model/requests.js"
 * @import { Span } from "../model/intervention-text.js"
 * @import { QuantityData } from "../model/payload.d.ts"
 * @import { ElementView, Store } from "../model/store.js"
 * @import { Trace } from "../model/trace.js"
 */

/** @type {QuantityData["role"][]} */
const ROLES = ["gate", "candidate", "state"]; // what can be held, in this order
/** @type {Record<Span, string>} */
const SPANS = { step: "at this step", onward: "from this step on", all: "at every step" };
const SLIDER_STEPS = 100;

/**
 * Show the picked value with controls that override it.
 * @param {Store} store
 * @param {Requests} requests  without a server nothing can be computed, and the view is hidden
 * @returns {ElementView}
 */
export function createWhatIf(store, { requestIntervention: request, requestWithout }) {
  const summary = html("summary");
  const quantity = html("select", { "aria-label": "Quantity", onchange: () => store.set({ picked: quantity.value }) });
  const units = html("select", { "aria-label": "Which units" });
  const spanOptions = Object.entries(SPANS).map(([value, words]) => html("option", { value }, words));
  const span = html("select", { "aria-label": "When" }, spanOptions);
  const number = { type: "number", step: "any", required: true, "aria-label": "Value" };
  const value = html("input", { ...number, oninput: () => setValue(value) });
  const slider = html("input", { type: "range", "aria-label": "Value, as a slider", oninput: () => setValue(slider) });
  const text = { type: "text", required: true, autocomplete: "off", spellcheck: "false" };
  const token = html("input", text);
  const tokenNow = html("span");
  const reply = html("output", { class: "whatif-reply notes" }); // here, where the change was made, and with its undo
  const element = html(
    "details",
    { class: "whatif" },
    summary,
    form("Hold a value", hold, [
      quantity,
      units,
      span,
      html("span", { class: "whatif-value" }, value, slider),
      html("button", {}, "Try it"),
    ]),
    form("What is read", swap, [
      html("label", {}, tokenNow, token),
      html("button", {}, "Swap"),
      button("Remove", () => tokenIntervention(store.trace, "remove", store.state)),
    ]),
    html(
      "div",
      { class: "whatif-row", role: "group", "aria-label": "The whole unit" },
      button("Silence this unit", () => unitIntervention(store.trace, "zero", store.state)),
      button("Freeze it from here", () => unitIntervention(store.trace, "freeze", store.state)),
    ),
    reply,
  );
  let offered = ""; // the quantity that the controls are for
  let typed = false; // whether the value is the user's rather than proposed

  const picked = () => store.trace.byName[store.state.picked];

  function build() {
    const { trace } = store;
    const quantities = ROLES.flatMap((role) => trace.unitQuantities.filter((each) => each.role === role));
    quantity.replaceChildren(...quantities.map(({ name, title }) => html("option", { value: name }, title)));
    element.hidden = !request;
    token.placeholder = tokenHint(trace);
    const { another } = readWords(trace);
    token.setAttribute("aria-label", another[0].toUpperCase() + another.slice(1));
    token.classList.toggle("vector", trace.tokenKind === "numbers");
    const typedBefore = typed && offered === picked().name ? value.value : null;
    offer();
    if (typedBefore === null) return;
    value.value = slider.value = typedBefore;
    typed = true;
  }

  /** Set the controls to the range of the picked quantity. */
  function offer() {
    const { name, low, high } = picked();
    quantity.value = offered = name;
    typed = false;
    setBounds(value, low, high);
    slider.hidden = low === null || high === null;
    if (low !== null && high !== null) {
      setBounds(slider, low, high);
      slider.step = String((high - low) / SLIDER_STEPS);
    }
    show();
  }

  function show() {
    const { trace, state: { step, unit } } = store;
    const { name, title } = picked();
    const exists = trace.hasUnit(name, unit);
    const now = exists ? trace.value(name, step, unit) : 0;
    const typedStep = trace.typedSteps[step];
    const where = `step ${step + 1}${typedStep === step + 1 ? "" : `, typed as step ${typedStep},`}`;
    const what = exists
      ? `${title} of unit ${unit} at ${where} (${trace.valueWord} ${brief(now)})`
      : `${title} at ${where}`;
    summary.textContent = `What if … the ${what}?`;
    const choice = exists ? units.value || "one" : "all";
    units.replaceChildren(
      ...(exists ? [html("option", { value: "one" }, `this unit (${unit})`)] : []),
      html("option", { value: "all" }, "all units"),
    );
    units.value = choice;
    tokenNow.textContent = `this ${readWords(trace).token}, “${trace.tokens[step]}”: `;
    if (!typed) propose(now);
  }

  /**
   * Propose a value far from the present one: for a gate the farther end of its range, or else zero.
   * @param {number} now
   */
  function propose(now) {
    const { low, high, role } = picked();
    const bounded = role === "gate" && low !== null && high !== null;
    value.value = slider.value = String(bounded ? (now - low < high - now ? high : low) : 0);
  }

  /** @param {HTMLInputElement} source  the control that the user has set */
  function setValue(source) {
    typed = true;
    if (source.value !== "") (source === value ? slider : value).value = source.value;
  }

  function hold() {
    const wanted = {
      quantity: quantity.value,
      allUnits: units.value === "all",
      span: /** @type {Span} */ (span.value),
      value: value.valueAsNumber,
    };
    send(holdIntervention(store.trace, wanted, store.state));
  }

  function swap() {
    send(tokenIntervention(store.trace, "swap", store.state, token.value));
  }

  /** @param {string} intervention */
  function send(intervention) {
    request?.(intervention);
  }

  /**
   * A button that asks for an intervention.
   * @param {string} words
   * @param {() => string} intervention
   * @returns {HTMLButtonElement}
   */
  function button(words, intervention) {
    return html("button", { type: "button", onclick: () => send(intervention()) }, words);
  }

  function answer() {
    reply.replaceChildren(...changeElements(store, requestWithout));
  }

  build();
  answer();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace || state.notes !== previous.notes) answer();
      if (newTrace) build();
      else if (state.picked !== previous.picked) offer();
      else if (state.step !== previous.step || state.unit !== previous.unit) show();
    },
    destroy: () => element.remove(),
  };
}

/**
 * A row of controls. The browser submits it only once all values are valid.
 * @param {string} label
 * @param {() => void} submit
 * @param {HTMLElement[]} controls
 * @returns {HTMLFormElement}
 */
function form(label, submit, controls) {
  /** @param {SubmitEvent} event */
  const onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  return html("form", { class: "whatif-row", "aria-label": label, onsubmit }, controls);
}

/**
 * What can be typed in place of a vector of numbers. A character or a word needs no hint.
 * @param {Trace} trace
 * @returns {string}
 */
function tokenHint({ tokenKind, tokenWidth }) {
  if (tokenKind !== "numbers") return "";
  return `${tokenWidth === 1 ? "a number" : `${tokenWidth} numbers`}, or noise(seed=1, steps=1)`;
}

/**
 * @param {HTMLInputElement} input
 * @param {number | null} low
 * @param {number | null} high
 */
function setBounds(input, low, high) {
  for (const [name, bound] of Object.entries({ min: low, max: high })) {
    if (bound === null) input.removeAttribute(name);
    else input.setAttribute(name, String(bound));
  }
}
