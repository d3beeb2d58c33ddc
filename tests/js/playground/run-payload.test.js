import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeBytes, decodeFloats } from "../../../rnnviz/instrument/js/model/arrays.js";
import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { assertClose, fixture } from "../fixtures.js";

const { bundled, random } = fixture("payloads");
const IDS = ["id", "fingerprint", "token_values_id"]; // which only have to differ where runs differ
const textOf = (units) => String.fromCharCode(...units);

/** Whether a payload made here is that of Python: numbers within 1e-5, all else equal. */
function assertSame(actual, expected, about) {
  if (actual instanceof Float32Array) {
    assertClose(actual, decodeFloats(expected), { absolute: 1e-5, relative: 1e-5, about });
  } else if (actual instanceof Uint8Array) assert.deepEqual(actual, decodeBytes(expected), about);
  else if (Array.isArray(actual) && actual.every((part) => typeof part === "number")) {
    assertClose(actual, expected, { absolute: 0, relative: 1e-9, about });
  } else if (actual instanceof Object && !Array.isArray(actual)) {
    const names = (object) => Object.keys(object).filter((name) => !IDS.includes(name)).toSorted();
    assert.deepEqual(names(actual), names(expected), about);
    for (const name of names(expected)) assertSame(actual[name], expected[name], `${about} ${name}`);
  } else assert.deepEqual(actual, expected, about);
}

/** The input vectors step by step: rows that differ in their last bits alone can be one here and two there. */
function inputVectors({ input_vectors: vectors }) {
  if (!vectors) return null;
  const rows = vectors.rows instanceof Float32Array ? vectors.rows : decodeFloats(vectors.rows);
  const width = rows.length / (Math.max(...vectors.row_of_step) + 1);
  return vectors.row_of_step.flatMap((row) => [...rows.subarray(row * width, (row + 1) * width)]);
}

function assertSameRun(runner, { text, changes, layer, direction, payload, notes }) {
  const { text: typed, notes: said, ...made } = runner.run(textOf(text), { layer, direction }, changes);
  const about = `${payload.model} ${JSON.stringify(typed)} ${changes}:`;
  assert.deepEqual(said, notes, about);
  if (payload.definition === null) made.definition = null; // it is compared in another run of the model
  const steps = [made, payload].map(inputVectors);
  assert.equal(steps[0] === null, steps[1] === null, about);
  if (steps[0]) assertClose(steps[0], steps[1], { absolute: 1e-5, relative: 1e-5, about });
  assertSame({ ...made, input_vectors: null }, { ...payload, input_vectors: null, reductions: made.reductions }, about);
}

for (const { playground, runs } of bundled) {
  test(`the page of ${playground.model.name} makes the payloads that Python sends`, () => {
    const runner = new Runner(playground);
    for (const run of runs) assertSameRun(runner, run);
  });
}

test("so do the pages of random networks, of every layer and direction", () => {
  for (const { playground, runs: [run] } of random) assertSameRun(new Runner(playground), run);
  const some = (condition) => assert.ok(random.filter(condition).length > 1, String(condition));
  some(({ runs: [{ direction }] }) => direction === "backward");
  some(({ runs: [{ layer }], playground: { model } }) => layer < model.layers.length - 1);
  some(({ playground: { model } }) => model.readout === null);
  some(({ playground: { cells } }) => cells.length > 1);
  some(({ playground: { reader } }) => reader.kind === "numbers");
  const changes = random.flatMap(({ runs: [{ notes }] }) => notes.changes.map(({ text }) => text));
  for (const kind of ["hidden", "zero", "freeze", "swap", "remove"]) {
    assert.ok(changes.some((text) => text.startsWith(kind)), kind);
  }
  some(({ runs: [{ notes }] }) => notes.changes.length > 1);
  some(({ runs: [{ payload }] }) => payload.unchanged?.first);
  some(({ runs: [{ payload }] }) => Object.keys(payload.holds).length > 1);
  some(({ runs: [{ payload }] }) => payload.outputs?.unchanged && payload.unchanged.end.includes("instead of"));
  some(({ runs: [{ payload }] }) => payload.outputs?.limits[0] === 0 && payload.outputs.limits[1] === 1);
  some(({ playground: { model } }) => model.head.layers.length && model.layers.length === 1);
  for (const measure of ["silenced", "first-order", "direct", "size"]) {
    some(({ runs: [{ payload }] }) => payload.effects.measure.includes(measure));
  }
});

test("different runs have different ids, equal ones the same", () => {
  const { playground } = bundled.find(({ playground: { model } }) => model.name === "names-lstm");
  const runner = new Runner(playground);
  const id = (text) => runner.run(text, { layer: 0, direction: "forward" }).id;
  assert.equal(id("Ada"), id("Ada"));
  assert.notEqual(id("Ada"), id("Ad"));
});
