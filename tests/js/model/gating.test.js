import assert from "node:assert/strict";
import { test } from "node:test";

import { gatedVectors, gatingOf } from "../../../rnnviz/instrument/js/model/gating.js";
import { assertClose, bundled, fixture } from "../fixtures.js";

// The gate may be at work as its complement, on the old state or on the quantity of the same step.
const CASES = [
  { name: "names-lstm", gate: "forget", of: "cell", old: true, complement: false },
  { name: "names-lstm", gate: "input", of: "candidate", old: false, complement: false },
  { name: "names-gru", gate: "update", of: "hidden", old: true, complement: false },
  { name: "names-gru", gate: "update", of: "candidate", old: false, complement: true },
  { name: "writes", gate: "update", of: "hidden", old: true, complement: true },
  { name: "writes", gate: "update", of: "candidate", old: false, complement: false },
  { name: "before", gate: "reset", of: "hidden", old: true, complement: false },
  { name: "tied", gate: "input", of: "candidate", old: false, complement: false },
];

for (const { name, gate, of, old, complement } of CASES) {
  test(`in ${name}, ${gate} times ${of} is what is left`, () => {
    const trace = bundled(name);
    const { values } = fixture("traces")[name];
    const gating = gatingOf(trace, gate, of);
    for (const step of [1, 2, trace.steps - 1]) {
      const vector = values[of][old ? step - 1 : step];
      const opening = values[gate][step].map((value) => (complement ? 1 - value : value));
      const found = gatedVectors(trace, gating, step);
      assertClose(found.of, vector);
      assertClose(found.gate, opening);
      assertClose(found.product, vector.map((value, unit) => value * opening[unit]));
    }
  });
}

test("a gate on a weighted sum multiplies the sum", () => {
  const trace = bundled("names-gru"); // reset after the matrix product
  const gating = gatingOf(trace, "reset", "hidden");
  const { of, gate, product } = gatedVectors(trace, gating, 3);
  assertClose(gate, trace.vector("reset", 3));
  assertClose(product, Array.from(of, (value, unit) => value * gate[unit]));
});

test("a cell without such a product has no gating", () => {
  assert.equal(gatingOf(bundled("names-gru"), "forget", "cell"), null);
  assert.equal(gatingOf(bundled("names-lstm"), "output", "candidate"), null);
});
