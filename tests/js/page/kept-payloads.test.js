import assert from "node:assert/strict";
import { test } from "node:test";

import { completed } from "../../../rnnviz/instrument/js/page/kept-payloads.js";
import { fixture } from "../fixtures.js";

const sent = fixture("runs").cells;
const alone = ({ id, token_values, token_values_id }) => ({ id, token_values, token_values_id });
const again = { ...alone(sent), runs: sent.runs.map(({ name, payload }) => ({ name, payload: alone(payload) })) };

test("what was sent once is filled in, for one call after another", () => {
  const whole = completed(sent);
  for (let call = 0; call < 2; call++) {
    assert.deepEqual(completed({ ...again, text: "x" }), { ...whole, text: "x" });
  }
});

test("a run that is not there is missing", () => {
  completed(sent);
  const other = { ...again, runs: [{ name: "rnn", payload: { ...again.runs[0].payload, id: "lost" } }] };
  assert.equal(completed(other), null);
});

test("a definition stays although other runs come", () => {
  completed(sent);
  const { definition, ...rest } = sent;
  assert.deepEqual(completed({ ...rest, definition: null, runs: [] })?.definition, definition);
  assert.equal(completed({ ...rest, id: "new", definition: null, model_key: "lost", runs: [] }), null);
});
