import assert from "node:assert/strict";
import { test } from "node:test";

import { Reader } from "../../../rnnviz/instrument/js/reading/reader.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { assertClose, fixture } from "../fixtures.js";

const { cases } = fixture("reading");
const textOf = (units) => String.fromCharCode(...units);

function assertSameReading(reader, { text, limit, error, ...expected }) {
  const typed = textOf(text);
  const about = JSON.stringify(typed);
  if (error) {
    assert.throws(() => reader.encode(typed, limit), (thrown) => {
      assert.ok(thrown instanceof InputError, `${about}: ${thrown}`);
      assert.equal(thrown.message, textOf(error), about);
      return true;
    });
    return;
  }
  const encoding = reader.encode(typed, limit);
  assert.deepEqual(encoding.tokens, expected.tokens.map(textOf), about);
  assert.deepEqual(encoding.tokens.map((token) => reader.visible(token)), expected.shown.map(textOf), about);
  assertClose(encoding.inputs, expected.inputs, { absolute: 0, about });
  assert.deepEqual(encoding.unknown, expected.unknown, about);
  assert.equal(encoding.truncated, expected.truncated, about);
  assert.deepEqual(reader.remarks(encoding), expected.remarks.map(textOf), about);
}

for (const { reader: data, readings } of cases) {
  const about = `${data.kind} (${data.tokens.length || data.vector_size}${data.end ? ", end" : ""})`;
  test(`a vocabulary of ${about} reads texts drawn at random as Python does, or says the same`, () => {
    const reader = new Reader(data);
    for (const reading of readings) assertSameReading(reader, reading);
  });
}

test("texts of every outcome are among them", () => {
  for (const kind of ["characters", "words", "numbers"]) {
    const all = cases.filter(({ reader }) => reader.kind === kind).flatMap(({ readings }) => readings);
    for (const name of ["error", "truncated"]) assert.ok(all.filter((reading) => reading[name]).length > 3, name);
    if (kind !== "numbers") assert.ok(all.filter(({ unknown }) => unknown?.includes(true)).length > 50);
    assert.ok(all.filter(({ tokens }) => tokens?.length > 1).length > 50);
  }
});
