import assert from "node:assert/strict";
import { test } from "node:test";

import { notchPath, outlinePath } from "../../../rnnviz/instrument/js/model/heatmap-marks.js";

/** The cells on either side of whose edges an outline runs: every edge once, as [x, y, "across" or "down"]. */
function edgesOf(path) {
  return [...path.matchAll(/M(\d+) (\d+)([HV])(\d+)/g)].flatMap(([, x, y, way, end]) => {
    const from = Number(way === "H" ? x : y);
    return Array.from({ length: Number(end) - from }, (_, k) => {
      return way === "H" ? `${from + k},${y},across` : `${x},${from + k},down`;
    });
  }).toSorted();
}

test("an outline runs along every edge between inside and outside, and no other", () => {
  const [steps, rows] = [7, 5];
  for (let seed = 1; seed < 20; seed++) {
    const inside = Array.from({ length: steps * rows }, (_, k) => (k * seed * 7919 + seed) % 13 < 6);
    const at = (step, row) => step >= 0 && step < steps && row >= 0 && row < rows && inside[row * steps + step];
    const expected = [];
    for (let row = 0; row <= rows; row++) {
      for (let step = 0; step <= steps; step++) {
        if (step < steps && at(step, row) !== at(step, row - 1)) expected.push(`${step},${row},across`);
        if (row < rows && at(step, row) !== at(step - 1, row)) expected.push(`${step},${row},down`);
      }
    }
    assert.deepEqual(edgesOf(outlinePath(steps, rows, at, [1, 1])), expected.toSorted());
  }
});

test("a rectangle is four lines of its size", () => {
  const isInside = (step, row) => step >= 1 && step < 4 && row === 2;
  assert.equal(outlinePath(6, 5, isInside, [10, 9]), "M10 18H40M10 27H40M10 18V27M40 18V27");
});

test("a notch is inside its cell, at the edge that the value is beyond", () => {
  const [width, height] = [20, 9];
  for (const above of [true, false]) {
    const path = notchPath([{ row: 3, step: 2, above }], [width, height]);
    const [, x, y, back, , inner] = path.match(/M([\d.]+) ([\d.]+)h(-[\d.]+)L([\d.]+) ([\d.]+)z/).map(Number);
    assert.equal(x, 3 * width);
    assert.equal(y, (above ? 3 : 4) * height);
    assert.ok(-back > 3 && -back <= 0.6 * height + 1e-9);
    assert.ok(inner > 3 * height && inner < 4 * height);
  }
  assert.equal(notchPath([], [20, 9]), "");
});
