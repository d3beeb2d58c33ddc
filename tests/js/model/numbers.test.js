import assert from "node:assert/strict";
import { test } from "node:test";

import * as numbers from "../../../rnnviz/instrument/js/model/numbers.js";
import { fixture, numberIn } from "../fixtures.js";

const { brief, clamp, decimal, exact, operand, percent, signedBrief, signedFixed, significant, summand, withMinus } =
  numbers;
const SPACE = numbers.HARD_SPACE;

test("every minus is a real one", () => {
  assert.equal(withMinus("-1e-7"), "−1e−7");
  for (const write of [brief, exact, decimal, signedBrief, signedFixed, summand]) {
    assert.ok(write(-2.5).includes("−2.5") || write(-2.5).includes(`−${SPACE}2.5`));
  }
});

test("three significant digits are those of Python", () => {
  for (const { value, rounded } of fixture("significant")) {
    assert.equal(numberIn(brief(value)), rounded, String(value));
    assert.equal(numberIn(signedBrief(value).replace("+", "")), rounded);
  }
});

test("a sign is written unless the number is zero", () => {
  assert.deepEqual([0.412, -0.412, 0, -0, 1e-9].map(signedBrief), ["+0.412", "−0.412", "0", "0", "+1e−9"]);
  assert.deepEqual([0.824, -0.551, 0.001, -0.001, 0].map((value) => signedFixed(value)), [
    "+0.82",
    "−0.55",
    "0.00",
    "0.00",
    "0.00",
  ]);
});

test("no trailing zeros in few digits", () => {
  assert.deepEqual([significant(12.5, 3), significant(100, 3), significant(0.25, 6)], ["12.5", "100", "0.25"]);
  assert.equal(exact(1 / 3), "0.333333");
});

test("three decimals, and no negative zero", () => {
  assert.deepEqual([0, 1, 0.5, -1, -0].map((value) => decimal(value)), ["0.000", "1.000", "0.500", "−1.000", "0.000"]);
});

test("what is nearly 0 or 1 is not written as 0 or 1", () => {
  assert.deepEqual([0.9997, 1.0004, 0.0003, -0.0003].map((value) => decimal(value)), [
    "0.9997",
    "1.0004",
    "0.0003",
    "−0.0003",
  ]);
  assert.deepEqual([0.99996, 0.999999].map((value) => decimal(value)), ["0.99996", "1.000"]);
  assert.equal(decimal(0.9997, 3), "1.000");
});

test("a number among others carries its sign", () => {
  assert.deepEqual([summand(0.25), summand(-0.25), summand(-0.0000001)], [
    `+${SPACE}0.250`,
    `−${SPACE}0.250`,
    `+${SPACE}0.000`,
  ]);
  assert.deepEqual([operand(0.25), operand(-0.25), operand(-0.99996, 4)], ["0.250", "(−0.250)", "(−1.000)"]);
});

test("less than all is never 100 %, and more than nothing never 0 %", () => {
  const written = [0, 0.004, 0.5, 0.996, 1].map((share) => percent(share).replace(SPACE, " "));
  assert.deepEqual(written, ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]);
});

test("a number is kept between two others", () => {
  assert.deepEqual([clamp(-1, 0, 5), clamp(9, 0, 5), clamp(3, 0, 5), clamp(-Infinity, 0, 5)], [0, 5, 3, 0]);
});
