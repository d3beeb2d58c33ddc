import assert from "node:assert/strict";
import { test } from "node:test";

import { linkOf, readLink } from "../../../rnnviz/instrument/js/playground/page-link.js";
import { storeOf } from "../fixtures.js";

const FIRST = { layer: 0, direction: "forward" };
const shown = (changes) => ({
  text: "Ada",
  defaultText: "Ada",
  changes: [],
  place: FIRST,
  firstPlace: FIRST,
  ...changes,
});

test("a fresh page has no link", () => {
  const store = storeOf("names-lstm");
  store.set({ step: store.trace.steps - 1 });
  assert.equal(linkOf(store, shown({})), "");
  assert.equal(readLink("").text, null);
});

test("a link opens what it was made of", () => {
  const store = storeOf("names-lstm", { step: 3, unit: 6 });
  for (const text of ["Li", "a & b=c#%", "日本 👩‍🔬", "two\nlines", "\0", " "]) {
    const place = { layer: 1, direction: "backward" };
    const changes = ["forget=1", "swap@3=%3B"];
    const opened = readLink(linkOf(store, shown({ text, place, changes })));
    assert.deepEqual({ ...opened, parameters: null }, { text, ...place, changes, step: 4, unit: 6, parameters: null });
  }
});

test("half a pair of surrogates is replaced, as in a file", () => {
  assert.equal(readLink(linkOf(storeOf("names-lstm"), shown({ text: "a\ud800" }))).text, "a\ufffd");
});

test("what is no number opens nothing", () => {
  const opened = readLink("#step=x&unit=-1&layer=1e9&if=;;");
  assert.deepEqual([opened.step, opened.unit, opened.layer, opened.changes], [null, null, null, []]);
});
