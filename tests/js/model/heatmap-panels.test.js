import assert from "node:assert/strict";
import { test } from "node:test";

import { displayOrder, likeliestLabels, panelContents } from "../../../rnnviz/instrument/js/model/heatmap-panels.js";
import { bundled, fixture, storeOf, traceOf } from "../fixtures.js";

const names = (contents) => contents.map(({ name }) => name);

test("the heatmaps are those of rnnviz.figures, in their order", () => {
  for (const { model, display_order: expected } of fixture("heatmaps")) {
    const { trace, state } = storeOf(model);
    assert.deepEqual(displayOrder(trace), expected);
    assert.deepEqual(names(panelContents(trace, state, null)), ["prediction", ...expected]);
    const all = { ...state, allRows: true };
    assert.deepEqual(names(panelContents(trace, all, null)), ["prediction", ...expected, "input_vector"]);
  }
});

test("the labels are the likeliest ones, with the answer first", () => {
  for (const { model, labels } of fixture("heatmaps")) {
    const trace = bundled(model);
    const found = likeliestLabels(trace).map((label) => trace.labels[label]);
    assert.deepEqual(found, labels.slice(0, 5));
    const last = trace.probabilitiesAt(trace.steps - 1);
    assert.equal(found[0], trace.labels[last.indexOf(Math.max(...last))]);
  }
});

test("named heatmaps are shown in the order of their names, and those that do not exist are not", () => {
  const { trace, state } = storeOf("names-gru");
  assert.deepEqual(names(panelContents(trace, state, ["update", "forget", "hidden"])), ["update", "hidden"]);
  const { payload } = fixture("traces")["names-gru"];
  const silent = traceOf({ ...payload, probabilities: null });
  assert.deepEqual(names(panelContents(silent, state, ["prediction", "hidden"])), ["hidden"]);
  const reduced = traceOf({ ...payload, input_vectors: null });
  assert.ok(!names(panelContents(reduced, { ...state, allRows: true }, null)).includes("input_vector"));
});

test("a smaller quantity has fewer rows", () => {
  const { trace, state } = storeOf("projected", { allRows: true });
  for (const { name, kind, field } of panelContents(trace, state, null)) {
    if (kind === "units") assert.deepEqual([field.width, field.rows.length], [trace.width(name), trace.width(name)]);
  }
});

test("a heatmap knows what its rows are", () => {
  const { trace, state } = storeOf("names-lstm", { allRows: true });
  const contents = panelContents(trace, state, null);
  for (const { name, kind, field, rowNames } of contents) {
    assert.equal(rowNames.length, field.rows.length);
    assert.equal(field.values.length, field.width * trace.steps, name);
    if (kind === "units") assert.deepEqual(rowNames, field.rows.map(String));
  }
  const input = contents.at(-1);
  assert.deepEqual([input.kind, input.field.rows.length], ["inputs", trace.inputSize]);
  assert.deepEqual(contents.filter(({ clipped }) => clipped).map(({ name }) => name), ["cell", "input_vector"]);
});
