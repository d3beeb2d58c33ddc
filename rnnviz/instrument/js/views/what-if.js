// What if … ? The picked value in a sentence, and controls that ask for the same run with that value, or the
// token, another one. What is sent is the text of an intervention; only a server can compute the run.

import { html } from "../page/dom.js";
import { holdText, onToken, onUnit } from "../model/intervention.js";
import { worded } from "../model/numbers.js";

const ROLES = ["gate", "candidate", "state"]; // what can be held, in this order
const SPANS = { now: "at this step", on: "from this step on", ever: "at every step" };
const SLIDER_STEPS = 100;

/** edit(text) asks for an intervention; without it there is nothing that could compute one, and the view is empty. */
export function createWhatIf(store, { edit }) {
  const summary = html("summary");
  const quantity = select("Quantity", () => pick());
  const units = select("Which units");
  const span = select("When", null, SPANS);
  const value = html("input", { type: "number", step: "any", required: true, "aria-label": "Value", oninput: () => typed() });
  const slider = html("input", { type: "range", "aria-label": "Value, as a slider", oninput: () => slid() });
  const token = html("input", { type: "text", required: true, autocomplete: "off", spellcheck: "false", "aria-label": "Another token" });
  const tokenNow = html("span");
  const silence = html("button", { type: "button", onclick: () => send(onUnit(store.trace, "zero", here())) }, "Silence this unit");
  const freeze = html("button", { type: "button", onclick: () => send(onUnit(store.trace, "freeze", here())) }, "Freeze it from here");
  const remove = html("button", { type: "button", onclick: () => send(onToken(store.trace, "remove", here())) }, "Remove");
  const sent = html("output", { class: "whatif-sent" });
  const element = html(
    "details",
    { class: "whatif" },
    summary,
    form("Hold a value", hold, [quantity, units, span, html("span", { class: "whatif-value" }, value, slider), submit("Try it")]),
    form("The token", swap, [html("label", {}, tokenNow, token), submit("Swap"), remove]),
    html("div", { class: "whatif-row", role: "group", "aria-label": "The whole unit" }, silence, freeze),
    sent,
  );
  let own = false; // whether the value is the user's, and not a proposal

  const here = () => ({ step: store.state.step, unit: store.state.unit });
  const picked = () => store.trace.byName[store.state.picked];

  function build() {
    const offered = ROLES.flatMap((role) => store.trace.shown.filter((one) => one.role === role));
    quantity.replaceChildren(...offered.map(({ name, title }) => html("option", { value: name }, title)));
    element.hidden = !edit;
    token.placeholder = hintFor(store.trace);
    token.classList.toggle("vector", store.trace.kind === "numbers");
    const typedBefore = own && quantity.dataset.for === picked().name ? value.value : null;
    offer();
    if (typedBefore === null) return;
    value.value = slider.value = typedBefore;
    own = true;
  }

  /** Controls for the range of the picked quantity. */
  function offer() {
    const { name, low, high } = picked();
    quantity.value = quantity.dataset.for = name;
    own = false;
    bound(value, low, high);
    slider.hidden = low === null || high === null;
    if (!slider.hidden) {
      bound(slider, low, high);
      slider.step = (high - low) / SLIDER_STEPS;
    }
    show();
  }

  function show() {
    const { trace } = store;
    const { step, unit } = here();
    const { name, title } = picked();
    const now = trace.value(name, step, unit);
    const place = trace.typed[step] === step + 1 ? `step ${step + 1}` : `step ${step + 1}, typed as step ${trace.typed[step]},`;
    summary.textContent = `What if … the ${title} of unit ${unit} at ${place} (${trace.now} ${worded(now)})?`;
    const chosen = units.value || "one";
    units.replaceChildren(html("option", { value: "one" }, `this unit (${unit})`), html("option", { value: "all" }, "all units"));
    units.value = chosen;
    tokenNow.textContent = `this token, “${trace.tokens[step]}”: `;
    if (!own) propose(now);
  }

  /** Until a value is typed: the end of the range that is farther away, or zero where there is no end. */
  function propose(now) {
    const { low, high, role } = picked();
    const far = role === "gate" && low !== null && high !== null ? (now - low < high - now ? high : low) : 0;
    value.value = slider.value = far;
  }

  function typed() {
    own = true;
    if (value.value !== "") slider.value = value.value;
  }

  function slid() {
    own = true;
    value.value = slider.value;
  }

  function pick() {
    store.set({ picked: quantity.value });
  }

  function hold() {
    const wanted = { quantity: quantity.value, all: units.value === "all", span: span.value, value: value.valueAsNumber };
    send(holdText(store.trace, wanted, here()));
  }

  function swap() {
    send(onToken(store.trace, "swap", here(), token.value));
  }

  function send(text) {
    sent.textContent = `asked for: ${text}`;
    edit(text);
  }

  build();
  return {
    element,
    update(state, previous, newTrace) {
      if (newTrace) build();
      else if (state.picked !== previous.picked) offer();
      else if (state.step !== previous.step || state.unit !== previous.unit) show();
    },
    destroy: () => element.remove(),
  };
}

/** A row of controls; `done` is called once all of them hold what they may, of which the browser takes care. */
function form(label, done, controls) {
  const onsubmit = (event) => {
    event.preventDefault();
    done();
  };
  return html("form", { class: "whatif-row", "aria-label": label, onsubmit }, ...controls);
}

/** What can be typed in place of a step's numbers; a letter or a word needs no hint. */
function hintFor({ kind, reads }) {
  if (kind !== "numbers") return "";
  return `${reads === 1 ? "a number" : `${reads} numbers`}, or noise(seed=1, steps=1)`;
}

function submit(words) {
  return html("button", {}, words);
}

function select(label, onchange = null, options = {}) {
  return html("select", { "aria-label": label, ...(onchange ? { onchange } : {}) }, Object.entries(options).map(([value, words]) => html("option", { value }, words)));
}

function bound(input, low, high) {
  for (const [name, end] of Object.entries({ min: low, max: high })) {
    if (end === null) input.removeAttribute(name);
    else input.setAttribute(name, end);
  }
}
