import assert from "node:assert/strict";
import { test } from "node:test";

import { colourOf, faded, PREDICTION } from "../../../rnnviz/instrument/js/model/colours.js";
import { signalAt, signalsOf } from "../../../rnnviz/instrument/js/model/signals.js";
import { assertClose, bundled, fixture, traceOf } from "../fixtures.js";

const { values, probabilities } = fixture("traces")["names-lstm"];
const trace = bundled("names-lstm");
const steps = [...Array(trace.steps).keys()];

test("the prediction, every quantity and every gate's mean can colour the tokens", () => {
  const signals = signalsOf(trace).map(([signal]) => signal);
  const gates = ["forget", "input", "output"];
  assert.deepEqual(
    new Set(signals),
    new Set([
      "prediction",
      "attribution",
      ...trace.unitQuantities.map(({ name }) => name),
      ...gates.map((gate) => `mean:${gate}`),
    ]),
  );
  assert.equal(signals[0], "prediction");
});

test("without a readout there is no prediction to colour by", () => {
  const { payload } = fixture("traces")["names-rnn"];
  const silent = traceOf({ ...payload, probabilities: null });
  assert.deepEqual(signalsOf(silent).map(([signal]) => signal), ["hidden"]);
  assert.equal(signalAt(silent, "prediction", 0, 0).value, 0);
});

test("a signal has the value that Python recorded", () => {
  const valueOf = (signal, step) => signalAt(trace, signal, step, 6).value;
  const mean = (vector) => vector.reduce((sum, value) => sum + value, 0) / vector.length;
  assertClose(steps.map((step) => valueOf("prediction", step)), probabilities.map((row) => Math.max(...row)));
  assertClose(steps.map((step) => valueOf("cell", step)), values.cell.map((vector) => vector[6]));
  assertClose(steps.map((step) => valueOf("mean:forget", step)), values.forget.map(mean));
});

test("a unit that a quantity lacks has no colour", () => {
  const projected = bundled("projected");
  const signal = signalAt(projected, "hidden", 3, projected.units - 1);
  assert.deepEqual(signal, { value: 0, colour: colourOf(projected.byName.hidden, 0) });
  assert.notEqual(signalAt(projected, "cell", 3, projected.units - 1).value, 0);
});

test("a signal has a colour of its own", () => {
  const [prediction, forget] = ["prediction", "mean:forget"].map((signal) =>
    signalAt(trace, signal, trace.steps - 1, 6)
  );
  assert.equal(prediction.colour, faded(PREDICTION, prediction.value));
  assert.equal(forget.colour, colourOf(trace.byName.forget, forget.value));
});

test("an attribution colours the tokens by what they do for the answer after the current step", () => {
  const { payload, written } = fixture("credit");
  const { memory } = payload.token_values;
  const credited = traceOf({ ...payload, token_values: { attribution: memory } });
  for (const current of [3, 8]) {
    for (const step of [0, 2]) {
      const { value, colour } = signalAt(credited, "attribution", step, 0, current);
      assertClose(value, written[current][step]);
      const hue = value < 0 ? memory.negative_colour : memory.colour;
      assert.equal(colour, faded(hue, Math.min(Math.abs(value) / memory.limit, 1)));
    }
    assert.equal(signalAt(credited, "attribution", current + 1, 0, current).colour, "transparent", "not read yet");
  }
  assert.equal(signalAt(trace, "attribution", 0, 0, 3).colour, "transparent", "not computed yet");
});

test("a prediction that is no answer is fainter", () => {
  const everywhere = Object.assign(Object.create(Object.getPrototypeOf(trace)), trace, { askedSteps: null });
  const last = trace.steps - 1;
  const opacity = (of, step) => Number(signalAt(of, "prediction", step, 0).colour.match(/([\d.]+)\)$/)[1]);
  assert.deepEqual(trace.askedSteps, [last]);
  assert.equal(opacity(trace, last), opacity(everywhere, last));
  assert.ok(Math.abs(opacity(trace, 0) - 0.3 * opacity(everywhere, 0)) < 0.001);
  assert.notEqual(signalsOf(trace)[0][1], signalsOf(everywhere)[0][1]);
});
