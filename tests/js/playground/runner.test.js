import assert from "node:assert/strict";
import { test } from "node:test";

import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { fixture } from "../fixtures.js";

const { bundled, random } = fixture("payloads");
const runner = new Runner(bundled.find(({ playground: { model } }) => model.name === "names-lstm").playground);
const FIRST = { layer: 0, direction: "forward" };

test("a run says what was not read as it was typed", () => {
  const { notes, text } = runner.run("Ad+", FIRST);
  assert.equal(text, "Ad+");
  assert.equal(notes.remarks.length, 1);
  assert.match(notes.remarks[0], /\+/);
});

test("what cannot be read is an error for a person", () => {
  for (const text of ["", " \n"]) assert.throws(() => runner.run(text, FIRST), InputError);
});

test("numbers are read in the precision of the network", () => {
  const { playground } = random.find(({ playground: { model } }) => model.embedding === null);
  const inputs = (isDouble) => {
    return [...new Runner({ ...playground, rules: { ...playground.rules, is_double: isDouble } }).inputs([0.1])];
  };
  assert.deepEqual([inputs(false), inputs(true)], [[Math.fround(0.1)], [0.1]]);
});

test("a layer that does not exist is refused", () => {
  assert.throws(() => runner.run("Ada", { layer: 1, direction: "forward" }));
});
