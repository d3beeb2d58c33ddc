import assert from "node:assert/strict";
import { test } from "node:test";

import { Reader } from "../../../rnnviz/instrument/js/reading/reader.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { numberOf, parseNumbers } from "../../../rnnviz/instrument/js/reading/typed-numbers.js";
import { assertClose, fixture } from "../fixtures.js";

const { noises } = fixture("reading");
const reader = new Reader(noises.reader);
const textOf = (units) => String.fromCharCode(...units);

test("the noise that a page holds is that of NumPy", () => {
  for (const { text, inputs, tokens } of noises.held) {
    const encoding = reader.encode(textOf(text));
    assertClose(encoding.inputs, inputs, { absolute: 0, about: textOf(text) });
    assert.deepEqual(encoding.tokens, tokens.map(textOf));
  }
});

test("other noise is refused", () => {
  for (const text of noises.missing) assert.throws(() => parseNumbers(text, reader, 256), InputError, text);
});

test("digits of all scripts are read", () => {
  assert.equal(numberOf("−१٣.５", reader.classes), -13.5);
  assert.equal(numberOf("1.2.3", reader.classes), null);
});
