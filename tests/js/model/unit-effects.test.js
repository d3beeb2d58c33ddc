import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeFloats } from "../../../rnnviz/instrument/js/model/arrays.js";
import { ForwardModel } from "../../../rnnviz/instrument/js/model/forward.js";
import { likeliest, unitEffects } from "../../../rnnviz/instrument/js/model/unit-effects.js";
import { Reader } from "../../../rnnviz/instrument/js/reading/reader.js";
import { assertClose, fixture } from "../fixtures.js";

const { bundled } = fixture("payloads");
const { playground, runs } = bundled.find(({ playground: { model } }) => model.name === "names-lstm");
const model = new ForwardModel(playground.model);
const text = String.fromCharCode(...runs[0].text);
const { inputs } = new Reader(playground.reader).encode(text);
const run = model.run(inputs);
/** @param {Parameters<typeof unitEffects>} of */
function measured(...of) {
  const measuring = unitEffects(...of);
  let next = measuring.next();
  while (!next.done) next = measuring.next();
  return next.value;
}

const rules = { ...playground.effects, ...playground.cells[0] };
const where = { layer: 0, direction: "forward", hasHolds: false };

test("the effects are those of Python, about the same answer", () => {
  const { values, answer, measure } = measured(model, run, rules, where);
  const { effects } = runs[0].payload;
  assertClose(values, decodeFloats(effects.values), { absolute: 1e-5, relative: 1e-5 });
  assert.equal(model.labels[answer], effects.label);
  assert.equal(measure, effects.measure);
});

test("an effect is what the lead loses when all states of the unit are held at zero over the last steps", () => {
  const { values } = measured(model, run, rules, where);
  const steps = 8; // 131,072 gate values are 8 steps of 64 units with 256 rows
  const lead = (logits) => {
    const last = [...logits.slice(-model.labels.length)];
    const answer = likeliest(run);
    const [own] = last.splice(answer, 1);
    return own - last.reduce((sum, logit) => sum + logit) / last.length;
  };
  for (const unit of [0, 28, 63]) {
    const holds = ["cell", "hidden"].map((quantity) => {
      return { ...where, quantity, units: [unit], first: run.steps - steps, end: run.steps, value: 0 };
    });
    assertClose(lead(run.logits) - lead(model.run(inputs, { holds }).logits), values[unit], { absolute: 1e-6 });
  }
});

test("where values are held, a unit's direct contribution takes the place of its effect", () => {
  const { measure } = measured(model, run, rules, { ...where, hasHolds: true });
  assert.ok(measure.startsWith("direct contribution"));
});

test("the first of equal labels leads, and one that is no number before all", () => {
  assert.equal(likeliest({ probabilities: Float64Array.of(1, 0, 0.2, 0.4, 0.4, 0), steps: 2 }), 0);
  assert.equal(likeliest({ probabilities: Float64Array.of(0.5, NaN, NaN), steps: 1 }), 1);
});
