"""Numbers over tokens, in a real Chromium: the row of the current step, what it adds up to, the strongest tokens."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import rnnviz
from rnnviz.analysis import contributions, memory_of, memory_shares
from rnnviz.colours import negative_colour, rgb, round_up
from rnnviz.instrument import TokenValues, payload
from rnnviz.model import Model
from rnnviz.trace import Trace
from rnnviz.ui.shared.instrument import slot as slot_of
from tests.browser.test_slots import STEP, TEXT, UNIT, go, number, plain

COLOUR = "#CC79A7"
SLOT = slot_of("credit", values="memory")


def memory_rows(trace: Trace, unit: int) -> TokenValues:
    """What each step wrote into a unit's cell state, which it adds up to with what is left of the initial state."""
    values = memory_shares(trace, unit)
    initial = np.array([memory_of(trace, step).initial[unit] for step in range(1, len(trace) + 1)])
    total = (f"cell state of unit {unit}", trace["cell"][:, unit])
    limit = round_up(float(np.abs(values).max()))
    return TokenValues(f"What wrote unit {unit}", values, COLOUR, limit, parts={"initial state": initial}, total=total)


def logit_rows(trace: Trace, label: int) -> TokenValues:
    found = [contributions(trace, label, step) for step in range(1, len(trace) + 1)]
    values = np.stack([one.by_step for one in found])
    parts = {name: np.array([getattr(one, name) for one in found]) for name in ("initial", "unexplained", "bias")}
    total = (f"logit of {trace.labels[label]}", np.array([one.logit for one in found]))
    return TokenValues(
        "Shares of a logit", values, "#6C63C7", round_up(float(np.abs(values).max())), "nats", parts, total
    )


def sent(trace: Trace, model: Model, **token_values: TokenValues) -> dict[str, Any]:
    """What a payload with rows has over one without."""
    found = payload(trace, model, token_values=token_values)
    return {key: found[key] for key in ("token_values", "token_values_id", "token_kind")}


def shown(page: Page, model: Model, rows: TokenValues, **extra: Any) -> Trace:
    return plain(page, model, SLOT, **sent(model.trace(TEXT), model, memory=rows), **extra)


def chips(page: Page) -> Locator:
    return page.locator(".chip")


def numbers(page: Page) -> list[float | None]:
    """The number of each token as it is read aloud; None where it is not read yet."""
    said = [str(chip.get_attribute("aria-label")).split(", ")[-1] for chip in chips(page).all()]
    return [None if words == "not read yet" else number(words.split("\u00a0")[0]) for words in said]


def rounded(value: float) -> float:
    return float(f"{value:.3g}")


def opacities(page: Page) -> list[tuple[tuple[int, ...], float]]:
    colours = [chip.evaluate("e => e.style.getPropertyValue('--signal')") for chip in chips(page).all()]
    found = [re.findall(r"[\d.]+", colour) for colour in colours]
    return [(tuple(map(int, one[:3])), float(one[3])) if one else ((), 0.0) for one in found]


@pytest.mark.parametrize("step", [1, STEP, 9, 12])
def test_every_token_has_its_share_of_the_memory(page: Page, step: int):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    rows = memory_rows(trace, UNIT)
    shown(page, model, rows)
    go(page, step=step - 1)
    expected = [rounded(value) for value in memory_shares(trace, UNIT)[step - 1, :step]]
    assert numbers(page) == pytest.approx([*expected, *[None] * (len(trace) - step)], abs=1e-9)
    assert [chip.get_attribute("class") for chip in chips(page).all()].count("chip unread") == len(trace) - step
    for value, (colour, opacity) in zip(rows.values[step - 1], opacities(page), strict=True):
        if opacity:
            assert colour == rgb(negative_colour(COLOUR) if value < 0 else COLOUR)
        assert opacity == pytest.approx(abs(value) / rows.limit, abs=1e-3)
    selected = page.locator(".chip[aria-selected=true]")
    assert selected.count() == 1 and selected.get_attribute("data-step") == str(step - 1)


def test_the_row_adds_up_to_the_state(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_rows(trace, UNIT))
    for step in (2, 6, 12):
        go(page, step=step - 1)
        words = page.locator(".credit-sum").inner_text()
        found = re.fullmatch(
            rf"cell state of unit {UNIT} after step {step}: (\S+) = what the tokens wrote (\S+) \+ initial state (\S+)",
            words,
        )
        assert found, words
        total, written, initial = (number(found[k]) for k in (1, 2, 3))
        assert total == rounded(float(trace["cell"][step - 1, UNIT]))
        assert written == rounded(float(np.float32(memory_shares(trace, UNIT)[step - 1]).sum()))
        assert total == pytest.approx(written + initial, abs=0.011 * max(1, abs(total)))


