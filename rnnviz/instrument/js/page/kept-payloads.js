// What the server sends once: the definition of a model, and each run. The browser keeps it, and asks again for what it
// has lost.

/** @import { DefinitionData, Payload } from "../model/payload.d.ts" */

/**
 * @template Data
 * @typedef {Data & { definition: DefinitionData }} Whole  data with its definition
 */

/** By their key. @type {Map<string, DefinitionData>} */
const definitions = new Map();
/** The runs of the last call by their ids. @type {Map<string, Payload>} */
let payloads = new Map();

/**
 * Fill in what came earlier.
 * @template {Payload & { runs: { name: string, payload: Payload }[] }} Data
 * @param {Data} data
 * @returns {Whole<Data> | null} null if something is missing
 */
export function completed(data) {
  /** @type {Payload[]} */
  const sent = [data, ...data.runs.map(({ payload }) => payload)];
  const all = sent.map((payload) => ({ ...payloads.get(payload.id), ...payload }));
  for (const { definition, model_key: key } of all) if (definition) definitions.set(key, definition);
  if (!all.every((payload) => "values" in payload && definitions.has(payload.model_key))) return null;
  payloads = new Map(all.map((payload) => [payload.id, payload]));
  const [main, ...runs] = all.map((payload) => ({ ...payload, definition: definitions.get(payload.model_key) }));
  const named = data.runs.map(({ name }, k) => ({ name, payload: runs[k] }));
  return /** @type {Whole<Data>} */ ({ ...main, runs: named });
}
