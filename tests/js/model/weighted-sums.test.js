import assert from "node:assert/strict";
import { test } from "node:test";

import { activatedSumOf, boundsOf, weightedSumsAt } from "../../../rnnviz/instrument/js/model/weighted-sums.js";
import { assertClose, bundled, fixture, traceOf } from "../fixtures.js";

for (
  const [name, quantity] of [["names-lstm", "candidate"], ["names-lstm", "forget"], ["names-gru", "candidate"], [
    "names-rnn",
    "hidden",
  ]]
) {
  test(`every value of ${quantity} in ${name} lies on its curve over the weighted sum`, () => {
    const trace = bundled(name);
    const activated = activatedSumOf(trace, quantity);
    for (const step of [0, 3, trace.steps - 1]) {
      const sums = weightedSumsAt(trace, activated, step);
      assertClose(Array.from(sums, activated.compute), trace.vector(quantity, step), { absolute: 2e-6 });
      assert.ok(Math.max(...sums.map(Math.abs)) > 1, "sums that are all small would test nothing");
    }
  });
}

test("the sums are those of the weights", () => {
  const trace = bundled("names-lstm");
  const { forget } = fixture("weighted_sums");
  forget.forEach((sums, step) =>
    assertClose(weightedSumsAt(trace, activatedSumOf(trace, "forget"), step), sums, { absolute: 1e-5 })
  );
});

test("an activation has the bounds of its values", () => {
  const bounds = (name, quantity) => boundsOf(activatedSumOf(bundled(name), quantity));
  assert.deepEqual(bounds("names-lstm", "candidate"), [-1, 1]);
  assert.deepEqual(bounds("names-lstm", "forget"), [0, 1]);
  assert.deepEqual(boundsOf({ low: 0, high: Infinity }), [0]);
});

test("what is not activated from a weighted sum has no curve", () => {
  const trace = bundled("names-lstm");
  assert.deepEqual(["cell", "hidden", "nothing"].map((name) => activatedSumOf(trace, name)), [null, null, null]);
});

test("without its input vectors a trace has no sums", () => {
  const { payload } = fixture("traces")["names-lstm"];
  const trace = traceOf({ ...payload, input_vectors: null });
  assert.equal(weightedSumsAt(trace, activatedSumOf(trace, "forget"), 3), null);
});
