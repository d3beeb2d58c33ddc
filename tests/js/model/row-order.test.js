import assert from "node:assert/strict";
import { test } from "node:test";

import { chained, TOP, unitRows, unitsByEffect } from "../../../rnnviz/instrument/js/model/row-order.js";
import { bundled, fixture } from "../fixtures.js";

const trace = bundled("names-lstm");
const numbers = (count) => [...Array(count).keys()];
const same = (units) => units.toSorted((a, b) => a - b);

test("units are in the order of their effects, as Python sorts them", () => {
  for (const { model, by_effect: expected } of fixture("heatmaps")) {
    assert.deepEqual(unitsByEffect(bundled(model)), expected, model);
  }
});

test("a few rows are those of the largest effects, in any order", () => {
  const top = unitsByEffect(trace).slice(0, TOP);
  const state = { allRows: false, unit: top[3] };
  assert.deepEqual(unitRows(trace, { ...state, rowOrder: "effect" }), top);
  assert.deepEqual(unitRows(trace, { ...state, rowOrder: "number" }), same(top));
  assert.deepEqual(same(unitRows(trace, { ...state, rowOrder: "similar" })), same(top));
});

test("a selected unit is always among the rows, and nothing else moves", () => {
  const byEffect = unitsByEffect(trace);
  for (const unit of byEffect) {
    const rows = unitRows(trace, { rowOrder: "effect", allRows: false, unit });
    assert.equal(rows.length, TOP);
    assert.deepEqual(rows.slice(0, TOP - 1), byEffect.slice(0, TOP - 1));
    assert.ok(rows.includes(unit));
  }
});

test("all rows are all units", () => {
  for (const rowOrder of ["effect", "similar", "number"]) {
    const rows = unitRows(trace, { rowOrder, allRows: true, unit: 0 });
    assert.deepEqual(same(rows), numbers(trace.units));
  }
  const few = bundled("counter-lstm");
  assert.deepEqual(same(unitRows(few, { rowOrder: "effect", allRows: false, unit: 0 })), numbers(few.units));
});

test("a projection has as many rows as it has units, and the rest has those of the effects", () => {
  const projected = bundled("projected");
  const width = projected.width("hidden");
  assert.ok(TOP < width && width < projected.units);
  for (const rowOrder of ["effect", "similar", "number"]) {
    for (const units of [width, projected.units]) {
      const all = unitRows(projected, { rowOrder, allRows: true, unit: 0 }, units);
      assert.deepEqual(same(all), numbers(units), rowOrder);
    }
    const beyond = unitRows(projected, { rowOrder, allRows: false, unit: width }, width);
    assert.deepEqual(same(beyond), numbers(TOP), rowOrder);
  }
});

test("points on a line are chained along the line", () => {
  const places = [5, 1, 9, 3, 7, 2, 8, 0, 6, 4];
  const distance = (a, b) => Math.abs(places[a] - places[b]);
  const along = chained(numbers(10), distance).map((unit) => places[unit]);
  assert.ok([numbers(10), numbers(10).toReversed()].some((line) => line.every((place, k) => place === along[k])));
});

test("a chain of similar rows is much shorter than the order of the units", () => {
  const values = (unit) => trace.tokens.map((_, step) => trace.value("hidden", step, unit));
  const distance = (a, b) => Math.hypot(...values(a).map((value, step) => value - values(b)[step]));
  const length = (rows) => rows.slice(1).reduce((sum, unit, k) => sum + distance(rows[k], unit), 0);
  const similar = unitRows(trace, { rowOrder: "similar", allRows: true, unit: 0 });
  assert.ok(length(similar) < 0.75 * length(numbers(trace.units)));
});
