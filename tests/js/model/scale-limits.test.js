import assert from "node:assert/strict";
import { test } from "node:test";

import { scaleLimits } from "../../../rnnviz/instrument/js/model/scale-limits.js";
import { fixture } from "../fixtures.js";

const { cases, rules } = fixture("scale_limits_of_values");
const UNBOUNDED = { low: null, high: null };

test("a scale without bounds ends where Python ends it", () => {
  for (const { values, limits } of cases) {
    assert.deepEqual(scaleLimits(UNBOUNDED, Float64Array.from(values), rules), limits, String(values));
  }
});

test("a bounded quantity has its own bounds, symmetric if it can be negative", () => {
  const values = Float64Array.of(0.1);
  assert.deepEqual(scaleLimits({ low: 0, high: 1 }, values, rules), [0, 1]);
  assert.deepEqual(scaleLimits({ low: -0.5, high: 2 }, values, rules), [-2, 2]);
});

test("what is no finite number is not on a scale", () => {
  assert.deepEqual(scaleLimits(UNBOUNDED, Float64Array.of(NaN, Infinity, 2.5), rules), [-3, 3]);
  assert.deepEqual(scaleLimits({ low: 0, high: null }, Float64Array.of(NaN), rules), [0, 0.5]);
});