def test_the_shares_of_a_logit_add_up_with_all_their_parts(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    label = int(trace.probabilities[-1].argmax())
    shown(page, model, logit_rows(trace, label))
    go(page, step=7)
    found = contributions(trace, label, 8)
    assert numbers(page)[:8] == pytest.approx([rounded(value) for value in found.by_step[:8]], rel=1e-6)
    assert "\u00a0nats" in str(chips(page).first.get_attribute("aria-label"))
    words = page.locator(".credit-sum").inner_text().replace("\u00a0nats", "")
    parts = [number(text) for text in re.findall(r"(−?[\d.]+)(?= \+ | = |$)", words)]
    expected = [found.logit, found.by_step.sum(), found.initial, found.unexplained, found.bias]
    assert parts == pytest.approx([rounded(float(value)) for value in expected], rel=2e-3, abs=1e-9)


def test_the_three_strongest_are_named_with_their_sign(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_rows(trace, UNIT))
    go(page, step=8)
    row = memory_shares(trace, UNIT)[8, :9]
    best = np.argsort(-np.abs(row))[:3]
    named = ", ".join(f"{trace.tokens[k]} (step {k + 1}, {row[k]:+.3g})" for k in best).replace("-", "−")
    assert page.locator(".credit-strongest").inner_text() == f"most from {named}"


def test_pointing_and_keys_tell_a_token_s_number_and_a_click_goes_to_its_step(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_rows(trace, UNIT))
    row = memory_shares(trace, UNIT)[STEP - 1]

    def told(k: int) -> str:
        value = f"{row[k]:+.3g}".replace("-", "−") if k < STEP else "not read yet"
        return f"“{trace.tokens[k]}” (step {k + 1}): {value}"

    line = page.locator(".credit-pointed")
    expect(line).to_have_text(told(STEP - 1))
    chips(page).nth(1).hover()
    expect(line).to_have_text(told(1))
    chips(page).nth(8).hover()
    expect(line).to_have_text(told(8))
    page.mouse.move(2, 2)
    expect(line).to_have_text(told(STEP - 1))
    page.locator(".chips").focus()
    page.keyboard.press("ArrowLeft")
    expect(line).to_have_text(told(STEP - 2))
    active = page.locator(".chips").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("data-step") == str(STEP - 2)
    assert page.evaluate("instrument.store.state.step") == STEP - 1, "pointing does not move"
    page.keyboard.press("Enter")
    assert page.evaluate("instrument.store.state.step") == STEP - 2
    chips(page).nth(6).click()
    assert page.evaluate("instrument.store.state.step") == 6


def test_a_step_makes_no_new_elements(page: Page):
    model = rnnviz.load("names-lstm")
    shown(page, model, memory_rows(model.trace(TEXT), UNIT))
    root = page.locator(".chips")
    root.evaluate(
        """e => {
          window.made = 0;
          new MutationObserver(all => { made += all.length }).observe(e, { childList: true, subtree: true });
        }"""
    )
    for step in (0, 5, 11):
        go(page, step=step)
    page.wait_for_timeout(50)
    assert page.evaluate("made") == 0
    assert numbers(page)[-1] is not None


def test_other_rows_of_the_same_trace_come_without_moving_anything(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_rows(trace, UNIT))
    go(page, step=6, phase=2, playing=False)
    rows = memory_rows(trace, 17)
    page.evaluate("next => instrument.load(next)", payload(trace, model, token_values={"memory": rows}))
    expect(page.locator(".credit-title")).to_have_text("What wrote unit 17")
    assert numbers(page)[:7] == pytest.approx([rounded(value) for value in rows.values[6, :7]], abs=1e-9)
    state = page.evaluate("instrument.store.state")
    assert (state["step"], state["phase"]) == (6, 2)


def test_another_text_brings_its_own_rows(page: Page):
    model = rnnviz.load("names-lstm")
    shown(page, model, memory_rows(model.trace(TEXT), UNIT))
    trace = model.trace("Nakamura")
    page.evaluate(
        "next => instrument.load(next)", payload(trace, model, token_values={"memory": memory_rows(trace, UNIT)})
    )
    assert chips(page).all_text_contents() == ["N", "a", "k", "a", "m", "u", "r", "a", "∎"]
    go(page, step=8)
    assert numbers(page) == pytest.approx([rounded(value) for value in memory_shares(trace, UNIT)[8]], abs=1e-9)


def test_without_its_rows_a_slot_is_empty_until_they_come(page: Page):
    model = rnnviz.load("names-lstm")
    trace = plain(page, model, SLOT)
    assert page.locator(".rnnviz-slot").evaluate("e => e.getBoundingClientRect().height") == 0
    page.evaluate(
        "next => instrument.load(next)", payload(trace, model, token_values={"memory": memory_rows(trace, UNIT)})
    )
    go(page, step=2)
    expect(chips(page)).to_have_count(len(trace))
    page.evaluate("next => instrument.load(next)", payload(trace, model))
    expect(page.locator(".credit")).to_be_hidden()


def test_what_is_never_negative_has_a_scale_from_zero(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    values = memory_shares(trace)
    shown(page, model, TokenValues("Sizes", values, COLOUR, 5.0, signed=False))
    assert page.locator(".credit-ends span").all_text_contents() == ["0", "5"]
    assert page.locator(".credit-sum").is_hidden()
    assert "+" not in page.locator(".credit-strongest").inner_text()


def test_a_direction_that_reads_backwards_has_read_what_comes_later(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    values = np.triu(np.ones((len(trace), len(trace))))
    shown(page, model, TokenValues("Backwards", values, COLOUR, 1.0), direction="backward")
    go(page, step=8)
    assert numbers(page) == [None] * 8 + [1.0] * 4


def test_words_stand_apart_and_markup_stays_text(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace("<b>&")
    rows = TokenValues("<i>x</i>", np.eye(len(trace)), COLOUR, 1.0, parts={}, total=("<u>t</u>", np.ones(len(trace))))
    plain(page, model, SLOT)
    page.evaluate(
        "next => instrument.load(next)",
        {**payload(trace, model, token_values={"memory": rows}), "token_kind": "words", "text": "x"},
    )
    go(page, step=1)
    assert "".join(chips(page).all_text_contents()).startswith("<b>&")
    assert page.locator(".credit :is(b, i, u)").count() == 0
    assert page.locator(".credit-title").inner_text() == "<i>x</i>"
    first, second = (chips(page).nth(k).bounding_box() for k in (0, 1))
    assert second["x"] - first["x"] - first["width"] >= 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(page: Page, theme: str):
    page.set_viewport_size({"width": 390, "height": 800})
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_rows(trace, UNIT), theme=theme)
    page.locator(".chips").focus()
    found = Axe().run(page)
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
