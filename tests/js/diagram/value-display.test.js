import assert from "node:assert/strict";
import { test } from "node:test";

import {
  before,
  complement,
  gated,
  now,
  squashed,
  unrecorded,
} from "../../../rnnviz/instrument/js/diagram/geometry.js";
import * as display from "../../../rnnviz/instrument/js/diagram/value-display.js";
import { equationFor } from "../../../rnnviz/instrument/js/model/equations.js";
import { assertClose, bundled } from "../fixtures.js";

const { formulaPieces, inkOf, labelPieces, meanOf, numbersOf, scaleOf, wordsOf } = display;
const trace = bundled("names-lstm");
const text = (pieces) => pieces.map((piece) => piece.text + (piece.sub ? `_${piece.sub}` : "")).join("");

test("a value is the product of its factors", () => {
  const [gate, old] = [trace.vector("forget", 3), trace.valuesBefore("cell", 3)];
  assertClose(numbersOf(gated(now("forget"), before("cell")), trace, 3), gate.map((value, unit) => value * old[unit]));
  assertClose(numbersOf(complement("forget"), trace, 3), gate.map((value) => 1 - value));
  assertClose(numbersOf(squashed("cell", "tanh"), trace, 3), trace.vector("cell", 3).map(Math.tanh));
});

test("what is not recorded has no numbers", () => {
  assert.equal(numbersOf(unrecorded("hidden"), trace, 3), null);
  assert.equal(numbersOf(squashed("cell", "mystery"), trace, 3), null);
  assert.equal(numbersOf(now("nothing"), trace, 3), null);
});

test("a value has the quantity's scale or its own", () => {
  assert.equal(scaleOf(now("cell"), trace), trace.byName.cell);
  assert.deepEqual(scaleOf(squashed("cell", "tanh"), trace).limits, [-1, 1]);
});

test("labels write factors with their times", () => {
  assert.equal(text(labelPieces(gated(now("forget"), before("cell")), trace)), "f_t ⊙ c_t−1");
  assert.equal(text(labelPieces(complement("forget"), trace)), "(1 − f_t)");
  assert.equal(text(labelPieces(squashed("cell", "tanh"), trace)), "tanh(c_t)");
});

test("formulas in boxes show the times of old states only", () => {
  assert.equal(text(formulaPieces(equationFor(trace, "cell").right, trace)), "f\u2009⊙\u2009c_t−1 + i\u2009⊙\u2009g");
  const tied = bundled("tied");
  assert.equal(text(formulaPieces(equationFor(tied, "forget").right, tied)), "1 − i");
  const projected = bundled("projected");
  assert.equal(text(formulaPieces(equationFor(projected, "hidden").right, projected)), "W_hr\u2009m");
});

test("a value can be said in words", () => {
  assert.equal(wordsOf(gated(now("forget"), before("cell")), trace), "forget gate × cell state before");
  assert.equal(wordsOf(complement("forget"), trace), "(1 − forget gate)");
  assert.equal(wordsOf(squashed("cell", "tanh"), trace), "tanh of the cell state");
});

test("ink is the theme's colour or else the plain one", () => {
  assert.equal(inkOf({ name: "input_vector", colour: "#7F7F7F" }), "var(--role-input-vector, #7F7F7F)");
});

test("a mean is a mean", () => assertClose(meanOf(new Float32Array([1, 2, 6])), 3));
