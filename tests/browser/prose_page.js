// A page of words beside an instrument, put together from the modules that the words set.

import { stateChange } from "../../rnnviz/instrument/js/model/link-target.js";
import { createRequests } from "../../rnnviz/instrument/js/model/requests.js";
import { createDiagram } from "../../rnnviz/instrument/js/diagram/diagram.js";
import { flash } from "../../rnnviz/instrument/js/page/flash.js";
import { hostOf } from "../../rnnviz/instrument/js/page/host.js";
import { createProse } from "../../rnnviz/instrument/js/page/prose.js";
import { Store } from "../../rnnviz/instrument/js/model/store.js";
import { createTokens } from "../../rnnviz/instrument/js/views/tokens.js";
import { Trace } from "../../rnnviz/instrument/js/model/trace.js";
import { createPhases } from "../../rnnviz/instrument/js/views/phases.js";
import { createTransport } from "../../rnnviz/instrument/js/views/transport.js";
import { createUnitField } from "../../rnnviz/instrument/js/views/unit-field.js";

const store = new Store(new Trace(payloads[0]), { step: 0 });
window.store = store;
window.asked = [];
window.flashed = [];
const requests = createRequests(store, payloads[0].text, (request) => asked.push(request));
const host = hostOf({
  sections: "[class*='st-key-section']",
  controlOf: (name) => `.st-key-${name} :is(input, [aria-checked=true])`,
  keyOf: (marker) => `${marker.parentElement.className} ${marker.dataset.go}`,
});
const shown = [createTokens, createTransport, createUnitField, createPhases, createDiagram].map((make) => make(store));
const announce = (keys, words) => (flashed.push([keys, words]), flash(host, keys, words));
const prose = createProse(store, host, requests, announce);
const views = [...shown, prose];
document.querySelector(".instrument").append(...shown.map((view) => view.element));
store.subscribe((...change) => views.forEach((view) => view.update(...change)));
window.arrive = (payload) => {
  const target = requests.receive(payload) ?? {};
  const trace = new Trace(payload);
  store.load(trace, { phase: null, ...stateChange(trace, target) });
};
window.leave = () => views.forEach((view) => view.destroy());
