import assert from "node:assert/strict";
import { test } from "node:test";

import { VIEWS } from "../../rnnviz/instrument/js/instrument.js";
import { PREDICTION, TEXT_SHARE } from "../../rnnviz/instrument/js/model/colours.js";
import { fixture } from "./fixtures.js";

const schema = fixture("schema");
const { payload } = fixture("credit");
const sorted = (object) => Object.keys(object).toSorted();

test("a payload has the keys that are declared, and no others", () => {
  assert.deepEqual(sorted(payload), schema.Payload);
  assert.deepEqual(sorted(payload.input_vectors), schema.InputVectorsData);
  assert.deepEqual(sorted(payload.effects), schema.EffectsData);
  assert.equal(payload.unchanged, null);
  assert.deepEqual(sorted(fixture("interventions").payloads.gate.unchanged), schema.UnchangedData);
  assert.deepEqual(sorted(payload.token_values.memory), schema.TokenValuesData);
});

test("a definition has the keys that are declared, and no others", () => {
  const { definition } = payload;
  assert.deepEqual(sorted(definition), schema.DefinitionData);
  assert.deepEqual(sorted(definition.quantities[0]), schema.QuantityData);
  assert.deepEqual(sorted(definition.phases[0]), schema.PhaseData);
  assert.deepEqual(sorted(definition.gated_states[0]), schema.GatedStateData);
  assert.deepEqual(sorted(Object.values(definition.activations)[0]), schema.ActivationData);
  assert.deepEqual(sorted(definition.weights), schema.WeightsData);
});

test("a model has the keys that are declared, and no others", () => {
  const [{ model }] = fixture("forward").bundled;
  assert.deepEqual(sorted(model), schema.ModelData);
  assert.deepEqual(sorted(model.layers[0][0]), schema.LayerData);
  assert.deepEqual(sorted(model.embedding), schema.TableData);
  assert.deepEqual(sorted(model.head), schema.HeadData);
  const [layer] = fixture("forward").random.flatMap((each) => each.model.head.layers);
  assert.deepEqual(sorted(layer), schema.HeadLayerData);
});

test("the views have the names and the order that Python knows", () => {
  assert.deepEqual(Object.keys(VIEWS), fixture("constants").views);
});

test("probability and words have the colours that figures and pages give them", () => {
  assert.equal(PREDICTION, fixture("constants").prediction);
  assert.equal(TEXT_SHARE, fixture("constants").text_share);
});
