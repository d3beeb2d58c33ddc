// Keeps the models that were opened in this browser, for when their page is loaded again: a reload begins a new
// session, which has none. The server keeps nothing; it says what could be opened, and this browser has the files.

import { bytesOf, leaving, SeenFiles, summaries } from "./kept_records.js";
import { onReconnected } from "./reconnection.js";

/** @import { KeptLimits, KeptRecord } from "./kept_records.js" */

/**
 * A model to keep.
 * @typedef {object} Keep
 * @property {string} id
 * @property {string} title
 * @property {string[]} tasks
 * @property {string} settings
 * @property {{ name: string, size: number }[]} files  chosen or dropped here
 * @property {string} packed  the content of the one file in base64, if the server made it
 * @property {string} replaces  the id of an earlier state of the model
 */

/**
 * What the reader wants, once for each token.
 * @typedef {{ token: string, open?: string, forget?: string[], on?: boolean }} Command
 */

/**
 * What the script remembers as long as the page is loaded.
 * @typedef {object} Memory
 * @property {SeenFiles} seen
 * @property {Set<string>} done  tokens
 * @property {Promise<void>} turn  one call after another
 * @property {string} large  the title of the last model if it was too large
 * @property {string[]} left  the titles of those that have left for it
 */

const DATABASE = "rnnviz", STORE = "models";
const OFF = "rnnviz-keeps-no-models"; // in the local storage
const MOST_SEEN = 50;
const WAIT_MS = 50, TRIES = 200;

/** @type {Memory} */
const memory = (/** @type {any} */ (window)).rnnvizKept ??= begun();

/** @returns {Memory} */
function begun() {
  const seen = new SeenFiles(MOST_SEEN);
  addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.files) seen.add(target.files);
  }, true);
  addEventListener("drop", ({ dataTransfer }) => seen.add(dataTransfer?.files ?? []), true);
  return { seen, done: new Set(), turn: Promise.resolve(), large: "", left: [] };
}

/**
 * Called by Streamlit in every run.
 * @param {object} call
 * @param {object} call.data
 * @param {KeptLimits & { each: number }} call.data.limits  each: bytes of one model
 * @param {Keep | null} call.data.keep
 * @param {Command | null} call.data.command
 * @param {string} call.data.uploader  the class of the place that has the uploader for what is opened again
 * @param {string} call.data.choices  the name of the file with the settings that goes with those of a model
 * @param {string} call.data.known  what the server was told last
 * @param {(name: string, value: unknown) => void} call.setStateValue
 * @param {(name: string, value: unknown) => void} call.setTriggerValue
 * @returns {() => void}
 */
export default function ({ data, setStateValue, setTriggerValue }) {
  const tell = (/** @type {object} */ report) => {
    const text = JSON.stringify(report);
    if (text !== data.known) setStateValue("report", text);
  };
  memory.turn = memory.turn.then(() => act(data)).then(tell, () => tell({ possible: false }));
  return onReconnected(() => setTriggerValue("reconnected", true));
}

/**
 * @param {object} data
 * @param {KeptLimits & { each: number }} data.limits
 * @param {Keep | null} data.keep
 * @param {Command | null} data.command
 * @param {string} data.uploader
 * @param {string} data.choices
 * @returns {Promise<object>} what the server is told
 */
async function act({ limits, keep, command, uploader, choices }) {
  if (command && !memory.done.has(command.token)) {
    memory.done.add(command.token);
    if (command.on !== undefined) setOn(command.on);
    for (const id of command.forget ?? []) await inStore("readwrite", (store) => store.delete(id));
    if (command.open) await openAgain(command.open, uploader, choices);
  }
  if (keep && isOn()) await put(keep, limits);
  const records = await inStore("readonly", (store) => store.getAll());
  return { possible: true, on: isOn(), models: summaries(records), large: memory.large, left: memory.left };
}

/**
 * Keep a model, or what has changed of it.
 * @param {Keep} keep
 * @param {KeptLimits & { each: number }} limits
 */
async function put({ id, title, tasks, settings, files: wanted, packed, replaces }, limits) {
  const before = /** @type {KeptRecord | undefined} */ (await inStore("readonly", (store) => store.get(id)));
  const same = before && [before.title, before.settings, ...before.tasks].join() === [title, settings, ...tasks].join();
  const files = before?.files ?? (packed ? [unpacked(packed, wanted[0].name)] : memory.seen.find(wanted));
  if (same || !files) return;
  const record = { id, title, date: Date.now(), tasks, settings, files };
  memory.large = bytesOf(record) > limits.each ? title : "";
  memory.left = [];
  if (memory.large) return;
  await inStore("readwrite", (store) => store.put(record));
  if (replaces) await inStore("readwrite", (store) => store.delete(replaces));
  const oldest = leaving(await inStore("readonly", (store) => store.getAll()), limits);
  for (const old of oldest) await inStore("readwrite", (store) => store.delete(old.id));
  memory.left = oldest.map((old) => old.title);
}

/**
 * Upload a model's files as if they were chosen now: what a browser has kept is checked like any other file.
 * @param {string} id
 * @param {string} uploader
 * @param {string} choices
 */
async function openAgain(id, uploader, choices) {
  const record = /** @type {KeptRecord | undefined} */ (await inStore("readonly", (store) => store.get(id)));
  if (!record) return;
  const transfer = new DataTransfer();
  for (const file of [new File([record.settings], choices), ...record.files]) transfer.items.add(file);
  for (let tries = 0; tries < TRIES; tries++) {
    const input = document.querySelector(`.st-key-${uploader} input[type=file]`);
    if (input instanceof HTMLInputElement) {
      input.files = transfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

/**
 * @param {string} packed  in base64
 * @param {string} name
 * @returns {File}
 */
function unpacked(packed, name) {
  return new File([Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0))], name);
}

/**
 * Whether models are kept, which they are unless the reader has said no.
 * @returns {boolean}
 */
function isOn() {
  return localStorage.getItem(OFF) === null;
}

/** @param {boolean} on */
function setOn(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
}

/**
 * Do something with the records. Raises if the browser keeps nothing, as some do in a private window.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
async function inStore(mode, work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE, { keyPath: "id" }));
  const database = await done(opening);
  try {
    return await done(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
