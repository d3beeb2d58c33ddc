import assert from "node:assert/strict";
import { test } from "node:test";

import { colourOf, faded, plainColour, roleProperty, textColour } from "../../../rnnviz/instrument/js/model/colours.js";
import { assertClose, fixture } from "../fixtures.js";

test("values have the colours that figures give them", () => {
  for (const { scale, value, rgb, opacity } of fixture("colours")) {
    const [red, green, blue, alpha] = colourOf(scale, value).match(/[\d.]+/g).map(Number);
    assert.deepEqual([red, green, blue], rgb);
    assertClose(alpha, opacity, { absolute: 5e-4 });
  }
});

test("zero is transparent, and nothing is more than opaque", () => {
  const scale = { colour: "#D55E00", negative_colour: "#5F6B7A", limits: [-2, 2] };
  assert.equal(colourOf(scale, 0), "rgba(213,94,0,0.000)");
  assert.equal(colourOf(scale, -99), "rgba(95,107,122,1.000)");
  assert.equal(faded("#000000", 0.25), "rgba(0,0,0,0.250)");
});

test("the colour of text is a property of the theme", () => {
  assert.equal(roleProperty("input_vector"), "--role-input-vector");
  assert.equal(textColour("input_vector"), "var(--role-input-vector)");
});

test("a colour as browsers compute it becomes one that every program knows", () => {
  assert.deepEqual(plainColour("rgb(213, 94, 0)"), { colour: "#d55e00", opacity: 1 });
  assert.deepEqual(plainColour("rgba(0, 0, 0, 0.25)"), { colour: "#000000", opacity: 0.25 });
  assert.deepEqual(plainColour("color(srgb 0.5 1 0.2)"), { colour: "#80ff33", opacity: 1 });
  assert.deepEqual(plainColour("color(srgb 1.002 -2.9e-8 0 / 0.5)"), { colour: "#ff0000", opacity: 0.5 });
  assert.deepEqual(plainColour("rgba(1, 2, 3, 0)"), { colour: "none", opacity: 0 });
  for (const text of ["none", "url(#ramp)"]) assert.deepEqual(plainColour(text), { colour: text, opacity: 1 });
});
