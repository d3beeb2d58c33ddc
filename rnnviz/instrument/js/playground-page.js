// A page to type into, which has no server. unpacker.js has left the data behind.

import { unpack } from "./model/arrays.js";
import { startPlayground } from "./playground/playground.js";

startPlayground(document, unpack(/** @type {any} */ (globalThis).rnnvizData));
