// The stepper as a Streamlit component: called anew at each run of the page, with fresh data.

import { mount } from "./mount.js";

const GRAPHS = '[class*="st-key-heatmaps"] .js-plotly-plot';

const places = new WeakMap(); // by parent element: {stepper, component, views, calls}
const weightsOf = new Map(); // by model: the server sends a model's weights once

/** Write step (from 1) and unit into the address, leaving out what a fresh page would show anyway. */
function intoAddress({ step, unit, steps }, usual) {
  const address = new URL(window.location.href);
  const put = (name, value, byDefault) =>
    value === byDefault ? address.searchParams.delete(name) : address.searchParams.set(name, value);
  put("step", step + 1, (usual?.step ?? steps - 1) + 1);
  put("unit", unit, usual?.unit ?? 0);
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
  else
    place.stepper = mount(parentElement.querySelector(".stepper-place"), payload, {
      graphs: () => [...document.querySelectorAll(GRAPHS)],
      rested: (where) => intoAddress(where, place.component.data.default),
      asked: (request) => place.component.setTriggerValue("asked", request),
    });

  // Streamlit keeps what the last call returned for the end, but may throw an earlier one's away at once.
  const call = ++place.calls;
  return () =>
    setTimeout(() => {
      if (call !== place.calls) return;
      places.delete(parentElement);
      place.stepper.destroy();
    });
}
