// What a browser keeps of models: which leave, what the server is told, and which files it has seen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, leaving, SeenFiles, summaries } from "../../rnnviz/ui/shared/kept_records.js";

const record = (id, date, size, more = {}) => ({
  id,
  date,
  title: `model ${id}`,
  tasks: [id],
  settings: "{}",
  files: [{ name: `${id}.npz`, size }],
  ...more,
});
const ids = (records) => records.map(({ id }) => id);

test("a model takes the bytes of its files and of what was chosen for it", () => {
  assert.equal(bytesOf(record("a", 1, 100, { settings: "{...}" })), 105);
});

test("nothing leaves while there is room", () => {
  const records = [record("a", 1, 10), record("b", 2, 10)];
  assert.deepEqual(leaving(records, { models: 2, bytes: 24 }), []);
  assert.deepEqual(leaving([], { models: 2, bytes: 24 }), []);
});

test("the oldest leave when there are too many", () => {
  const records = [record("a", 2, 1), record("b", 1, 1), record("c", 3, 1), record("d", 4, 1)];
  assert.deepEqual(ids(leaving(records, { models: 2, bytes: 1000 })), ["a", "b"]);
});

test("the oldest leave when they are too large, and none that is younger", () => {
  const records = [record("a", 1, 1), record("b", 2, 50), record("c", 3, 60)];
  assert.deepEqual(ids(leaving(records, { models: 9, bytes: 100 })), ["b", "a"]);
});

test("the server is told the newest first, and no contents", () => {
  const told = summaries([record("a", 0, 5), record("b", 86400000, 6)]);
  assert.deepEqual(ids(told), ["b", "a"]);
  assert.deepEqual(Object.keys(told[0]).sort(), ["bytes", "date", "id", "tasks", "title"]);
  assert.match(told[1].date, /1970/);
});

test("files are found by name and size, all or none", () => {
  const seen = new SeenFiles(3);
  const [a, b] = [{ name: "a", size: 1 }, { name: "b", size: 2 }];
  seen.add([a, b]);
  assert.deepEqual(seen.find([{ name: "b", size: 2 }, { name: "a", size: 1 }]), [b, a]);
  assert.equal(seen.find([{ name: "a", size: 2 }]), null);
  assert.equal(seen.find([a, { name: "c", size: 1 }]), null);
  assert.equal(seen.find([]), null);
});

test("of many files the last are remembered", () => {
  const seen = new SeenFiles(2);
  const files = ["a", "b", "c"].map((name) => ({ name, size: 1 }));
  seen.add(files);
  assert.equal(seen.find([files[0]]), null);
  assert.deepEqual(seen.find(files.slice(1)), files.slice(1));
  const again = { name: "b", size: 1 };
  seen.add([again]);
  assert.equal(seen.find([files[1]])[0], again);
});
