import assert from "node:assert/strict";
import { test } from "node:test";

import { prepare } from "../../../rnnviz/instrument/js/playground/prepared-text.js";
import { Reader } from "../../../rnnviz/instrument/js/reading/reader.js";
import { fixture } from "../fixtures.js";

const { playground } = fixture("payloads").bundled.find(({ playground: { model } }) => model.name === "names-lstm");
const reader = new Reader(playground.reader);

test("without changes a text is read as it was typed", () => {
  const { typed, encoding, typedRows, holds, changes } = prepare(reader, "Ada", []);
  assert.equal(typed, encoding);
  assert.deepEqual([encoding.tokens, typedRows], [["A", "d", "a", "<end>"], [0, 1, 2, 3]]);
  assert.deepEqual([holds, changes], [[], []]);
});
