import assert from "node:assert/strict";
import { test } from "node:test";

import { FORMS } from "../../../rnnviz/instrument/js/diagram/geometry.js";
import { arrowHead, halfOf, pointsOf, roundedPath } from "../../../rnnviz/instrument/js/diagram/wiring.js";

const form = { ...FORMS.wide, strip: [20, 10], operation: 5 };
const strip = { kind: "strip", value: { of: "hidden", factors: [] } };
const nodes = { a: strip, b: strip, dot: { kind: "corner" }, circle: { kind: "operation", of: "cell", text: "+" } };

test("a wire runs from border to border", () => {
  const places = { a: [0, 0], b: [100, 0], circle: [100, 50] };
  assert.deepEqual(pointsOf({ path: ["a", "b"] }, nodes, places, form), [[10, 0], [90, 0]]);
  assert.deepEqual(pointsOf({ path: ["a", "circle"] }, nodes, places, form), [[0, 5], [0, 50], [95, 50]]);
});

test("a wire that has to turn leaves across the flow of time", () => {
  const places = { a: [0, 0], b: [100, 60] };
  assert.deepEqual(pointsOf({ path: ["a", "b"] }, nodes, places, form), [[0, 5], [0, 60], [90, 60]]);
  const narrow = { ...form, turnsFirst: "x" };
  assert.deepEqual(pointsOf({ path: ["a", "b"] }, nodes, places, narrow), [[10, 0], [100, 0], [100, 55]]);
});

test("a straight wire ends at the border that it meets", () => {
  const places = { a: [0, 0], b: [100, 3] };
  assert.deepEqual(pointsOf({ path: ["a", "b"], straight: true }, nodes, places, form), [[10, 0], [90, 0]]);
});

test("a wire whose node has no place is left out", () => {
  assert.equal(pointsOf({ path: ["a", "b"] }, nodes, { a: [0, 0] }, form), null);
});

test("corners are rounded, but never beyond the middle of a side", () => {
  assert.equal(roundedPath([[0, 0], [100, 0]], 10), "M0,0L100,0");
  assert.equal(roundedPath([[0, 0], [100, 0], [100, 100]], 10), "M0,0L90,0Q100,0 100,10L100,100");
  assert.equal(roundedPath([[0, 0], [10, 0], [10, 100]], 10), "M0,0L5,0Q10,0 10,10L10,100");
});

test("an arrow points along the last piece of its wire", () => {
  assert.equal(arrowHead([[0, 0], [10, 0]], 2), "M10,0L7,-1.7L7,1.7Z");
  assert.equal(arrowHead([[0, 0], [0, 10]], 2), "M0,10L-1.7,7L1.7,7Z");
});

test("every kind of node has a size", () => {
  const sizes = ["strip", "gate", "join", "token", "function", "operation"].map((kind) => halfOf({ kind }, FORMS.wide));
  assert.ok(sizes.every(([width, height]) => width > 0 && height > 0));
  assert.deepEqual(halfOf({ kind: "corner" }, FORMS.wide), [0, 0]);
  const [wide, plain] = [true, false].map((long) => halfOf({ kind: "function", wide: long }, FORMS.wide)[0]);
  assert.ok(wide > plain);
});
