import assert from "node:assert/strict";
import { test } from "node:test";

import { compile } from "../../../rnnviz/instrument/js/model/compiled-equations.js";
import { assertClose, bundled } from "../fixtures.js";

const value = (name, isBefore = false) => ({ kind: "value", name, is_before: isBefore });
const layer = {
  direction: "forward",
  units: { a: 2, other: 2 },
  blocks: { weight: ["other", "a"], vector: ["a"] },
  arrays: { weight: Float32Array.of(9, 9, 9, 9, 1, 2, 3, 4), vector: Float32Array.of(0.5, -1) },
  initial: {},
};
const weight = { parameter: "weight", block: "a" };
const vector = { parameter: "vector", block: "a" };

function placeOf(now, before = {}) {
  const input = { width: 2, vector: () => now.input_vector, key: (step) => step };
  return { now, before, input, step: 0 };
}

const twice = (sum) => Math.tanh(Math.tanh(sum));

test("every kind of node computes the vector of all units", () => {
  bundled("names-lstm"); // whose activations are then known
  const place = placeOf({ a: [1, -2], b: [3, 5] }, { a: [10, 20] });
  const two = { kind: "number", value: 2 };
  const [a, b] = [value("a"), value("b")];
  const cases = [
    [a, [1, -2]],
    [value("a", true), [10, 20]],
    [{ kind: "bias", ...vector }, [0.5, -1]],
    [{ kind: "matrix", ...weight, of: b }, [13, 29]],
    [{ kind: "diagonal", ...vector, of: b }, [1.5, -5]],
    [{ kind: "sum", terms: [a, b, b] }, [7, 8]],
    [{ kind: "product", factors: [a, b, b] }, [9, -50]],
    [{ kind: "complement", of: a }, [0, 3]],
    [{ kind: "apply", function: "tanh", of: a }, [Math.tanh(1), Math.tanh(-2)]],
    [{ kind: "apply", function: "tanh", of: { kind: "apply", function: "tanh", of: a } }, [1, -2].map(twice)],
    [two, [2, 2]],
    [{ kind: "quotient", dividend: b, divisor: { kind: "sum", terms: [a, two, two] } }, [0.6, 2.5]],
    [{ kind: "primitive", name: "abs", arguments: [a] }, [1, 2]],
    [{ kind: "primitive", name: "max", arguments: [a, { kind: "complement", of: b }] }, [1, -2]],
    [{ kind: "layer_norm", ...vector, of: b, epsilon: 0 }, [-0.5, -1]],
  ];
  for (const [node, expected] of cases) assertClose(compile(node, layer, place, 2)(), expected, { about: node.kind });
});

test("a compiled node follows its place from step to step", () => {
  const place = placeOf({ a: [1, 2] });
  const compute = compile({ kind: "complement", of: value("a") }, layer, place, 2);
  assert.deepEqual([...compute()], [0, -1]);
  place.now = { a: [3, 4] };
  assert.deepEqual([...compute()], [-2, -3]);
});

test("a product with the input is computed once for each token", () => {
  const place = placeOf({ input_vector: [1, 1] });
  place.input.key = (step) => step % 2;
  const compute = compile({ kind: "matrix", ...weight, of: value("input_vector") }, layer, place, 2);
  const first = compute();
  assertClose(first, [3, 7]);
  place.step = 2;
  assert.equal(compute(), first);
  Object.assign(place, { step: 1, now: { input_vector: [1, 0] } });
  assertClose(compute(), [1, 3]);
});
