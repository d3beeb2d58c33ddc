import assert from "node:assert/strict";
import { test } from "node:test";

import { equationFor, equationsOf } from "../../../rnnviz/instrument/js/model/equations.js";
import {
  decompose,
  hasWeights,
  isComputable,
  largestTerms,
  lastOperands,
  leavesOf,
  scopeOf,
  valueOf,
  weightedSumOf,
} from "../../../rnnviz/instrument/js/model/terms.js";
import { assertClose, bundled, fixture, overStepsAndUnits, traceOf } from "../fixtures.js";

for (const { cell, options, quantities, payload, values } of fixture("equations")) {
  test(`every equation of ${cell} ${JSON.stringify(options)} gives the recorded values`, () => {
    const trace = traceOf(payload);
    const computed = equationsOf(trace).filter((equation) => isComputable(trace, equation.right));
    assert.deepEqual(new Set(computed.map(({ target }) => target)), new Set(quantities));
    for (const { target, right } of computed) {
      const found = overStepsAndUnits(trace, target, (step, unit) => valueOf(right, scopeOf(trace, step, unit)));
      assertClose(found, values[target], { absolute: 1e-5, relative: 1e-4, about: target });
    }
  });
}

for (const name of ["names-lstm", "names-gru", "names-rnn", "tied", "writes", "before"]) {
  test(`every weighted sum of ${name} is its terms and constants`, () => {
    const trace = bundled(name);
    for (const equation of equationsOf(trace)) {
      const sum = weightedSumOf(equation);
      assert.equal(sum === null, !hasWeights(equation.right));
      if (!sum) continue;
      for (const [step, unit] of [[0, 0], [2, 3], [trace.steps - 1, trace.units - 1]]) {
        const scope = scopeOf(trace, step, unit);
        const { terms, constants } = decompose(sum, scope);
        const amounts = [...terms, ...constants].map(({ amount }) => amount);
        assertClose(amounts.reduce((all, amount) => all + amount, 0), valueOf(sum, scope), { absolute: 1e-9 });
        assert.ok(terms.length >= trace.units && constants.length >= 1);
      }
    }
  });
}

test("the largest terms come first, and the others add up", () => {
  const trace = bundled("names-lstm");
  const equation = equationFor(trace, "forget");
  const { terms } = decompose(weightedSumOf(equation), scopeOf(trace, 3, 6));
  const { largest, others, rest } = largestTerms(terms, 8);
  const sizes = largest.map(({ amount }) => Math.abs(amount));
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
  assert.equal(largest.length + others, terms.length);
  assert.ok(terms.filter((term) => !largest.includes(term)).every(({ amount }) => Math.abs(amount) <= sizes.at(-1)));
  assertClose(
    largest.reduce((sum, { amount }) => sum + amount, rest),
    terms.reduce((sum, { amount }) => sum + amount, 0),
  );
});

test("a sum that a gate multiplies names the gate", () => {
  const trace = bundled("names-gru"); // reset after the matrix product
  const { terms, constants } = decompose(
    weightedSumOf(equationFor(trace, "candidate")),
    scopeOf(trace, 3, 6),
  );
  assert.deepEqual(new Set(terms.map(({ gate }) => gate)), new Set(["", "r"]));
  assert.deepEqual(constants.map(({ gate }) => gate).toSorted(), ["", "r"]);
});

test("an equation is computable only with weights and values", () => {
  const { payload } = fixture("traces")["names-lstm"];
  const equation = (trace) => equationFor(trace, "forget");
  const check = (changes) => {
    const trace = traceOf({ ...payload, ...changes });
    return isComputable(trace, equation(trace).right);
  };
  assert.ok(check({}));
  assert.ok(!check({ definition: { ...payload.definition, weights: null } }));
  assert.ok(!check({ input_vectors: null }));
});

test("the last operation is shown alone unless it is the only one", () => {
  const trace = bundled("names-lstm");
  const kinds = (name) => lastOperands(equationFor(trace, name))?.map(({ kind }) => kind) ?? null;
  assert.deepEqual(kinds("forget"), ["sum"]);
  assert.deepEqual(kinds("cell"), ["product", "product"]);
  assert.deepEqual(kinds("hidden"), ["value", "apply"]);
  const tied = bundled("tied");
  assert.equal(lastOperands(equationFor(tied, "forget")), null);
});

test("the leaves are what numbers replace", () => {
  const trace = bundled("names-lstm");
  assert.deepEqual(leavesOf(equationFor(trace, "forget").right).map(({ kind }) => kind), [
    "matrix",
    "bias",
    "matrix",
    "bias",
  ]);
  assert.deepEqual(leavesOf(equationFor(trace, "cell").right).map(({ name }) => name), [
    "forget",
    "cell",
    "input",
    "candidate",
  ]);
});
