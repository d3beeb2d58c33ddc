import assert from "node:assert/strict";
import { test } from "node:test";

import { decodedClasses } from "../../../rnnviz/instrument/js/reading/character-classes.js";
import { clusterEnd } from "../../../rnnviz/instrument/js/reading/grapheme-clusters.js";
import { fixture } from "../fixtures.js";

const classes = decodedClasses(fixture("reading").readers.characters.classes);

/** The rules of UAX #29, each with two texts: one without a break, and one with a break after the first code point. */
const RULES = {
  GB3: ["\r\n", "\n\r"],
  GB5: ["a\u0301", "\n\u0301"],
  GB6: ["\u1100\u1161", "\u1161\u1100"],
  GB7: ["가\u11a8", "각가"],
  GB8: ["각\u11a8", "\u11a8\u1161"],
  GB9: ["a\u200d", "\u200da"],
  GB9a: ["กำ", "ำก"],
  GB9b: ["\u0600a", "a\u0600"],
  GB9c: ["क्ष", "कष"],
  GB11: ["👩\u200d🚀", "👩🚀"],
  GB12: ["🇩🇪", "a🇩"],
};

for (const [rule, [whole, broken]] of Object.entries(RULES)) {
  test(`${rule} joins and breaks`, () => {
    assert.equal(clusterEnd(whole, 0, classes), whole.length);
    assert.equal(clusterEnd(broken, 0, classes), [...broken][0].length);
  });
}

test("flags come in pairs", () => {
  assert.equal(clusterEnd("🇩🇪🇫🇷", 0, classes), 4);
});
