// What a browser keeps of the models that were opened in it: which of them leave when there are too many, and what the
// server is told of them.

/**
 * A model as the browser keeps it.
 * @typedef {object} KeptRecord
 * @property {string} id
 * @property {string} title
 * @property {number} date  when it was kept last, in milliseconds
 * @property {string[]} tasks  the names that links have for it
 * @property {string} settings  what was chosen on the page, as JSON
 * @property {File[]} files
 */

/** @typedef {{ models: number, bytes: number }} KeptLimits  how many, and the bytes of all of them together */

/** @typedef {{ id: string, title: string, date: string, bytes: number, tasks: string[] }} KeptSummary */

/**
 * @param {KeptRecord} record
 * @returns {number}
 */
export const bytesOf = ({ files, settings }) => files.reduce((sum, file) => sum + file.size, settings.length);

/**
 * The records that have no room: the oldest ones.
 * @param {KeptRecord[]} records
 * @param {KeptLimits} limits
 * @returns {KeptRecord[]}
 */
export function leaving(records, limits) {
  const newest = records.toSorted((one, other) => other.date - one.date);
  let bytes = 0;
  const first = newest.findIndex((record, k) => (bytes += bytesOf(record)) > limits.bytes || k >= limits.models);
  return first < 0 ? [] : newest.slice(first);
}

/**
 * What the server is told: no contents.
 * @param {KeptRecord[]} records
 * @returns {KeptSummary[]} the newest first
 */
export function summaries(records) {
  const newest = records.toSorted((one, other) => other.date - one.date);
  return newest.map((record) => ({
    id: record.id,
    title: record.title,
    date: new Date(record.date).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }),
    bytes: bytesOf(record),
    tasks: record.tasks,
  }));
}

/**
 * The files that a browser has seen chosen or dropped, for when the server says that they could be opened.
 */
export class SeenFiles {
  /** @param {number} most  how many of them are remembered */
  constructor(most) {
    this.most = most;
    /** @type {Map<string, File>} */
    this.files = new Map();
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      this.files.delete(key(file));
      this.files.set(key(file), file);
    }
    for (const oldest of [...this.files.keys()].slice(0, Math.max(0, this.files.size - this.most))) {
      this.files.delete(oldest);
    }
  }

  /**
   * @param {{ name: string, size: number }[]} wanted
   * @returns {File[] | null} all of them, or null
   */
  find(wanted) {
    const found = wanted.flatMap((file) => this.files.get(key(file)) ?? []);
    return found.length === wanted.length && found.length ? found : null;
  }
}

/**
 * @param {{ name: string, size: number }} file
 * @returns {string}
 */
const key = ({ name, size }) => `${size} ${name}`;
