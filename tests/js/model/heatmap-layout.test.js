import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutOf, rowHeight } from "../../../rnnviz/instrument/js/model/heatmap-layout.js";

const LSTM = { ratio: 1, steps: 12, unitPanels: 6, nameWidth: 66, numberWidth: 26, tokenWidth: 10 };
const WIDTHS = [240, 324, 340, 480, 520, 600, 760, 1200];
const cases = [1, 1.5, 2, 3].flatMap((ratio) =>
  WIDTHS.flatMap((width) => [1, 3, 12, 37, 90, 256].map((steps) => ({ ...LSTM, ratio, width, steps })))
);
const isWhole = (number) => Math.abs(number - Math.round(number)) < 1e-9;

test("all heatmaps fit into the width, beside each other or not", () => {
  for (const request of cases) {
    const { columns, gutters, cellWidth } = layoutOf(request);
    assert.equal(gutters.length, columns);
    const total = gutters.reduce((sum, gutter) => sum + gutter, 0) + columns * request.steps * cellWidth;
    assert.ok(total <= request.width, JSON.stringify(request));
  }
});

test("cells are whole pixels of the screen where they can be seen one by one", () => {
  for (const request of cases) {
    const { cellWidth } = layoutOf(request);
    const pixels = cellWidth * request.ratio;
    assert.ok(isWhole(pixels) || pixels < 3, JSON.stringify(request));
  }
});

test("there are two columns where there is room and something to put into them", () => {
  const columns = (change) => layoutOf({ ...LSTM, width: 600, ...change }).columns;
  assert.equal(columns({}), 2);
  assert.equal(columns({ width: 340 }), 1);
  assert.equal(columns({ unitPanels: 1 }), 1);
  assert.equal(columns({ steps: 200 }), 1);
});

test("a short text has cells no wider than its tokens need", () => {
  assert.equal(layoutOf({ ...LSTM, width: 600, steps: 2 }).cellWidth, 32);
  assert.equal(layoutOf({ ...LSTM, width: 600, steps: 2, tokenWidth: 40 }).cellWidth, 48);
});

test("a few rows can be read, many have whole pixels in little height", () => {
  for (const ratio of [1, 1.5, 2]) {
    assert.ok(Math.abs(rowHeight(12, ratio) - 9) < 0.5);
    for (const rows of [1, 12, 32, 64, 100, 256, 700]) {
      const height = rowHeight(rows, ratio);
      assert.ok(isWhole(height * ratio) && height > 0);
      assert.ok(rows * height <= Math.max(1.5 * 130, rows / ratio));
    }
  }
});
