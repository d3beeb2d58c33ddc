import assert from "node:assert/strict";
import { test } from "node:test";

import {
  childrenOf,
  equationFor,
  equationsOf,
  mainQuantity,
  parseEquation,
  plainEquation,
  someNode,
  textOf,
  ungrouped,
} from "../../../rnnviz/instrument/js/model/equations.js";
import { bundled, fixture } from "../fixtures.js";

const quantity = (name, before = false) => ({ kind: "quantity", name, before });

test("all equations of all cells are parsed", () => {
  const payloads = [...fixture("equations"), ...Object.values(fixture("traces"))].map(({ payload }) => payload);
  for (const payload of payloads) {
    const latex = payload.phases.flatMap(({ equations }) => equations);
    const computed = payload.phases.flatMap(({ computes }) => computes).filter((name) => name !== "input_vector");
    assert.equal(equationsOf(payload).length, latex.length);
    assert.deepEqual(new Set(equationsOf(payload).map(({ target }) => target)), new Set(computed));
  }
});

test("an equation becomes a tree", () => {
  const { target, tree } = parseEquation(String.raw`\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t`);
  assert.equal(target, "cell");
  assert.deepEqual(tree, {
    kind: "sum",
    terms: [
      { sign: 1, of: { kind: "product", factors: [quantity("forget"), quantity("cell", true)] } },
      { sign: 1, of: quantity("input") },
    ],
  });
});

test("weights belong to the input or to the old state", () => {
  const { tree } = parseEquation(String.raw`\q{hidden}_t = \tanh(W_{ih} \q{input_vector}_t + b_{hh} + p_{f})`);
  assert.deepEqual(tree, {
    kind: "call",
    name: "tanh",
    of: {
      kind: "group",
      of: {
        kind: "sum",
        terms: [
          { sign: 1, of: { kind: "matrix", part: "ih", label: "ih", of: quantity("input_vector") } },
          { sign: 1, of: { kind: "bias", part: "hh", label: "hh" } },
          { sign: 1, of: { kind: "peephole", label: "f" } },
        ],
      },
    },
  });
});

test("one minus a gate, and a leading minus, keep their signs", () => {
  const { tree } = parseEquation(String.raw`\q{forget}_t = 1 - \q{input}_t`);
  assert.deepEqual(tree.terms.map(({ sign }) => sign), [1, -1]);
  const leading = parseEquation(String.raw`\q{a}_t = - \q{b}_t`);
  assert.deepEqual(leading.tree, { kind: "sum", terms: [{ sign: -1, of: quantity("b") }] });
});

test("what is not written in the cells' dialect is not parsed", () => {
  for (
    const latex of [
      "",
      "x = 1",
      String.raw`\q{a}_t = `,
      String.raw`\q{a}_t = W_{xy} \q{b}_t`,
      String.raw`\q{a}_t = (1`,
      String.raw`\q{a}_t = \frac{1}{2}`,
    ]
  ) {
    assert.equal(parseEquation(latex), null, latex);
  }
});

test("functions have names of their own", () => {
  for (
    const [latex, name] of [[String.raw`\sigma`, "sigma"], [String.raw`\mathrm{relu}`, "relu"], [
      String.raw`\f{elu(0.7) within 2}`,
      "elu(0.7) within 2",
    ]]
  ) {
    assert.equal(parseEquation(String.raw`\q{a}_t = ${latex}(\q{b}_t)`).tree.name, name);
  }
});

test("a node as text leaves out the times", () => {
  const trace = bundled("names-lstm");
  const text = (name) => textOf(equationFor(trace, name).tree, trace.byName);
  assert.equal(text("cell"), "f ⊙ c + i ⊙ g");
  assert.equal(text("forget"), "σ (W_if x + b_if + W_hf h + b_hf)");
  const coupled = bundled("coupled");
  assert.equal(textOf(equationFor(coupled, "forget").tree, coupled.byName), "1 − i");
});

test("a product is about the old state rather than its gate", () => {
  const trace = bundled("names-lstm");
  const [kept, written] = childrenOf(equationFor(trace, "cell").tree);
  assert.deepEqual(mainQuantity(kept), quantity("cell", true));
  assert.deepEqual(mainQuantity(written), quantity("input"));
  assert.equal(mainQuantity({ kind: "bias", part: "ih", label: "if" }), null);
});

test("nodes are searched to the bottom, and freed of their parentheses", () => {
  const { tree } = equationFor(bundled("names-lstm"), "hidden");
  assert.ok(someNode(tree, ({ kind }) => kind === "call"));
  assert.ok(!someNode(tree, ({ kind }) => kind === "matrix"));
  assert.deepEqual(ungrouped({ kind: "group", of: { kind: "group", of: quantity("a") } }), quantity("a"));
});

test("an equation that cannot be parsed is shown as plain text", () => {
  const { byName } = bundled("names-lstm");
  const latex = String.raw`\q{cell}_t = \left(\q{forget}_t \odot \f{sigmoid}(x)\right)\, \alpha`;
  assert.equal(plainEquation(latex, byName), "c_t = (f_t ⊙ σ(x))  alpha");
});
