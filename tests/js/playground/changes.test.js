import assert from "node:assert/strict";
import { test } from "node:test";

import { changeWords, parseChange, shortened, targetOf } from "../../../rnnviz/instrument/js/playground/changes.js";
import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { fixture } from "../fixtures.js";

const { playground: data } = fixture("payloads").bundled.find(({ playground: { model } }) =>
  model.name === "names-lstm"
);
const { reader } = new Runner(data);
const { cases, unreadable } = fixture("change_texts");
const parsed = (text) => parseChange(text, reader, data.changes);

test("a change reads back to the text and the words that Python has for it", () => {
  for (const { text, again, words } of cases) {
    const change = parsed(text);
    assert.equal(change.text, again);
    assert.equal(changeWords(change, data.cells[0].definition.quantities, reader, data.changes), words);
  }
});

test("what is no change is refused in Python's words", () => {
  for (const { text, error } of unreadable) {
    assert.throws(() => parsed(text), (thrown) => thrown instanceof InputError && thrown.message === error, text);
  }
});

test("a target is all but the value", () => {
  assert.equal(targetOf(parsed("forget.3@2=0.5")), "forget.3@2");
  assert.equal(targetOf(parsed("zero.3")), "zero.3");
});

test("a long text is cut between letters", () => {
  assert.equal(shortened("👩👩👩", 2), "👩👩…");
  assert.equal(shortened("ab", 2), "ab");
});
