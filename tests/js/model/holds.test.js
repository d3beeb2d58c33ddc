import assert from "node:assert/strict";
import { test } from "node:test";

import { holdAt, holdsAt, holdsSentence, holdText } from "../../../rnnviz/instrument/js/model/holds.js";
import { fixture, traceOf } from "../fixtures.js";

const { payloads } = fixture("interventions");
const trace = (name) => traceOf(payloads[name]);

test("a value that is put in place is held at it, and only where the intervention says", () => {
  const held = trace("gate");
  assert.equal(holdText(held, "forget", 3, 6), "held at 0.3 by what-if");
  assert.equal(holdText(held, "forget", 5, 6), "held at 0.3 by what-if");
  for (const [name, step, unit] of [["forget", 2, 6], ["forget", 6, 6], ["forget", 3, 7], ["cell", 3, 6]]) {
    assert.equal(holdText(held, name, step, unit), "");
    assert.equal(holdAt(held, name, step, unit), 0);
  }
  assert.equal(holdsAt(held, "forget", 6), null);
  assert.deepEqual([...holdsAt(held, "forget", 3).entries()].filter(([, hold]) => hold), [[6, 1]]);
});

test("a frozen unit is frozen in all its states", () => {
  const frozen = trace("frozen");
  for (const name of ["cell", "hidden"]) {
    assert.equal(holdText(frozen, name, 3, 6), "frozen by what-if");
    assert.equal(frozen.value(name, 3, 6), frozen.value(name, 2, 6));
  }
  assert.equal(holdText(frozen, "forget", 3, 6), "");
});

test("a sentence lists what is held, with its units", () => {
  assert.equal(holdsSentence(trace("none"), 3), "");
  assert.equal(holdsSentence(trace("gate"), 3), "By what-if, the forget gate of unit 6 is held at 0.3.");
  const frozen = holdsSentence(trace("frozen"), 3);
  assert.ok(frozen.includes("the cell state and hidden state of unit 6 are frozen (not counted)"), frozen);
  const all = holdsSentence(trace("all"), 3);
  assert.ok(all.includes("the cell state and hidden state of every unit are held at 0."));
});

test("many units are listed by the first three", () => {
  const { payload } = fixture("traces")["names-lstm"];
  const units = (held) => {
    const holds = new Uint8Array(payload.tokens.length * payload.units.hidden);
    for (const unit of held) holds[unit] = 2;
    const sent = { ...payload, holds: { forget: btoa(String.fromCharCode(...holds)) } };
    return holdsSentence(traceOf(sent), 0).match(/of (.*) is frozen/)[1];
  };
  assert.equal(units([4]), "unit 4");
  assert.equal(units([4, 9]), "units 4 and 9");
  assert.equal(units([4, 9, 11]), "units 4, 9 and 11");
  assert.equal(units([4, 9, 11, 12, 13]), "units 4, 9, 11 and 2 more");
});

test("a smaller quantity is held by its own units", () => {
  const { payload } = fixture("traces").projected;
  const units = payload.units.hidden;
  assert.ok(units < payload.units.cell);
  const held = new Uint8Array(payload.tokens.length * units);
  held[3 * units + 1] = 1;
  const projected = traceOf({ ...payload, holds: { hidden: btoa(String.fromCharCode(...held)) } });
  assert.equal(holdAt(projected, "hidden", 3, 1), 1);
  assert.match(holdsSentence(projected, 3), /^By what-if, the hidden state of unit 1 is held at/);
  assert.equal(holdsAt(projected, "hidden", 2), null);
});
