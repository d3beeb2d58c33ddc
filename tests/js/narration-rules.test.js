// More than 240 narrations of random runs, and some of cells without a trained model: what they say is true, and of use.

import assert from "node:assert/strict";
import { test } from "node:test";

import { narrate } from "../../rnnviz/instrument/js/model/narration.js";
import { signedFixed } from "../../rnnviz/instrument/js/model/numbers.js";
import { fixture, traceOf } from "./fixtures.js";

const LONGEST = 390; // characters
const NEAR = 0.95;
const FREE = /* numbers that are no values */ /step \d+ of \d+|less than 0\.01|under 1 %|over 99 %/g;

const cases = fixture("narrations").flatMap(({ name, payload, steps, ends }) => {
  const trace = traceOf(payload);
  const bundled = !name.includes("random weights");
  return steps.map((step) => ({ trace, step, ends, bundled, text: narrate(trace, step).replaceAll("\u00a0", " ") }));
});

/** Values at a step and before it, without those that are held. */
function stateOf(trace, name, step) {
  const width = trace.width(name);
  const held = (unit) => trace.holds[name]?.[step * width + unit];
  const free = (values) => [...values].map((value, unit) => (held(unit) ? 0 : value));
  const old = free(trace.valuesBefore(name, step));
  const now = free(trace.vector(name, step));
  const gated = trace.gatedStates.find(({ state }) => state === name);
  const kept = gated && free(
    old.map((value, unit) =>
      gated.keep.reduce((part, { name: gate, complement }) => {
        const open = trace.value(gate, step, unit);
        return part * (complement ? 1 - open : open);
      }, value)
    ),
  );
  return { old, now, kept, written: kept && now.map((value, unit) => value - kept[unit]) };
}

const minus = (left, right) => left.map((value, k) => value - right[k]);
const sizes = (values) => values.map(Math.abs);
const best = (values) => [...values].indexOf(Math.max(...values));
const near = (values) => sizes(values).filter((size) => size >= NEAR * Math.max(...sizes(values)));
const quoted = (label) => ([...label].length > 1 ? label : `“${label}”`);
const named = (trace, words) => trace.quantities.find(({ title }) => title === words).name;

/** That the unit leads, and by the numbers that are written. */
function leads(unit, values, text) {
  assert.equal(Number(unit), best(sizes(values)), text);
  assert.equal(near(values).length, 1, `a name among near-ties: ${text}`);
}

/** That so many units are nearly tied, between the sizes that are written. */
function areTied(count, words, values, text) {
  const tied = near(values);
  assert.equal(Number(count), tied.length, text);
  const ends = [...new Set([Math.min(...tied), Math.max(...tied)].map((size) => size.toFixed(2)))];
  assert.equal(words, ends.join(" to "), text);
}

/** The push of every unit's change on the logit of a label, against the mean of all others. */
function pushesOf({ readout, labels }, label, changes) {
  const weight = (k, unit) => readout[k * changes.length + unit];
  return changes.map((change, unit) => {
    const others = labels.map((_, k) => k).filter((k) => k !== label);
    const mean = others.reduce((sum, k) => sum + weight(k, unit), 0) / (others.length || 1);
    return change * (weight(label, unit) - mean);
  });
}

