import assert from "node:assert/strict";
import { test } from "node:test";

import { ForwardModel } from "../../../rnnviz/instrument/js/model/forward.js";
import { assertClose, fixture } from "../fixtures.js";

const { bundled } = fixture("forward");
const model = new ForwardModel(bundled.find(({ model: { name } }) => name === "counter-gru").model);
const run = model.run([1, 1, 2, 2]);
const [[layer]] = model.layers;

test("a program runs as often as asked, over as many steps as asked", () => {
  const program = model.programOf(layer, run.inputs[0]);
  const { hidden } = run.layers[0][0].values;
  for (const steps of [4, 2, 4]) {
    assert.deepEqual(program.run(steps, {}).values.hidden, hidden.slice(0, steps * layer.units.hidden));
  }
});

test("a silenced unit is that of a run in which its states are held at zero", () => {
  const program = model.programOf(layer, run.inputs[0]);
  const held = { layer: 0, direction: "forward", quantity: "hidden", units: [3], first: 0, end: 4, value: 0 };
  const recorded = (name) => run.layers[0][0].values[name].subarray(0, layer.units[name]);
  program.place.before = { hidden: new Float64Array(layer.units.hidden) };
  const hidden = program.silenced(3, ["hidden"], 4, recorded);
  assertClose(hidden, program.run(4, {}, [held]).values.hidden, { absolute: 1e-12 });
});
