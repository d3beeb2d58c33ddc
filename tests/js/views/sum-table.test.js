import assert from "node:assert/strict";
import { test } from "node:test";

import { equationFor } from "../../../rnnviz/instrument/js/model/equations.js";
import { scopeOf, valueOf, weightedSumOf } from "../../../rnnviz/instrument/js/model/terms.js";
import { rowsOf } from "../../../rnnviz/instrument/js/views/sum-table.js";
import { assertClose, bundled, fixture, numberIn, traceOf } from "../fixtures.js";

function table(trace, name, step, unit) {
  const sum = weightedSumOf(equationFor(trace, name));
  const scope = scopeOf(trace, step, unit);
  return { rows: rowsOf(sum, scope), total: valueOf(sum, scope) };
}

test("the rows add up to the sum, which comes last", () => {
  for (const [name, quantity] of [["names-lstm", "forget"], ["names-gru", "candidate"], ["names-rnn", "hidden"]]) {
    const { rows, total } = table(bundled(name), quantity, 3, 6);
    const { symbol, amount, whole } = rows.pop();
    assert.deepEqual([symbol, whole], ["sum", true]);
    assertClose([amount, rows.reduce((sum, row) => sum + row.amount, 0)], [total, total], { absolute: 1e-9 });
  }
});

test("eight terms, the biases and the others have a row each", () => {
  const { rows } = table(bundled("names-lstm"), "forget", 3, 6);
  const names = rows.map(({ symbol, index }) => `${symbol}${index ?? ""}`);
  assert.ok(names.slice(0, 8).every((name) => /^[xh]\d+$/.test(name)));
  assert.deepEqual(names.slice(8), ["bif", "bhf", "88 others", "sum"]);
});

test("a term shows its weight and its value", () => {
  const { rows } = table(bundled("names-lstm"), "forget", 3, 6);
  const [weight, value] = rows[0].factors.replace(/[()]/g, "").split(" × ").map(numberIn);
  assertClose(weight * value, rows[0].amount, { absolute: 2e-3 });
});

test("a gate in front of a term is named", () => {
  const { rows } = table(bundled("names-gru"), "candidate", 3, 6);
  assert.ok(rows.some(({ factors }) => factors?.startsWith("r × ")));
});

test("a peephole has a row of its own", () => {
  const { payload } = fixture("equations").find(({ cell }) => cell.startsWith("peephole"));
  const { rows } = table(traceOf(payload), "forget", 2, 3);
  assert.ok(
    rows.some(({ symbol, index }) => symbol.startsWith("p") || `${symbol}${index}` === "pf"),
    JSON.stringify(rows.map(({ symbol }) => symbol)),
  );
});
