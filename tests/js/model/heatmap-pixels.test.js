import assert from "node:assert/strict";
import { test } from "node:test";

import { beyondLimits, LINES, pixelsOf, stripedPixels } from "../../../rnnviz/instrument/js/model/heatmap-pixels.js";
import { assertClose, bundled, fixture } from "../fixtures.js";

test("a pixel has the colour that Python gives the value", () => {
  for (const { scale, value, rgb, opacity } of fixture("colours")) {
    const field = { values: Float32Array.of(value), width: 1, steps: 1, rows: [0] };
    const [red, green, blue, alpha] = pixelsOf(field, scale);
    if (alpha) assert.deepEqual([red, green, blue], rgb);
    assertClose(alpha / 255, opacity, { absolute: 0.5 / 255 + 1e-6 });
  }
});

test("there is a pixel for each row and step, row by row", () => {
  const trace = bundled("names-lstm");
  const scale = { ...trace.byName.cell, limits: [-4, 4] };
  const [steps, rows] = [trace.steps, [17, 3, 63]];
  const pixels = pixelsOf({ values: trace.arrays.cell, width: trace.units, steps, rows }, scale);
  assert.equal(pixels.length, 4 * steps * rows.length);
  rows.forEach((unit, row) => {
    for (let step = 0; step < steps; step++) {
      const opacity = Math.min(Math.abs(trace.value("cell", step, unit)) / 4, 1);
      assertClose(pixels[4 * (row * steps + step) + 3] / 255, opacity, { absolute: 0.5 / 255 + 1e-6 });
    }
  });
});

test("what is beyond the scale is found, and at which end", () => {
  const trace = bundled("names-lstm");
  const rows = [...Array(trace.units).keys()].toReversed();
  const field = { values: trace.arrays.cell, width: trace.units, steps: trace.steps, rows };
  const found = beyondLimits(field, [-1.5, 2]);
  const expected = rows.flatMap((unit, row) =>
    trace.tokens.flatMap((_, step) => {
      const value = trace.value("cell", step, unit);
      return value > 2 || value < -1.5 ? [{ row, step, above: value > 2 }] : [];
    })
  );
  assert.ok(expected.length > 20 && new Set(expected.map(({ above }) => above)).size === 2);
  assert.deepEqual(found, expected);
  assert.deepEqual(
    beyondLimits({ ...field, values: Float32Array.of(1, -1), width: 1, steps: 2, rows: [0] }, [-1, 1]),
    [],
  );
});

test("a striped row has the values above and those of the unchanged run below", () => {
  const trace = bundled("names-lstm");
  const scale = { ...trace.byName.cell, limits: [-4, 4] };
  const field = { values: trace.arrays.cell, width: trace.units, steps: trace.steps, rows: [17, 3, 63] };
  const unchanged = trace.arrays.cell.map((value) => -value);
  const [above, below] = [pixelsOf(field, scale), pixelsOf({ ...field, values: unchanged }, scale)];
  const striped = stripedPixels(field, unchanged, scale);
  const line = 4 * field.steps;
  for (let k = 0; k < field.rows.length * LINES.each; k++) {
    const [row, part] = [Math.floor(k / LINES.each), k % LINES.each];
    const expected = part < LINES.each - LINES.unchanged ? above : below;
    assert.deepEqual(striped.slice(k * line, (k + 1) * line), expected.slice(row * line, (row + 1) * line));
  }
});
