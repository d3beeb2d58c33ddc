// The stepper as a Streamlit component: called anew at each run of the page, with fresh data.

import { mount } from "./mount.js";

const GRAPHS = '[class*="st-key-heatmaps"] .js-plotly-plot';

const places = new WeakMap(); // by parent element: {stepper, component, views, calls}
const weightsOf = new Map(); // by model: the server sends a model's weights once

// Where one stood last, and in which trace: from page to page, for the same trace on another page is
// taken up there. The server does not learn of it: once it has set a link itself, Streamlit sends it that link.
const stood = (window.rnnvizStood ??= {});

/**
 * Write step (from 1) and unit into the address, leaving out what a fresh page would show anyway. The
 * text too: Streamlit, which binds the text box to it, may forget it when one page leads to another.
 */
function intoAddress({ step, unit, steps }, { default: usual, text, usualText }) {
  const address = new URL(window.location.href);
  const put = (name, value, byDefault) =>
    value === byDefault ? address.searchParams.delete(name) : address.searchParams.set(name, value);
  put("step", step + 1, (usual?.step ?? steps - 1) + 1);
  put("unit", unit, usual?.unit ?? 0);
  if (typeof usualText === "string") put("text", text, usualText);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (data.weights) weightsOf.set(data.model, data.weights);
  const payload = { ...data, weights: weightsOf.get(data.model) ?? null };
  if (!payload.weights) setTriggerValue("missing", data.model);
  const place = places.get(parentElement) ?? { calls: 0 };
  places.set(parentElement, place);
  place.component = component;
  const views = String(data.views);
  if (place.stepper && place.views !== views) {
    place.stepper.destroy();
    place.stepper = null;
  }
  place.views = views;
  if (place.stepper) place.stepper.load(payload);
  else {
    if (stood.id === data.id) payload.start = stood.start;
    const rested = (where) => {
      Object.assign(stood, { id: place.component.data.id, start: { step: where.step, unit: where.unit } });
      intoAddress(where, place.component.data);
    };
    place.stepper = mount(parentElement.querySelector(".stepper-place"), payload, {
      graphs: () => [...document.querySelectorAll(GRAPHS)],
      rested,
      asked: (request) => place.component.setTriggerValue("asked", request),
    });
    const { state, trace } = place.stepper.store;
    rested({ step: state.step, unit: state.unit, steps: trace.steps });
  }

  // Streamlit keeps what the last call returned for the end, but may throw an earlier one's away at once.
  const call = ++place.calls;
  return () =>
    setTimeout(() => {
      if (call !== place.calls) return;
      places.delete(parentElement);
      place.stepper.destroy();
    });
}
