import assert from "node:assert/strict";
import { test } from "node:test";

import { createClock, intervalOf, nextInPlay, startOfPlay } from "../../../rnnviz/instrument/js/model/clock.js";
import { Store } from "../../../rnnviz/instrument/js/model/store.js";
import { bundled, fixture, traceOf } from "../fixtures.js";

function played(trace, state) {
  const store = new Store(trace, state);
  store.set(startOfPlay(trace, store.state));
  const seen = [];
  for (let guard = 0; store.state.playing && guard < 500; guard++) {
    seen.push([store.state.step, store.state.phase]);
    store.set(nextInPlay(trace, store.state));
  }
  return { seen, end: store.state };
}

test("play by phases shows every phase of every step, and ends at the last", () => {
  const trace = bundled("counter-lstm");
  const { seen, end } = played(trace, { step: 1, wholeSteps: false });
  const expected = [];
  for (let step = 1; step < trace.steps; step++) trace.phases.forEach((_, phase) => expected.push([step, phase]));
  assert.deepEqual(seen, expected);
  assert.deepEqual([end.step, end.phase, end.playing], [trace.steps - 1, null, false]);
});

test("play shows whole steps, unless phases are asked for", () => {
  const trace = bundled("counter-lstm");
  const steps = [0, 1, 2, 3].map((step) => [step, null]);
  assert.deepEqual(played(trace, {}).seen, steps);
  assert.deepEqual(played(trace, { phase: 2 }).seen, steps);
});

test("play by phases goes on from the phase that is shown", () => {
  const trace = bundled("counter-lstm");
  assert.deepEqual(played(trace, { step: 2, phase: 3, wholeSteps: false }).seen[0], [2, 3]);
});

test("play starts again at the end", () => {
  const trace = bundled("counter-lstm");
  assert.deepEqual(played(trace, { step: trace.steps - 1 }).seen[0], [0, null]);
  assert.deepEqual(played(trace, { step: trace.steps - 1, wholeSteps: false }).seen[0], [0, 0]);
});

test("a backward direction plays from the last token to the first", () => {
  const trace = traceOf(fixture("backward").payloads["1b"]);
  const { seen, end } = played(trace, { step: trace.steps - 1, speed: 8 });
  assert.deepEqual(seen.map(([step]) => step), [...Array(trace.steps).keys()].reverse());
  assert.equal(end.step, 0);
});

test("a step takes less time than a phase, and speed divides both", () => {
  const [steps, phases] = [true, false].map((wholeSteps) => intervalOf({ wholeSteps, speed: 1 }));
  assert.ok(steps < phases);
  assert.equal(intervalOf({ wholeSteps: true, speed: 4 }), steps / 4);
});

test("the clock moves the store only while it plays", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const store = new Store(bundled("counter-lstm"), { speed: 1, wholeSteps: false });
  const clock = createClock(store);
  store.subscribe(clock.update);
  store.set({ playing: true, phase: 0 });
  context.mock.timers.tick(1000);
  assert.equal(store.state.phase, 1);
  store.set({ speed: 2 });
  context.mock.timers.tick(1000);
  assert.equal(store.state.phase, 3);
  store.set({ playing: false });
  context.mock.timers.tick(5000);
  assert.equal(store.state.phase, 3);
  store.set({ playing: true });
  clock.destroy();
  context.mock.timers.tick(5000);
  assert.equal(store.state.phase, 3);
});
