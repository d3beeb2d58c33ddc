import assert from "node:assert/strict";
import { test } from "node:test";

import { CharacterClass, stripped } from "../../../rnnviz/instrument/js/reading/character-classes.js";

const vowels = new CharacterClass("2p 1 3 1"); // a and e

test("a class has the code points of its ranges", () => {
  const found = [..."abcdefg"].filter((letter) => vowels.has(letter.codePointAt(0)));
  assert.deepEqual(found, ["a", "e"]);
  assert.ok(!vowels.has(0) && !vowels.has(0x10ffff));
});

test("a place counts from the beginning of its range", () => {
  const digits = new CharacterClass("1c a"); // 0 to 9
  assert.deepEqual([..."059"].map((digit) => digits.placeInRange(digit.codePointAt(0))), [0, 5, 9]);
});

test("what belongs to a class goes from both ends alone", () => {
  assert.equal(stripped("aebcae", vowels), "bc");
  assert.equal(stripped("aea", vowels), "");
});

test("an empty class has nothing", () => {
  assert.ok(!new CharacterClass("").has(65));
});
