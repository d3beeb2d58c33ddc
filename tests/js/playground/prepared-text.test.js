import assert from "node:assert/strict";
import { test } from "node:test";

import { prepare, withChange } from "../../../rnnviz/instrument/js/playground/prepared-text.js";
import { ForwardModel } from "../../../rnnviz/instrument/js/model/forward.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { Reader } from "../../../rnnviz/instrument/js/reading/reader.js";
import { fixture } from "../fixtures.js";

const { playground: data } = fixture("payloads").bundled.find(({ playground: { model } }) =>
  model.name === "names-lstm"
);
const playground = { data, model: new ForwardModel(data.model), reader: new Reader(data.reader) };

test("without changes a text is read as it was typed", () => {
  const { typed, encoding, typedRows, holds, changes } = prepare(playground, "Ada");
  assert.equal(typed, encoding);
  assert.deepEqual([encoding.tokens, typedRows], [["A", "d", "a", "<end>"], [0, 1, 2, 3]]);
  assert.deepEqual([holds, changes], [[], []]);
});

test("tokens are swapped and removed, and steps count as typed", () => {
  const { encoding, typedRows, holds, rejected } = prepare(playground, "Ada", ["remove@1", "swap@3=n", "forget@2-3=1"]);
  assert.deepEqual([encoding.tokens, typedRows, rejected], [["d", "n", "<end>"], [1, 2, 3], []]);
  assert.deepEqual([holds.length, holds[0].first, holds[0].end], [1, 0, 2]);
});

test("a change counts once, and there is room for as many as the page has", () => {
  const many = Array.from({ length: 70 }, (_, unit) => `forget.${unit % 64}@1=${unit < 64 ? 1 : 0.5}`);
  const { changes, rejected } = prepare(playground, "Ada", ["forget=1.0", "forget=1", ...many]);
  assert.equal(changes.length, data.changes.most);
  assert.equal(rejected.length, 1);
});

test("of zeros with either sign, the first counts, as in Python", () => {
  for (const [texts, value] of [[["forget=0", "forget=-0"], 0], [["forget=-0", "forget=0"], -0]]) {
    const { changes } = prepare(playground, "Ada", texts);
    assert.deepEqual(changes.map((change) => change.value), [value]);
  }
});

test("a new change takes the place of one of the same values", () => {
  const before = ["forget.3@2=0.5", "zero.4", "nonsense"];
  assert.deepEqual(withChange(playground, before, "forget.3@2=1"), ["zero.4", "nonsense", "forget.3@2=1"]);
  assert.throws(() => withChange(playground, before, "forget"), InputError);
});
