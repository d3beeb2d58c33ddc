// What the tests share: fixtures that Python has written, and comparisons of numbers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { addActivations } from "../../rnnviz/instrument/js/model/functions.js";
import { Store } from "../../rnnviz/instrument/js/model/store.js";
import { Trace } from "../../rnnviz/instrument/js/model/trace.js";

const read = new Map(); // by name

/** A fixture of fixtures.py, by the name of its function. It is read once, and must not be changed. */
export function fixture(name) {
  if (!read.has(name)) read.set(name, JSON.parse(readFileSync(`${process.env.FIXTURES}/${name}.json`, "utf8")));
  return read.get(name);
}

/** A payload as the instrument decodes it. */
export function traceOf(payload) {
  addActivations(payload.definition.activations);
  return new Trace(payload);
}

/** The trace of one of the models in the fixture "traces". */
export function bundled(name) {
  return traceOf(fixture("traces")[name].payload);
}

/** A store with the trace of one of the models. */
export function storeOf(name, state) {
  return new Store(bundled(name), state);
}

/** Whether numbers, nested in arrays, agree: |actual - expected| <= absolute + relative * |expected|. */
export function assertClose(actual, expected, { absolute = 1e-6, relative = 0, about = "" } = {}) {
  const [left, right] = [actual, expected].map((numbers) =>
    [numbers].flat(Infinity).flatMap((part) => [...iterable(part)])
  );
  assert.equal(left.length, right.length, about);
  right.forEach((value, k) => {
    const off = Math.abs(left[k] - value);
    const fits = off <= absolute + relative * Math.abs(value);
    assert.ok(fits, `${about} [${k}]: ${left[k]} instead of ${value}`);
  });
}

function iterable(part) {
  return typeof part === "number" ? [part] : part;
}

/** All steps and units of a quantity of a function of both, as nested arrays. */
export function overStepsAndUnits(trace, quantity, value) {
  const units = [...Array(trace.width(quantity)).keys()];
  return trace.tokens.map((_, step) => units.map((unit) => value(step, unit)));
}

/** The number in a text with a real minus sign. */
export function numberIn(text) {
  return Number(text.replaceAll("−", "-"));
}
