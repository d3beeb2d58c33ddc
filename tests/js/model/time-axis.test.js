import assert from "node:assert/strict";
import { test } from "node:test";

import { labelHere, timeAxis } from "../../../rnnviz/instrument/js/model/time-axis.js";

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

test("the label of the current step is within the steps, however long its numbers are", () => {
  for (const middle of [4, 100, 196]) {
    const place = labelHere("-2.20351 0.052029 0.683686", middle, 200, widthOf);
    assert.ok(place.middle - place.width / 2 >= 0 && place.middle + place.width / 2 <= 200);
    assert.ok(place.text.endsWith("…"));
    assert.deepEqual(labelHere("d", 100, 200, widthOf), { text: "d", middle: 100, width: widthOf("d") + 4 });
  }
});
