import assert from "node:assert/strict";
import { test } from "node:test";

import {
  creditRow,
  creditSum,
  creditText,
  scaleEnds,
  strongestTokens,
} from "../../../rnnviz/instrument/js/model/token-credit.js";
import { assertClose, fixture, numberIn, traceOf } from "../fixtures.js";

const { payload, tokens, written, initial, cell, shares, parts, logits } = fixture("credit");
const trace = traceOf(payload);
const { memory, logit, sizes, upper } = trace.tokenValues;
const NUMBER = /(−?[\d.]+(?:e[−\d]+)?)/g;
const brief = (value) => Number(value.toPrecision(3));
const sum = (values) => values.reduce((all, value) => all + value, 0);

test("every token that is read has its value, and no other one", () => {
  for (const step of [0, 3, 8, 11]) {
    const row = creditRow(trace, memory, step);
    assertClose(row.slice(0, step + 1), written[step].slice(0, step + 1));
    assert.ok(row.slice(step + 1).every((value) => value === null));
    row.forEach((value, k) => {
      const text = creditText(trace, memory, row, k, step);
      if (value === null) assert.equal(text, "not read yet");
      else assert.equal(numberIn(text.replace("+", "")), brief(Math.fround(written[step][k])));
    });
  }
});

test("the row of a memory adds up to the state", () => {
  for (const step of [1, 5, 11]) {
    const text = creditSum(trace, memory, creditRow(trace, memory, step), step);
    const pattern = new RegExp(
      `^cell after step ${step + 1}: (\\S+) = what the tokens wrote (\\S+) \\+ initial state (\\S+)$`,
    );
    const [, total, tokensWrote, initialLeft] = text.match(pattern);
    assert.equal(numberIn(total), brief(Math.fround(cell[step])));
    assertClose(numberIn(tokensWrote), sum(written[step].slice(0, step + 1)), { relative: 0.006 });
    assertClose(numberIn(initialLeft), initial[step], { relative: 0.006 });
    assertClose(numberIn(total), numberIn(tokensWrote) + numberIn(initialLeft), {
      absolute: 0.011 * Math.max(1, Math.abs(numberIn(total))),
    });
  }
});

test("the shares of a logit add up with all their parts", () => {
  const step = 7;
  const row = creditRow(trace, logit, step);
  assertClose(row.slice(0, step + 1), shares[step].slice(0, step + 1));
  assert.ok(creditText(trace, logit, row, 0, step).endsWith("\u00a0nats"));
  const text = creditSum(trace, logit, row, step).replace(/^.*?: /, "");
  const expected = [logits[step], sum(shares[step]), parts.initial[step], parts.unexplained[step], parts.bias[step]];
  assertClose(text.match(NUMBER).map(numberIn), expected, { relative: 0.006, absolute: 1e-6 });
});

test("the three strongest tokens are named with their sign", () => {
  const step = 8;
  const order = [...Array(step + 1).keys()].sort((a, b) => Math.abs(written[step][b]) - Math.abs(written[step][a]));
  const named = order.slice(0, 3).map((k) => {
    const value = brief(written[step][k]);
    return `“${tokens[k]}” (step ${k + 1}, ${value > 0 ? "+" : "−"}${Math.abs(value)})`;
  });
  assert.ok(strongestTokens(trace, memory, creditRow(trace, memory, step)).endsWith(`${named.join(", ")}.`));
  assert.ok(!strongestTokens(trace, memory, [0, null, 0]).includes("“"));
});

test("what is never negative has a scale from zero and no signs", () => {
  assert.deepEqual(scaleEnds(sizes), ["0", "5"]);
  assert.deepEqual(scaleEnds(memory), ["−6", "0", "6"]);
  assert.deepEqual(scaleEnds(logit), ["−12\u00a0nats", "0\u00a0nats", "12\u00a0nats"]);
  const row = creditRow(trace, sizes, 8);
  assert.ok(!strongestTokens(trace, sizes, row).includes("+"));
  assert.equal(creditSum(trace, sizes, row, 8), "", "it adds up to nothing");
});

test("a direction that reads backward has read what comes later", () => {
  const backward = traceOf({ ...payload, direction: "backward" });
  assert.deepEqual(creditRow(backward, upper, 8), [...Array(8).fill(null), 1, 1, 1, 1]);
});

test("a token without a number has none", () => {
  const values = Float32Array.from(memory.values);
  values[3 * trace.steps + 1] = NaN;
  const row = creditRow(trace, { ...memory, values }, 3);
  assert.equal(row[1], null);
  assert.equal(creditText(trace, memory, row, 1, 3), "no number");
});
