import assert from "node:assert/strict";
import { test } from "node:test";

import { decodedClasses } from "../../../rnnviz/instrument/js/reading/character-classes.js";
import { filled, general, quoted, shortNumber } from "../../../rnnviz/instrument/js/reading/templates.js";
import { fixture } from "../fixtures.js";

const { noises } = fixture("reading");
const { hidden } = decodedClasses(noises.reader.classes);
const textOf = (units) => String.fromCharCode(...units);

test("numbers are written as by Python's format", () => {
  for (const [text, expected] of noises.general) {
    assert.equal(general(Number(text.replace("inf", "Infinity"))), expected, text);
  }
});

test("numbers are short as Python's are", () => {
  for (const [text, expected] of noises.short) assert.equal(shortNumber(Number(text)), expected, text);
  assert.deepEqual([NaN, Infinity, -Infinity].map(shortNumber), ["not a number", "inf", "−inf"]);
});

test("texts are quoted as Python quotes them", () => {
  for (const [text, expected] of noises.quoted) assert.equal(quoted(textOf(text), hidden), textOf(expected));
});

test("a value enters a sentence as it is, even if it looks like a field", () => {
  assert.equal(
    filled("{name} and {name!r}: {count}", { name: "{count}", count: 2 }, hidden),
    "{count} and '{count}': 2",
  );
});
