import assert from "node:assert/strict";
import { test } from "node:test";

import { alignedTraces } from "../../../rnnviz/instrument/js/model/aligned-traces.js";
import { panelContents } from "../../../rnnviz/instrument/js/model/heatmap-panels.js";
import { holdAt } from "../../../rnnviz/instrument/js/model/holds.js";
import { spokenWords } from "../../../rnnviz/instrument/js/model/narration.js";
import { unitRows } from "../../../rnnviz/instrument/js/model/row-order.js";
import { runTraces } from "../../../rnnviz/instrument/js/model/run-traces.js";
import { Store } from "../../../rnnviz/instrument/js/model/store.js";
import { assertClose, fixture, traceOf } from "../fixtures.js";

const { texts, tokens, difference } = fixture("runs");
const alone = [texts, texts.runs[0].payload].map(traceOf);
const aligned = alignedTraces(...alone, texts.comparison);

test("each text has its own values in its columns, and a gap in the others", () => {
  for (const [side, trace] of [aligned.first, aligned.second].entries()) {
    assert.deepEqual(trace.tokens.map((_, column) => trace.isGap(column)), tokens[side].map((token) => token === null));
    texts.comparison.columns.forEach((rows, column) => {
      const row = rows[side];
      const own = row === null ? new Float32Array(trace.width("cell")).fill(NaN) : alone[side].vector("cell", row);
      assert.deepEqual(trace.vector("cell", column), own);
    });
  }
});

test("the difference is that of rnnviz.analysis", () => {
  const trace = aligned.difference;
  for (const [name, rows] of Object.entries(difference)) {
    rows.forEach((row, column) => {
      const values = [...trace.vector(name, column)];
      if (trace.isGap(column)) assert.ok(values.every(Number.isNaN) && row.every((value) => value === null));
      else assertClose(values, row, { about: name });
    });
  }
});

test("both texts and their difference show the same units, labels and columns", () => {
  const contents = Object.values(aligned).map((trace) => panelContents(trace, new Store(trace).state, null));
  for (const others of contents.slice(1)) {
    others.forEach(({ name, field }, k) => {
      assert.deepEqual([name, field.rows, field.steps], [
        contents[0][k].name,
        contents[0][k].field.rows,
        contents[0][k].field.steps,
      ]);
    });
  }
  contents[0].forEach(({ scale }, k) => assert.deepEqual(scale, contents[1][k].scale));
});

test("units that differ most come first", () => {
  const { effects, defaultUnit } = aligned.first;
  const largest = difference.hidden[0].map((_, unit) =>
    Math.max(...difference.hidden.map((row) => Math.abs(row[unit])))
  );
  assertClose([...effects.values], largest);
  assert.equal(defaultUnit, largest.indexOf(Math.max(...largest)));
});

test("a changed run keeps its held values in its columns, and its rows are those of the unchanged one", () => {
  const { what_if: payload } = fixture("runs");
  const traces = runTraces(payload);
  const [changed, unchanged] = [traces.get(""), traces.get("other")];
  assert.deepEqual([changed.steps, changed.isGap(2), unchanged.isGap(2)], [8, true, false]);
  const held = [...Array(8).keys()].filter((step) => holdAt(changed, "forget", step, 2));
  assert.deepEqual(held, [5]);
  const rows = [...traces.values()].map((trace) => unitRows(trace, new Store(trace).state, 64));
  for (const each of rows) assert.deepEqual(each, rows[0]);
});

test("what is read aloud names both texts, and the gap of one", () => {
  const trace = aligned.first;
  const gap = tokens[1].indexOf(null);
  assert.match(spokenWords(trace, gap), /^The first text: .*The second text: no token here\.$/);
});
