import assert from "node:assert/strict";
import { test } from "node:test";

import {
  equationFor,
  equationsOf,
  isBracketed,
  isWeight,
  mainPhase,
  mainValue,
  partText,
  phaseOf,
  someNode,
  textOf,
  weightSymbol,
  writtenEquation,
} from "../../../rnnviz/instrument/js/model/equations.js";
import { partsOf } from "../../../rnnviz/instrument/js/model/elementwise.js";
import { bundled, fixture } from "../fixtures.js";

const value = (name, before = false) => ({ kind: "value", name, is_before: before });

test("every quantity of every cell has an equation", () => {
  const sent = [...fixture("equations"), ...Object.values(fixture("traces"))];
  for (const { payload: { definition } } of sent) {
    const computed = definition.phases.flatMap(({ computes }) => computes).filter((name) => name !== "input_vector");
    assert.deepEqual(equationsOf(definition).map(({ target }) => target), computed);
    for (const name of computed) assert.equal(equationFor(definition, name).target, name);
  }
});

test("a linear activation is not written, wherever it is", () => {
  const linear = (of) => ({ kind: "apply", function: "linear", of });
  const sum = { kind: "sum", terms: [linear(value("a")), { kind: "complement", of: linear(linear(value("b"))) }] };
  const tanh = { kind: "apply", function: "tanh", of: { kind: "product", factors: [linear(sum), value("c")] } };
  const { right } = writtenEquation({ target: "a", right: linear(tanh) });
  assert.ok(!someNode(right, (node) => node.function === "linear"));
  const ratio = { kind: "quotient", dividend: linear(value("a")), divisor: linear(value("b")) };
  const larger = { kind: "primitive", name: "max", arguments: [ratio, linear(value("c"))] };
  const { right: unwrapped } = writtenEquation({ target: "a", right: larger });
  assert.ok(!someNode(unwrapped, (node) => node.function === "linear"));
  assert.equal(textOf(unwrapped, {}), "max(a / b, c)");
  const plain = { kind: "sum", terms: [value("a"), { kind: "complement", of: value("b") }] };
  assert.deepEqual(right, { ...tanh, of: { kind: "product", factors: [plain, value("c")] } });
});

test("brackets are written where a part binds less tightly than its node needs", () => {
  const [a, b] = [value("a"), value("b")];
  const sum = { kind: "sum", terms: [a, b] };
  const product = { kind: "product", factors: [a, b] };
  const complement = { kind: "complement", of: a };
  const matrix = { kind: "matrix", parameter: "weight_hh", block: "a", of: product };
  const tanh = { kind: "apply", function: "tanh", of: a };
  const cases = [[sum, product, false], [sum, complement, true], [product, sum, true], [product, tanh, false]];
  for (const [node, part, expected] of [...cases, [matrix, product, true], [matrix, a, false], [tanh, a, true]]) {
    assert.equal(isBracketed(node, part), expected, `${part.kind} in ${node.kind}`);
  }
  assert.equal(textOf({ kind: "product", factors: [complement, sum] }, {}), "(1 − a) ⊙ (a + b)");
  assert.equal(textOf(matrix, {}), "W_ha (a ⊙ b)");
  const quotient = {
    kind: "quotient",
    dividend: a,
    divisor: { kind: "sum", terms: [b, { kind: "number", value: -2 }] },
  };
  const larger = { kind: "primitive", name: "max", arguments: [sum, { kind: "product", factors: [a, quotient] }] };
  assert.equal(textOf(larger, {}), "max(a + b, a ⊙ a / (b + −2))");
  assert.deepEqual([partText(matrix, product, {}), partText(sum, product, {})], ["(a ⊙ b)", "a ⊙ b"]);
});

test("weights are written by their parameter and the symbol of their quantity", () => {
  const { byName } = bundled("names-lstm");
  const symbol = (kind, parameter) => weightSymbol({ kind, parameter, block: "forget" }, byName);
  assert.deepEqual(symbol("matrix", "weight_ih"), ["W", "if"]);
  assert.deepEqual(symbol("bias", "bias_hh"), ["b", "hf"]);
  assert.deepEqual(symbol("diagonal", "weight_peephole"), ["p", "f"]);
  assert.deepEqual(symbol("layer_norm", "weight_norm"), ["LN", "f"]);
  assert.deepEqual(symbol("matrix", "weight_hr"), ["W", "hr"]);
});

test("a node as text leaves out the times", () => {
  const trace = bundled("names-lstm");
  const text = (name) => textOf(equationFor(trace, name).right, trace.byName);
  assert.equal(text("cell"), "f ⊙ c + i ⊙ g");
  assert.equal(text("forget"), "σ (W_if x + b_if + W_hf h + b_hf)");
  const tied = bundled("tied");
  assert.equal(textOf(equationFor(tied, "forget").right, tied.byName), "1 − i");
});

test("a product is about the old state rather than its gate", () => {
  const trace = bundled("names-lstm");
  const [kept, written] = partsOf(equationFor(trace, "cell").right);
  assert.deepEqual(mainValue(kept), value("cell", true));
  assert.deepEqual(mainValue(written), value("input"));
  assert.equal(mainValue({ kind: "bias", parameter: "bias_ih", block: "forget" }), null);
});

test("nodes are searched to the bottom", () => {
  const { right } = equationFor(bundled("names-lstm"), "hidden");
  assert.ok(someNode(right, ({ kind }) => kind === "apply"));
  assert.ok(!someNode(right, isWeight));
});

test("every quantity has a phase, and the main one computes what is passed on", () => {
  for (const [name, state] of [["names-lstm", "cell"], ["names-gru", "hidden"], ["names-rnn", "hidden"]]) {
    const trace = bundled(name);
    assert.ok(trace.phases[mainPhase(trace)].computes.includes(state));
    for (const { name: quantity } of trace.unitQuantities) {
      assert.ok(trace.phases[phaseOf(trace, quantity)].computes.includes(quantity));
    }
    assert.equal(phaseOf(trace, "nothing"), null);
  }
});
