import assert from "node:assert/strict";
import { test } from "node:test";

import { decodedClasses } from "../../../rnnviz/instrument/js/reading/character-classes.js";
import { normalised, split, visible } from "../../../rnnviz/instrument/js/reading/splitting.js";
import { fixture } from "../fixtures.js";

const { readers, splits, spelled, shown } = fixture("reading");
const textOf = (units) => String.fromCharCode(...units);
const classes = Object.fromEntries(Object.entries(readers).map(([kind, data]) => [kind, decodedClasses(data.classes)]));

test("texts of letters that decide about breaks are split as Python splits them", () => {
  for (const [kind, text, pieces] of splits) {
    const found = [...split(kind, textOf(text), classes[kind], readers[kind].longest)];
    assert.deepEqual(found, pieces.map(textOf), `${kind}: ${JSON.stringify(textOf(text))}`);
  }
});

test("tokens are spelled as in vocabularies", () => {
  for (const [kind, text, expected] of spelled) {
    assert.equal(normalised(kind, textOf(text), classes[kind]), textOf(expected), JSON.stringify(textOf(text)));
  }
});

test("no label is blank", () => {
  const { signs } = readers.characters;
  for (const [token, expected] of shown) {
    assert.equal(visible(textOf(token), classes.characters, signs), textOf(expected));
  }
});

test("what Python's Unicode does not know is left as it is", () => {
  const unassigned = { unassigned: { has: (codePoint) => codePoint === 0x301 } };
  assert.equal(normalised("characters", "e\u0301", unassigned), "e\u0301");
});
