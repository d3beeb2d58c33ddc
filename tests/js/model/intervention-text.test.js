import assert from "node:assert/strict";
import { test } from "node:test";

import {
  holdIntervention,
  tokenIntervention,
  unitIntervention,
} from "../../../rnnviz/instrument/js/model/intervention-text.js";
import { bundled, fixture, traceOf } from "../fixtures.js";

const POSITION = { step: 3, unit: 6 };
const places = Object.fromEntries(
  Object.entries(fixture("backward").payloads).map(([place, payload]) => [place, traceOf(payload)]),
);

test("holds are written as Python writes them, in all layers and directions", () => {
  for (const { place, span, all, value, kind, text } of fixture("holds")) {
    const trace = places[place];
    const wanted = { quantity: "cell", allUnits: all, span, value };
    assert.equal(kind ? unitIntervention(trace, kind, POSITION) : holdIntervention(trace, wanted, POSITION), text);
  }
});

test("tokens of any characters are swapped as Python writes them", () => {
  const { swaps, read_back: readBack } = fixture("interventions");
  const trace = bundled("names-lstm");
  swaps.forEach(({ units, text }, k) => {
    assert.equal(tokenIntervention(trace, "swap", POSITION, String.fromCharCode(...units)), text);
    assert.equal(readBack[k], text, "Python reads it");
  });
});

test("steps count as typed once a token has been removed", () => {
  const trace = traceOf(fixture("interventions").payloads.removed); // without step 2
  const hold = { quantity: "forget", allUnits: false, value: 1 };
  assert.equal(holdIntervention(trace, { ...hold, span: "step" }, POSITION), "forget.6@5=1");
  assert.equal(holdIntervention(trace, { ...hold, span: "onward" }, POSITION), "forget.6@5-12=1");
  assert.equal(unitIntervention(trace, "freeze", POSITION), "freeze.6@5-12");
  assert.equal(tokenIntervention(trace, "remove", POSITION), "remove@5");
  assert.equal(tokenIntervention(trace, "remove", { step: 0, unit: 6 }), "remove@1");
});

test("a range of one step is that step", () => {
  const trace = bundled("names-lstm");
  const last = { step: trace.steps - 1, unit: 6 };
  const hold = { quantity: "cell", allUnits: true, span: "onward", value: -2.5 };
  assert.equal(holdIntervention(trace, hold, last), "cell@12=-2.5");
  assert.equal(unitIntervention(trace, "freeze", last), "freeze.6@12");
});
