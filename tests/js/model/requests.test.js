import assert from "node:assert/strict";
import { test } from "node:test";

import { stateChange } from "../../../rnnviz/instrument/js/model/link-target.js";
import { createRequests } from "../../../rnnviz/instrument/js/model/requests.js";
import { storeOf } from "../fixtures.js";

function setUp(name = "names-lstm", text = "Schmidhuber") {
  const store = storeOf(name, { step: 3, unit: 6 });
  const sent = [];
  const requests = createRequests(store, text, (request) => sent.push(request));
  const payload = (changes) => ({ text, cell: store.trace.cell, options: store.trace.options, ...changes });
  const receive = (changes) => {
    const target = requests.receive(payload(changes));
    if (target) store.set(stateChange(store.trace, target));
    return target;
  };
  return { store, sent, requests, receive };
}

test("what is on the screen needs no server", () => {
  const { store, sent, requests } = setUp();
  assert.ok(requests.request({ text: "Schmidhuber", cell: "lstm" }, { step: 1, unit: 9 }));
  assert.deepEqual([store.state.step, store.state.unit, sent], [1, 9, []]);
});

test("only what differs is requested", () => {
  const { sent, requests } = setUp();
  assert.ok(!requests.request({ text: "Schmidhuber", cell: "gru" }));
  assert.ok(!requests.request({ text: "Li", cell: undefined }));
  assert.deepEqual(sent, [{ cell: "gru" }, { text: "Li" }]);
});

test("a position in another text waits for that text", () => {
  const { store, sent, requests, receive } = setUp();
  requests.request({ text: "Nakamura" }, { step: 6, unit: 9, phase: "output" });
  assert.deepEqual([store.state.step, sent], [3, [{ text: "Nakamura" }]]);
  assert.equal(receive({}), null, "a run of the page for another reason");
  assert.equal(store.state.step, 3);
  assert.deepEqual(receive({ text: "Nakamura" }), { step: 6, unit: 9, phase: "output" });
  assert.deepEqual([store.state.step, store.state.unit, store.trace.phases[store.state.phase].name], [6, 9, "output"]);
  assert.equal(receive({ text: "Nakamura" }), null, "it is set once");
});

test("a position is forgotten when something else is typed", () => {
  const { requests, receive } = setUp();
  requests.request({ text: "Nakamura" }, { step: 6 });
  assert.equal(receive({ text: "Dubois" }), null);
  assert.equal(receive({ text: "Nakamura" }), null);
});

test("a position in another cell waits for that cell", () => {
  const { requests, receive } = setUp();
  requests.request({ cell: "gru", text: "Schmidhuber" }, { step: 1, phase: "blend" });
  assert.deepEqual(receive({ cell: "gru", options: {} }), { step: 1, phase: "blend" });
});

test("a position under another option waits for it", () => {
  const { sent, requests, receive } = setUp("names-gru");
  assert.ok(requests.request({ reset: "after" }, { step: 2 }));
  assert.ok(!requests.request({ reset: "before", update: "keeps" }, { step: 6, unit: 9 }));
  assert.deepEqual(sent, [{ reset: "before" }]);
  assert.deepEqual(receive({ options: { reset: "before", update: "keeps" } }), { step: 6, unit: 9 });
  assert.equal(requests.present().reset, "before");
});

test("an intervention is requested as its text", () => {
  const { sent, requests } = setUp();
  requests.requestIntervention("forget.6@4=1");
  assert.deepEqual(sent, [{ if: "forget.6@4=1" }]);
});

test("the values of all tokens are requested by their name, and no more", () => {
  const { sent, requests } = setUp();
  requests.requestTokenValues("attribution");
  requests.requestTokenValues("");
  assert.deepEqual(sent, [{ token_values: "attribution" }, { token_values: "" }]);
});

test("without a server nothing can be requested", () => {
  const store = storeOf("names-lstm");
  const requests = createRequests(store, "Schmidhuber", undefined);
  assert.equal(requests.requestIntervention, undefined);
  assert.equal(requests.requestTokenValues, undefined);
  assert.ok(!requests.request({ text: "Li" }, { step: 2 }));
  assert.equal(requests.receive({ text: "Li", cell: "lstm", options: {} }), null);
});

test("a page is requested with what is on the screen, and comes with a later payload", async () => {
  const { sent, requests, receive } = setUp();
  const view = { step: "4", unit: "6", phase: "forget", row_order: "number", all_rows: "" };
  const page = requests.requestPage(view);
  assert.deepEqual(sent, [{ save: "page", ...view }]);
  receive({});
  receive({ saved_page: "<!doctype html>" });
  assert.equal(await page, "<!doctype html>");
});
