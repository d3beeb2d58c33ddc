import assert from "node:assert/strict";
import { test } from "node:test";

import { addActivations, FUNCTIONS, symbolOfFunction } from "../../../rnnviz/instrument/js/model/functions.js";
import { assertClose, fixture } from "../fixtures.js";

test("every activation computes what Python computes, within its bounds", () => {
  for (const { name, data, sums, values } of fixture("activations")) {
    addActivations({ [name]: data });
    const { symbol, compute, low, high } = FUNCTIONS[name];
    assertClose(sums.map(compute), values, { absolute: 1e-12, relative: 1e-12, about: name });
    assert.deepEqual([symbol, low, high], [data.symbol, data.low ?? -Infinity, data.high ?? Infinity]);
    assert.ok(values.every((value) => value >= low && value <= high), name);
  }
});

test("an unknown function is written by its name", () => {
  addActivations(fixture("traces")["names-lstm"].payload.definition.activations);
  assert.deepEqual(["sigmoid", "tanh", "mystery"].map(symbolOfFunction), ["σ", "tanh", "mystery"]);
});
