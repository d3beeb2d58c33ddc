import assert from "node:assert/strict";
import { test } from "node:test";

import { functionOf, operationOf, partsOf } from "../../../rnnviz/instrument/js/model/elementwise.js";
import { assertClose, fixture } from "../fixtures.js";

const z = { kind: "value", name: "z", is_before: false };
const number = (value) => ({ kind: "number", value });

test("every primitive computes what Python computes", () => {
  for (const { name, points, values } of fixture("primitives")) {
    const operation = operationOf({ kind: "primitive", name, arguments: points[0].map(number) });
    assertClose(points.map((point) => operation(...point)), values, { absolute: 1e-15, relative: 1e-14, about: name });
  }
});

test("every kind of node computes a number from those of its parts", () => {
  const cases = [
    [number(0.5), [], 0.5],
    [{ kind: "sum", terms: [z, z, z] }, [1, 2, 4], 7],
    [{ kind: "product", factors: [z, z, z] }, [2, 3, 4], 24],
    [{ kind: "quotient", dividend: z, divisor: z }, [3, 4], 0.75],
    [{ kind: "complement", of: z }, [3], -2],
    [{ kind: "primitive", name: "max", arguments: [z, z] }, [3, 4], 4],
  ];
  for (const [node, values, expected] of cases) {
    assert.equal(operationOf(node)(...values), expected, node.kind);
    assert.equal(partsOf(node).length, values.length, node.kind);
  }
  assert.throws(() => operationOf({ kind: "bias", parameter: "bias_ih", block: "a" }));
});

test("a curve is a function of z", () => {
  const positive = { kind: "primitive", name: "max", arguments: [z, number(0)] };
  const curve = { kind: "sum", terms: [{ kind: "product", factors: [number(2), positive] }, number(-1)] };
  assert.deepEqual([-3, 0, 3].map(functionOf(curve)), [-1, -1, 5]);
});
