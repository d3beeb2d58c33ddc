import assert from "node:assert/strict";
import { test } from "node:test";

import { gridOf, shadeOf } from "../../../rnnviz/instrument/js/diagram/vector-strip.js";

test("all units fit into the grid of a strip, in cells close to squares", () => {
  for (const size of [[96, 24], [76, 19], [480, 30]]) {
    for (let count = 1; count <= 512; count++) {
      const { columns, rows } = gridOf(count, size);
      assert.ok(columns * rows >= count && columns * rows - count < Math.max(columns, rows), `${count} in ${size}`);
      assert.ok(rows <= size[1]);
    }
  }
  assert.deepEqual(gridOf(64, [96, 24]), { columns: 16, rows: 4 });
  assert.deepEqual(gridOf(1, [96, 24]), { columns: 1, rows: 1 });
});

test("values have the shades of their scale, infinite ones its ends, and what is not a number has none", () => {
  const shades = [-2, -1, -0.5, 0, 0.5, 1, Infinity, -Infinity].map((value) => shadeOf(value, [-1, 1]));
  assert.deepEqual(shades, [-16, -16, -8, 0, 8, 16, 16, -16]);
  assert.equal(shadeOf(NaN, [-1, 1]), null);
});
