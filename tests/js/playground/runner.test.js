import assert from "node:assert/strict";
import { test } from "node:test";

import { Runner } from "../../../rnnviz/instrument/js/playground/runner.js";
import { InputError } from "../../../rnnviz/instrument/js/reading/templates.js";
import { fixture } from "../fixtures.js";

/**
 * Numbers at random below a bound, the same every time.
 * @param {number} seed
 */
function drawer(seed) {
  let state = seed + 1;
  return (below) => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const { bundled, random } = fixture("payloads");
const runner = new Runner(bundled.find(({ playground: { model } }) => model.name === "names-lstm").playground);
/** Playgrounds with texts as they come while somebody types: letters added and taken away anywhere. */
const TYPED = [
  ...bundled.slice(0, 3),
  bundled.find(({ playground: { model } }) => model.name === "names-lstm"),
  ...random.slice(0, 120),
]
  .map(({ playground, runs }, seed) => {
    const draw = drawer(seed);
    const numbers = playground.reader.kind === "numbers";
    const spaced = numbers || playground.reader.kind === "words";
    const letters = numbers ? ["1", "-2.5", "0"] : playground.reader.tokens.filter((token) => !/^<.+>$/.test(token));
    const parts = [letters[0], letters[letters.length - 1]];
    const texts = Array.from({ length: 8 }, () => {
      const at = draw(parts.length + 1);
      if (draw(3) === 0 && parts.length > 1) parts.splice(at, 1 + draw(2));
      else parts.splice(draw(2) ? parts.length : at, 0, letters[draw(letters.length)]);
      return parts.join(spaced ? " " : "");
    });
    return { playground, texts, changes: [...runs[0].changes, "hidden.0@2=0.5", "remove@1"] };
  });
const FIRST = { layer: 0, direction: "forward" };

test("a run says what was not read as it was typed", () => {
  const { notes, text } = runner.run("Ad+", FIRST);
  assert.equal(text, "Ad+");
  assert.equal(notes.remarks.length, 1);
  assert.match(notes.remarks[0], /\+/);
});

test("what cannot be read is an error for a person", () => {
  for (const text of ["", " \n"]) assert.throws(() => runner.run(text, FIRST), InputError);
});

test("numbers are read in the precision of the network", () => {
  const { playground } = random.find(({ playground: { model } }) => model.embedding === null);
  const inputs = (isDouble) => {
    return [...new Runner({ ...playground, rules: { ...playground.rules, is_double: isDouble } }).inputs([0.1])];
  };
  assert.deepEqual([inputs(false), inputs(true)], [[Math.fround(0.1)], [0.1]]);
});

test("a letter changes only what follows from it: runs that carry on are those from the start, to the last bit", () => {
  const draw = drawer(7);
  let carriedOn = 0;
  for (const { playground, texts, changes } of TYPED) {
    const typing = new Runner(playground);
    const places = typing.model.layers.flatMap((cells, layer) => cells.map(({ direction }) => ({ layer, direction })));
    for (const text of texts) {
      const wanted = draw(3) ? [] : changes;
      const place = places[draw(places.length)];
      carriedOn += Number(typing.earlier !== null && typing.model.readsForward);
      const outcomes = [typing, new Runner(playground)].map((each) => {
        try {
          return each.run(text, place, wanted);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          return error.message;
        }
      });
      assert.deepEqual(outcomes[0], outcomes[1], `${playground.model.name} ${JSON.stringify(text)} ${wanted}`);
    }
  }
  assert.ok(carriedOn > 100, String(carriedOn)); // how many read forward alone depends on what Hypothesis draws
});

test("a payload comes before the effects of its units, and is the whole one but for them", () => {
  const { payload, measuring } = runner.begin("Mariana", FIRST, ["hidden.3@2=1"]);
  let rests = 0;
  let next = measuring.next();
  for (; !next.done; next = measuring.next()) rests++;
  assert.ok(rests >= 64, String(rests));
  assert.ok(payload.effects.values.every((value) => value === 0) && payload.effects.label === "");
  const { effects, unchanged } = next.value;
  assert.ok(effects.values.some((value) => value !== 0) && unchanged.effects.label !== "");
  assert.deepEqual(next.value, runner.run("Mariana", FIRST, ["hidden.3@2=1"]));
  const bare = { ...next.value, effects: payload.effects };
  assert.deepEqual({ ...bare, unchanged: { ...unchanged, effects: payload.unchanged.effects } }, payload);
});

test("a layer that does not exist is refused", () => {
  assert.throws(() => runner.run("Ada", { layer: 1, direction: "forward" }));
});
