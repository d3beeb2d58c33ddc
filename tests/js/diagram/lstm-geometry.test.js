import assert from "node:assert/strict";
import { test } from "node:test";

import { lstmGeometry } from "../../../rnnviz/instrument/js/diagram/lstm-geometry.js";
import { bundled } from "../fixtures.js";
import { assertApart, assertDrawable } from "./cell-check.js";

test("the LSTM can be drawn with any function on its cell state", () => {
  const trace = bundled("names-lstm");
  for (const squash of ["tanh", "linear", "clipped tanh"]) {
    const geometry = lstmGeometry({ squash });
    assertDrawable(geometry, trace);
    assertApart(geometry, "wide");
    assertApart(geometry, "narrow");
    assert.ok(Object.values(geometry.nodes).some(({ kind, text }) => kind === "function" && text === squash));
  }
});

test("the gates of the LSTM are on the wires of what they gate", () => {
  const { wires } = lstmGeometry({});
  const gates = wires.filter(({ gate }) => gate).map(({ gate, value }) => [gate.of, value.of]);
  assert.deepEqual(gates, [["forget", "cell"], ["input", "candidate"], ["output", "hidden"]]);
});
