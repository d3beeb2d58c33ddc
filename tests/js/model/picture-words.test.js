import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, pictureWords, wrapped } from "../../../rnnviz/instrument/js/model/picture-words.js";
import { storeOf } from "../fixtures.js";

function wordsOf(state, about = {}) {
  const store = storeOf("names-lstm", { step: 3, unit: 6, ...state });
  return pictureWords(store.trace, store.state, { title: "Diagram", figure: "cell", text: "Schmidhuber", ...about });
}

test("a picture says which model, which text and which moment it shows", () => {
  const { title, lines, name } = wordsOf({});
  assert.deepEqual([title, lines], ["Diagram", ["names-lstm reads “Schmidhuber”", "step 4 of 12, “m” · unit 6"]]);
  assert.equal(name, "names-lstm-Schmidhuber-step-4-cell");
});

test("and the phase and what was changed, where there is any", () => {
  const notes = { remarks: [], changes: [{ text: "forget=1", words: "forget gate = 1" }], dimmed: false };
  const { lines } = wordsOf({ phase: 1, notes });
  assert.deepEqual(lines.slice(1), ["step 4 of 12, “m” · unit 6 · phase Forget", "What if: forget gate = 1"]);
});

test("without a text the tokens stand for it, and a long one is cut", () => {
  assert.match(wordsOf({}, { text: undefined }).lines[0], /“Schmidhuber∎”$/);
  const long = wordsOf({}, { text: "never ".repeat(99) });
  assert.ok(long.lines[0].endsWith("…”") && long.lines[0].length < 110 && long.name.length < 80);
});

test("the name of a file has letters, digits and hyphens of any script", () => {
  assert.equal(fileName(["a/b", '..\\c:*?"<>|', "", "Müller 42", "李"]), "a-b-c-Müller-42-李");
  assert.equal(fileName(["../../x", "\u0000"]), "x");
  assert.equal(fileName(["x".repeat(99)]).length, 32);
});

test("lines are broken between words, and keep all of them", () => {
  const line = "one two three four five";
  const widthOf = (text) => text.length;
  assert.deepEqual(wrapped([line, "six"], 9, widthOf), ["one two", "three", "four five", "six"]);
  assert.equal(wrapped([line], 4, widthOf).join(" "), line);
  assert.deepEqual(wrapped([line], 99, widthOf), [line]);
});