/** Every clause that can be said, with the check of it; what is left of the text after all of them has no number. */
const CLAUSES = [
  [
    /keeps (?:(\d+)|(over 99|under 1)) % of its ([a-z ]+?)(?=, | and |\.)/,
    ({ trace, step, text }, [, share, , title]) => {
      const { old, kept } = stateOf(trace, named(trace, title), step);
      const [part, whole] = [kept, old].map((values) => sizes(values).reduce((sum, size) => sum + size, 0));
      if (share) assert.equal(Number(share), Math.round((100 * part) / whole), text);
    },
  ],
  [
    /(erases most of|gives up most in) unit (\d+) \((\S+) to (\S+)\)/,
    ({ trace, step, text }, [, verb, unit, from, to]) => {
      const { old, kept } = stateOf(
        trace,
        trace.gatedStates.find(({ state }) =>
          text.includes(
            `% of its ${trace.byName[state].title}`,
          )
        ).state,
        step,
      );
      leads(unit, minus(old, kept), text);
      assert.deepEqual([from, to], [old[unit], kept[unit]].map((value) => signedFixed(value)), text);
      const lost = 1 - Math.abs(kept[unit]) / Math.abs(old[unit]);
      assert.equal(verb, lost > 0.5 ? "erases most of" : "gives up most in", text);
    },
  ],
  [/writes most into unit (\d+) \((\S+)\)/, ({ trace, step, text }, [, unit, value]) => {
    const { written } = stateOf(trace, trace.gatedStates[0].state, step);
    leads(unit, written, text);
    assert.equal(value, signedFixed(written[unit]), text);
  }],
  [/writes most into (\d+) units \(([±\d. to]+)\)/, ({ trace, step, text }, [, count, words]) => {
    areTied(count, words.replaceAll("±", ""), stateOf(trace, trace.gatedStates[0].state, step).written, text);
  }],
  [/(?:changes|fills) its ([a-z ]+?)(?:, which was zero,)? most in unit (\d+) \((?:(\S+) to )?(\S+)\)/, (
    { trace, step, text },
    [, title, unit, from, to],
  ) => {
    const { old, now } = stateOf(trace, named(trace, title), step);
    leads(unit, minus(now, old), text);
    assert.deepEqual([from ?? "0.00", to], [old[unit], now[unit]].map((value) => signedFixed(value)), text);
  }],
  [/(?:changes|fills) its ([a-z ]+?)(?:, which was zero,)? most in (\d+) units \(by ([\d. to]+)\)/, (
    { trace, step, text },
    [, title, count, words],
  ) => {
    const { old, now } = stateOf(trace, named(trace, title), step);
    areTied(count, words, minus(now, old), text);
  }],
  [/Its hidden state changes most in unit (\d+) \((\S+) to (\S+)\)/, ({ trace, step, text }, [, unit, from, to]) => {
    const { old, now } = stateOf(trace, "hidden", step);
    leads(unit, minus(now, old), text);
    assert.deepEqual([from, to], [old[unit], now[unit]].map((value) => signedFixed(value)), text);
  }],
  [/Unit (\d+) pushes most (towards|away from) (.+?) \(hidden state (\S+) to (\S+)\)\./, (
    { trace, step, text },
    [, unit, side, label, from, to],
  ) => {
    assert.ok(trace.isAsked(step), text);
    const answer = best(trace.probabilitiesAt(step));
    assert.equal(label, quoted(trace.labels[answer]), text);
    const { old, now } = stateOf(trace, "hidden", step);
    const moved = pushesOf(trace, answer, minus(now, old));
    leads(unit, moved, text);
    assert.equal(side, moved[unit] > 0 ? "towards" : "away from", text);
    assert.deepEqual([from, to], [old[unit], now[unit]].map((value) => signedFixed(value)), text);
    assert.notEqual(from, to, text);
  }],
  [/unit (\d+), which does most (for|against) the answer at the end, (?:stays at|goes from (\S+) to) ([+−\d.]+\d)/, (
    { trace, step, text },
    [, unit, side, from, to],
  ) => {
    assert.ok(!trace.isAsked(step) && trace.isAsked(trace.steps - 1), text);
    const { values } = trace.effects;
    leads(unit, [...values], text);
    assert.equal(side, values[unit] > 0 ? "for" : "against", text);
    const { old, now } = stateOf(trace, "hidden", step);
    assert.deepEqual([from ?? to, to], [old[unit], now[unit]].map((value) => signedFixed(value)), text);
  }],
  [/By what-if, .*?\.(?= The | It |$)/, ({ trace, text }) => assert.ok(Object.keys(trace.holds).length, text)],
  [/It (?:still )?ends on (\S+) .*instead of (\S+) \(.*?\)\./, ({ trace, step, ends, text }, [, now, unchanged]) => {
    assert.equal(step, trace.steps - 1, text);
    assert.deepEqual([now, unchanged], ends.map(quoted), text);
  }],
  [/It still ends on (\S+) \((.*?)\)(?:\.|, as without the change\.)/, ({ ends, text }, [, now]) => {
    assert.deepEqual([now, now], ends.map(quoted), text);
  }],
  [/The (?:prediction|answer) is (.+?) \((.+?)\) instead of (.+?) \((.+?)\) in the unchanged run\./, (
    { trace, step, text },
    [, label, share, other, otherShare],
  ) => {
    says(trace.probabilitiesAt(step), label, share, trace, text);
    says(trace.unchangedProbabilitiesAt(step), other, otherShare, trace, text);
    assert.notEqual(label, other);
  }],
  [/The (?:prediction|answer) is (.+?), as in the unchanged run \((.+?)(?: instead of (.+?))?\)\./, (
    { trace, step, text },
    [, label, share, otherShare],
  ) => {
    says(trace.probabilitiesAt(step), label, share, trace, text);
    says(trace.unchangedProbabilitiesAt(step), label, otherShare ?? share, trace, text);
  }],
  [
    /The (?:prediction|answer) is (?:now |still )?(.+?), ((?:over |under )?\d+ %)/,
    ({ trace, step, text }, [, label, share]) => {
      says(trace.probabilitiesAt(step), label, share, trace, text);
    },
  ],
  [/\(step before: (\S+), ([^(]*?%)\)/, ({ trace, step, text }, [, label, share]) => {
    assert.ok(trace.isAsked(trace.previousStep(step)), text);
    says(trace.probabilitiesAt(trace.previousStep(step)), label, share, trace, text);
  }],
  [/\(step before: ((?:over |under )?\d+ %)\)/, ({ trace, step, text }, [, share]) => {
    const label = quoted(trace.labels[best(trace.probabilitiesAt(step))]);
    says(trace.probabilitiesAt(trace.previousStep(step)), label, share, trace, text);
  }],
];

/** That probabilities lead to a label with this share. */
function says(probabilities, label, share, trace, text) {
  const k = best(probabilities);
  assert.equal(label, quoted(trace.labels[k]), text);
  const whole = Math.round(100 * probabilities[k]);
  const bound = whole === 100 ? "over 99" : whole === 0 ? "under 1" : String(whole);
  assert.equal(share, `${probabilities[k] === 1 ? 100 : bound} %`, text);
}

test("there are more than 240 narrations of bundled models, and every other clause occurs", () => {
  assert.ok(cases.filter(({ bundled }) => bundled).length > 240);
  for (const [pattern] of CLAUSES) assert.ok(cases.some(({ text }) => pattern.test(text)), String(pattern));
});

test("every clause is true, and nothing else has a number", () => {
  for (const each of cases) {
    let left = each.text.replace(/^At “.*?” \(step \d+ of \d+\)/, "");
    for (const [pattern, check] of CLAUSES) {
      const found = left.match(pattern);
      if (!found) continue;
      check(each, found);
      left = left.replace(pattern, "");
    }
    assert.doesNotMatch(left.replace(FREE, ""), /\d/, each.text);
  }
});

test("nothing is quoted where a model is not trained to answer", () => {
  const early = cases.filter(({ trace, step }) => !trace.isAsked(step));
  assert.ok(early.length > 50);
  for (const { text } of early) {
    assert.match(text, /not trained to answer here/);
    assert.doesNotMatch(text, /prediction|answer is|ends on|pushes/);
  }
});

test("the step before is called so", () => {
  for (const { text } of cases) assert.doesNotMatch(text.replaceAll("step before", ""), /\bbefore\b|\(was /, text);
});

test("a narration is short", () => {
  for (const { text } of cases) assert.ok(text.length <= LONGEST, `${text.length}: ${text}`);
});
