import assert from "node:assert/strict";
import { test } from "node:test";

import { addActivations } from "../../../rnnviz/instrument/js/model/functions.js";
import { Head, merged } from "../../../rnnviz/instrument/js/model/head.js";
import { assertClose, fixture } from "../fixtures.js";

for (const { model } of fixture("forward").random) addActivations(model.activations);
const WIDTH = 2;
const runs = [
  { direction: "forward", values: { hidden: Float64Array.of(1, -2, 3, 0, -1, 5) } },
  { direction: "backward", values: { hidden: Float64Array.of(7, 8, 9, 10, 11, 12) } },
];

/** What is read of three steps in one direction or both, [step][unit]. */
function read(reading, directions, layers = [], merge = "concat") {
  const head = new Head({ activation: "softmax", reading, layers }, directions, merge);
  const input = head.read(runs.filter(({ direction }) => directions.includes(direction)), 3);
  return [0, 1, 2].map((step) => [...input.vector(step)]);
}

test("a head reads the states so far, as if the text ended after each step", () => {
  const states = [[1, -2], [3, 0], [-1, 5]];
  for (const reading of ["every step", "last step", "last states"]) {
    assert.deepEqual(read(reading, ["forward"]), states);
  }
  assert.deepEqual(read("sum", ["forward"]), [[1, -2], [4, -2], [3, 3]]);
  assert.deepEqual(read("mean", ["forward"]), [[1, -2], [2, -1], [1, 1]]);
  assert.deepEqual(read("max", ["forward"]), [[1, -2], [3, 0], [3, 5]]);
});

test("the last state of what reads backward is that at the first step", () => {
  assert.deepEqual(read("last states", ["backward"]), [[7, 8], [7, 8], [7, 8]]);
  assert.deepEqual(read("last states", ["forward", "backward"]), [[1, -2, 7, 8], [3, 0, 7, 8], [-1, 5, 7, 8]]);
  assert.deepEqual(read("last states", ["forward", "backward"], [], "sum"), [[8, 6], [10, 8], [6, 13]]);
});

test("layers apply their activation to their sums, one after another", () => {
  const layer = (rows, values, bias, activation) => {
    return {
      weight: { rows, columns: WIDTH, values: Float32Array.from(values) },
      bias: Float32Array.from(bias),
      activation,
    };
  };
  const layers = [layer(2, [1, 0, 0, -1], [0.5, 0], "relu"), layer(1, [1, 1], [-1], "tanh")];
  assertClose(read("every step", ["forward"], layers), [2.5, 2.5, -1].map(Math.tanh), { absolute: 1e-15 });
});

test("outputs are probabilities, or each sum by itself", () => {
  const outputs = (activation) => {
    const head = new Head({ activation, reading: "every step", layers: [] }, ["forward"], "concat");
    return [head.outputs(Float64Array.of(0, 0, -1, 1), 2), head.isDistribution, head.isBounded];
  };
  const [probabilities, isDistribution] = outputs("softmax");
  assertClose(probabilities, [0.5, 0.5, 1 / (1 + Math.E ** 2), 1 / (1 + Math.E ** -2)], { absolute: 1e-15 });
  assert.equal(isDistribution, true);
  assert.deepEqual(outputs("relu"), [Float64Array.of(0, 0, 0, 1), false, false]);
  assert.deepEqual(outputs("linear"), [Float64Array.of(0, 0, -1, 1), false, false]);
  assert.equal(outputs("sigmoid")[2], true);
});

test("only what reads each step by itself is direct", () => {
  const isDirect = (reading, ...directions) => {
    return new Head({ activation: "softmax", reading, layers: [] }, directions, "concat").readsDirectly;
  };
  assert.deepEqual(
    ["every step", "last step", "last states", "sum", "mean", "max"].map((reading) => {
      return [isDirect(reading, "forward"), isDirect(reading, "forward", "backward"), isDirect(reading, "backward")];
    }),
    [
      [true, true, true],
      [true, true, true],
      [true, false, false],
      [false, false, false],
      [false, false, false],
      [false, false, false],
    ],
  );
});

test("two directions become one vector in four ways", () => {
  const ways = { concat: [1, -2, 7, 8], sum: [8, 6], mul: [7, -16], ave: [4, 3] };
  for (const [merge, expected] of Object.entries(ways)) {
    assert.deepEqual([...merged(runs, 3, merge).vector(0)], expected);
  }
});
