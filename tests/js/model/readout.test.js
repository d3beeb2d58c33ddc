import assert from "node:assert/strict";
import { test } from "node:test";

import { pushes } from "../../../rnnviz/instrument/js/model/readout.js";
import { assertClose, bundled, fixture, traceOf } from "../fixtures.js";

test("the hidden state at the end pushes the answer as Python's direct contribution says", () => {
  for (const name of ["names-lstm", "names-gru", "names-rnn"]) {
    const trace = bundled(name);
    const { direct } = fixture("traces")[name];
    const { label } = trace.effects;
    const last = Float64Array.from(trace.vector("hidden", trace.steps - 1));
    assertClose(pushes(trace, trace.labels.indexOf(label), last), direct, { absolute: 1e-5 });
  }
});

test("a lower layer has no readout of its own", () => {
  const { payloads } = fixture("backward");
  assert.equal(traceOf(payloads["0f"]).readout, null);
  const [forward, backward] = ["1f", "1b"].map((place) => traceOf(payloads[place]));
  assert.equal(forward.readout.length, forward.labels.length * forward.width("hidden"));
  assert.notDeepEqual(forward.readout, backward.readout);
});
