import assert from "node:assert/strict";
import { test } from "node:test";

import { timeAxis } from "../../../rnnviz/instrument/js/model/time-axis.js";

const widthOf = (text) => 7 * text.length;
const letters = [..."To be, or not to be, that is the question"];
const words = ["the", "food", "was", "extraordinarily", "good"];

test("labels are whole where all have room", () => {
  assert.deepEqual(timeAxis(letters, 9, widthOf), {
    form: "level",
    labels: letters.map((text, step) => ({ step, text })),
  });
  assert.equal(timeAxis(words, 110, widthOf).form, "level");
});

test("long ones stand upright, and end where they are cut off", () => {
  const { form, labels } = timeAxis(words, 20, widthOf);
  assert.equal(form, "upright");
  assert.deepEqual(labels.map(({ text }) => text), ["the", "food", "was", "extraordi…", "good"]);
});

test("without room for every token there is none, but the numbers of some steps", () => {
  for (const cellWidth of [8, 4, 2, 1, 0.5]) {
    const { form, labels } = timeAxis(letters, cellWidth, widthOf);
    assert.equal(form, "numbers");
    assert.ok(labels.length > (cellWidth * letters.length) / 60 - 1);
    for (const { step, text } of labels) assert.equal(text, String(step + 1));
    for (let k = 1; k < labels.length; k++) assert.ok((labels[k].step - labels[k - 1].step) * cellWidth >= 26);
  }
});
