import assert from "node:assert/strict";
import { test } from "node:test";

import { parseChange } from "../../../rnnviz/instrument/js/playground/changes.js";
import { CheckedChanges } from "../../../rnnviz/instrument/js/playground/checked-changes.js";
import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { fixture } from "../fixtures.js";

const { playground: data } = fixture("payloads").bundled.find(({ playground: { model } }) =>
  model.name === "names-lstm"
);
const runner = new Runner(data);
const { typed, checked } = fixture("change_texts");

test("changes are accepted and refused as in Python, each against those before it, for the same reasons", () => {
  for (const { changes, accepted, rejected } of checked) {
    const found = new CheckedChanges(runner, runner.reader.encode(typed));
    const reasons = [];
    for (const text of changes) {
      try {
        found.add(parseChange(text, runner.reader, data.changes));
      } catch ({ message }) {
        reasons.push(message);
      }
    }
    assert.deepEqual(found.accepted.map(({ text }) => text), accepted, String(changes));
    assert.deepEqual(reasons, rejected, String(changes));
  }
});

test("all reasons are among them", () => {
  const said = checked.flatMap(({ rejected }) => rejected).join("\n");
  for (const [code, problem] of Object.entries(data.changes.problems)) {
    if (code === "no_unit") continue; // a text cannot name no unit
    const words = problem.split(/\{.*?\}/).toSorted((a, b) => b.length - a.length)[0];
    assert.ok(code === "not_one_token" || said.includes(words), code);
  }
  for (const part of ["contradict each other", "is not one token", "Keep at least one"]) {
    assert.ok(said.includes(part), part);
  }
});
