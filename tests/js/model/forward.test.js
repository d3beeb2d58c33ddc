import assert from "node:assert/strict";
import { test } from "node:test";

import { ForwardModel } from "../../../rnnviz/instrument/js/model/forward.js";
import { decodeFloats } from "../../../rnnviz/instrument/js/model/arrays.js";
import { assertClose, fixture } from "../fixtures.js";

const { bundled, random } = fixture("forward");

function assertSameRun(model, { cell, inputs, initial, holds, layers, logits, outputs }) {
  const run = model.run(inputs, { initial, holds });
  const close = (actual, sent, about) =>
    assertClose(actual, decodeFloats(sent), { absolute: 1e-5, relative: 1e-5, about: `${cell} ${about}` });
  assert.equal(run.layers.length, layers.length);
  layers.forEach((directions, k) =>
    directions.forEach((values, j) => {
      assert.deepEqual(Object.keys(run.layers[k][j].values), Object.keys(values));
      for (const [name, sent] of Object.entries(values)) {
        close(run.layers[k][j].values[name], sent, `${k} ${j} ${name}`);
      }
    })
  );
  assert.equal(run.logits === null, logits === null);
  if (logits === null) return;
  close(run.logits, logits, "logits");
  close(run.outputs, outputs, "outputs");
  assert.equal(run.probabilities, model.head.isDistribution ? run.outputs : null);
}

for (const { model, runs } of bundled) {
  test(`${model.name} computes what NumPy computes, over texts drawn at random`, () => {
    const forward = new ForwardModel(model);
    for (const run of runs) assertSameRun(forward, run);
  });
}

test("so do random networks: layers, directions, merges, options, initial states and held values", () => {
  for (const { model, ...run } of random) assertSameRun(new ForwardModel(model), run);
});

test("the random networks have all that a network can have", () => {
  const some = (condition) => assert.ok(random.filter(condition).length > 1, String(condition));
  const { layers } = { layers: ({ model }) => model.layers };
  for (const merge of ["concat", "sum", "mul", "ave"]) {
    some((run) => run.model.merge === merge && layers(run).some(({ length }) => length === 2));
  }
  some((run) => layers(run).length === 3);
  some((run) => layers(run)[0].length === 1 && layers(run)[0][0].direction === "backward");
  some((run) => run.initial);
  some((run) => Object.keys(layers(run)[0][0].initial).length && !run.initial);
  some((run) => run.model.embedding === null);
  some((run) => run.model.readout === null);
  for (const reading of ["every step", "last step", "last states", "sum", "mean", "max"]) {
    some((run) => run.model.head.reading === reading);
  }
  some((run) => run.model.head.reading === "last states" && layers(run).at(-1).length === 2);
  some((run) => run.model.head.layers.length === 2);
  some((run) => run.model.head.activation === "sigmoid");
  some((run) => run.holds.some(({ value }) => value === null));
  some((run) => run.holds.some(({ direction, value }) => direction === "backward" && value !== null));
  assert.ok(new Set(random.map(({ cell }) => cell)).size > 7);
});

test("a run of 256 steps with 128 units ends in probabilities", () => {
  const { model } = bundled.find(({ model: { name } }) => name === "shakespeare-lstm");
  const ids = Array.from({ length: 256 }, (_, step) => (7 * step) % model.embedding.rows);
  const { probabilities } = new ForwardModel(model).run(ids);
  const last = probabilities.slice(-model.labels.length);
  assert.equal(probabilities.length, 256 * model.labels.length);
  assertClose(last.reduce((sum, share) => sum + share, 0), 1, { absolute: 1e-5 });
});

test("what a model cannot read is refused", () => {
  const forward = new ForwardModel(bundled[0].model);
  for (const ids of [[], [-1], [0.5], [1e6]]) assert.throws(() => forward.run(ids), RangeError);
  const vectors = new ForwardModel(
    random.find(({ model }) => !model.embedding && model.layers[0][0].input_size > 1).model,
  );
  assert.throws(() => vectors.run([0.5]), RangeError);
});
