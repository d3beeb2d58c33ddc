import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeBytes, decodeFloats, decodeHalves, unpack } from "../../../rnnviz/instrument/js/model/arrays.js";
import { fixture, traceOf } from "../fixtures.js";

const base64 = (array) => btoa(String.fromCharCode(...new Uint8Array(array.buffer)));
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

test("half precision is decoded as NumPy encodes it", () => {
  const { base64: text, values } = fixture("halves");
  for (const numbers of [text, new Uint16Array(bytesOf(text).buffer)]) {
    const decoded = decodeHalves(numbers);
    assert.deepEqual([...decoded], [...Float32Array.from(values)]);
    assert.ok(Object.is(decoded[1], -0));
  }
});

test("single precision and bytes are decoded exactly", () => {
  const floats = new Float32Array([0, -0, 1.5, -3.4e38, 1e-45, Infinity]);
  assert.deepEqual(decodeFloats(base64(floats)), floats);
  assert.equal(decodeFloats(floats), floats);
  const bytes = new Uint8Array([0, 1, 2, 255]);
  assert.deepEqual(decodeBytes(base64(bytes)), bytes);
  assert.equal(decodeBytes(bytes), bytes);
});

for (const [name, { packed, payload }] of Object.entries(fixture("packed"))) {
  test(`the trace is the same beside the JSON as inside it: ${name}`, () => {
    const bytes = bytesOf(packed);
    assert.deepEqual(traceOf(unpack(bytes)), traceOf(payload));
    for (const offset of [1, 2, 3]) { // in a message the data may begin anywhere
      const message = new Uint8Array(offset + bytes.length);
      message.set(bytes, offset);
      assert.deepEqual(traceOf(unpack(message.subarray(offset))), traceOf(payload));
    }
  });
}
