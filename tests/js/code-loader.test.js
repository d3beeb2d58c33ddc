// The component's loader: where it finds the code, in which order it passes on calls, and what it does without code.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";
import { pathToFileURL } from "node:url";

const FOLDER = "rnnviz/0123";
const CODE = "export default (component) => (component.shown.push(component.data), () => component.data);";
let loads = 0;

/** A loader that has loaded nothing yet, and a server that has the code or not, for one test. */
async function loader(t, { folder = FOLDER, code = CODE } = {}) {
  const server = mkdtempSync(join(process.env.FIXTURES, "loader-"));
  mkdirSync(join(server, folder), { recursive: true });
  if (code) writeFileSync(join(server, folder, "instrument.js"), code);
  const script = { src: pathToFileURL(join(server, "static/js/index.js")).href };
  const { document, fetch, location } = globalThis;
  t.after(() => Object.assign(globalThis, { document, fetch, location }));
  globalThis.document = { querySelector: () => script, createElement: () => ({}) };
  globalThis.fetch = mock.fn(() => Promise.resolve({ ok: true, text: () => Promise.resolve("the style") }));
  globalThis.location = { reload: mock.fn() };
  t.mock.method(console, "warn", () => {});
  return (await import(`../../rnnviz/ui/shared/code_loader.js?${loads++}`)).default;
}

/** What Streamlit calls a component with. */
function component(data, { folder = FOLDER, shown = [], place = {} } = {}) {
  place.dataset = { code: folder };
  place.before ??= (style) => (place.previousElementSibling = style);
  return { data, shown, place, parentElement: { querySelector: () => place }, setTriggerValue: mock.fn() };
}

test("calls that come before the code are all passed on, in their order", async (t) => {
  const load = await loader(t);
  const [shown, place] = [[], {}];
  const ends = await Promise.all([1, 2, 3].map((data) => load(component(data, { shown, place }))));
  assert.deepEqual(shown, [1, 2, 3]);
  assert.deepEqual(ends.map((end) => end()), [1, 2, 3]);
  assert.equal(fetch.mock.callCount(), 1);
});

test("the style comes before the instrument, once a place", async (t) => {
  const load = await loader(t);
  const { place } = component(1);
  place.before = mock.fn(place.before);
  await load(component(1, { place }));
  await load(component(2, { place }));
  assert.equal(place.before.mock.callCount(), 1);
  assert.equal(place.previousElementSibling.textContent, "the style");
});

test("the files are below the address of the app, whatever it is", async (t) => {
  const load = await loader(t);
  await load(component(1));
  const address = fetch.mock.calls[0].arguments[0];
  assert.equal(address.href, new URL(`../../${FOLDER}/instrument.css`, document.querySelector().src).href);
});

test("without the code, the server is asked for it once", async (t) => {
  const load = await loader(t, { code: "" });
  const calls = [component(1), component(2)];
  assert.deepEqual(await Promise.all(calls.map(load)), [undefined, undefined]);
  assert.deepEqual(calls[0].setTriggerValue.mock.calls[0].arguments, ["missing_code", true]);
  assert.equal(calls[1].setTriggerValue.mock.callCount(), 0);
  assert.deepEqual(calls[0].shown, []);
});

test("an error of the instrument itself is not taken for missing code", async (t) => {
  const load = await loader(t, { code: "export default () => { throw new Error('its own'); }" });
  const call = component(1);
  await assert.rejects(load(call), /its own/);
  assert.equal(call.setTriggerValue.mock.callCount(), 0);
});

test("the page is loaded again where the server has another version", async (t) => {
  const load = await loader(t);
  await load(component(1));
  const call = component(2, { folder: "rnnviz/4567" });
  await load(call);
  assert.equal(location.reload.mock.callCount(), 1);
  assert.deepEqual(call.shown, []);
});
