import assert from "node:assert/strict";
import { test } from "node:test";

import { readWords } from "../../../rnnviz/instrument/js/model/read-words.js";

test("what is read as numbers is neither a token nor a text", () => {
  const wrong = /token|text/;
  for (const words of Object.values(readWords({ tokenKind: "numbers" }))) assert.doesNotMatch(words, wrong);
  assert.match(readWords({ tokenKind: "words" }).token, wrong);
});
