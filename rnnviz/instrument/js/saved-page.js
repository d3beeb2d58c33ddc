// The instrument of a saved page, which has no server. unpacker.js has left the data behind.

import { mount } from "./instrument.js";

const place = /** @type {HTMLElement} */ (document.querySelector("main"));
mount(place, JSON.parse(new TextDecoder().decode(/** @type {any} */ (globalThis).rnnvizData)));
