// The stepper as a Streamlit component: called anew at each run of the page, with fresh data.

import { mount } from "./mount.js";

const mounted = new WeakMap();
const weightsOf = new Map(); // by model: the server sends a model's weights once

/** Write step (from 1) and unit into the address, leaving out what a fresh page would show anyway. */
function intoAddress({ step, unit, steps }) {
  const address = new URL(window.location.href);
  const put = (name, value, byDefault) =>
    value === byDefault ? address.searchParams.delete(name) : address.searchParams.set(name, value);
  put("step", step + 1, steps);
  put("unit", unit, 0);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (data.weights) weightsOf.set(data.model, data.weights);
  const payload = { ...data, weights: weightsOf.get(data.model) ?? null };
  if (!payload.weights) setTriggerValue("missing", data.model);
  const known = mounted.get(parentElement);
  if (known) {
    known.load(payload);
    return;
  }
  const stepper = mount(parentElement.querySelector(".stepper-place"), payload, {
    graph: () => document.querySelector(".st-key-heatmaps .js-plotly-plot"),
    rested: intoAddress,
  });
  mounted.set(parentElement, stepper);
  return () => {
    mounted.delete(parentElement);
    stepper.destroy();
  };
}
