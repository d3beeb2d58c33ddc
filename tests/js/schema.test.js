import assert from "node:assert/strict";
import { test } from "node:test";

import { fixture } from "./fixtures.js";

const schema = fixture("schema");
const { payload } = fixture("credit");
const sorted = (object) => Object.keys(object).toSorted();

test("a payload has the keys that are declared, and no others", () => {
  assert.deepEqual(sorted(payload), schema.Payload);
  assert.deepEqual(sorted(payload.quantities[0]), schema.QuantityData);
  assert.deepEqual(sorted(payload.phases[0]), schema.PhaseData);
  assert.deepEqual(sorted(Object.values(payload.activations)[0]), schema.ActivationData);
  assert.deepEqual(sorted(payload.weights), schema.WeightsData);
  assert.deepEqual(sorted(payload.token_values.memory), schema.TokenValuesData);
});
