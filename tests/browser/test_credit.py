"""The values of all tokens in a real Chromium: colours, what is pointed at, and other values for the same trace."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import rnnviz
from rnnviz.analysis import memory_of, memory_shares
from rnnviz.colours import negative_colour, rgb, round_up
from rnnviz.instrument import TokenValues, payload
from rnnviz.model import Model
from rnnviz.trace import Trace
from rnnviz.ui.shared.instrument import slot as slot_of
from tests.browser.plain_page import STEP, TEXT, UNIT, frames, go, load, number, plain, state

COLOUR = "#CC79A7"
SLOT = slot_of("credit", values="memory")


def memory_values(trace: Trace, unit: int) -> TokenValues:
    """What each step wrote into a unit's cell state, which it adds up to with what is left of the initial state."""
    values = memory_shares(trace, unit)
    initial = np.array([memory_of(trace, step).initial[unit] for step in range(1, len(trace) + 1)])
    total = (f"cell state of unit {unit}", trace["cell"][:, unit])
    limit = round_up(float(np.abs(values).max()))
    return TokenValues(f"What wrote unit {unit}", values, COLOUR, limit, parts={"initial state": initial}, total=total)


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


@pytest.mark.parametrize("step", [STEP, 12])
def test_every_token_has_its_share_of_the_memory(page: Page, step: int):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    rows = memory_values(trace, UNIT)
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


def test_pointing_and_keys_show_the_value_of_a_token_and_a_click_goes_to_its_step(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_values(trace, UNIT))
    row = memory_shares(trace, UNIT)[STEP - 1]

    def sentence(k: int) -> str:
        value = f"{row[k]:+.3g}".replace("-", "−") if k < STEP else "not read yet"
        return f"“{trace.tokens[k]}” (step {k + 1}): {value}"

    line = page.locator(".credit-pointed")
    expect(line).to_have_text(sentence(STEP - 1))
    chips(page).nth(1).hover()
    expect(line).to_have_text(sentence(1))
    chips(page).nth(8).hover()
    expect(line).to_have_text(sentence(8))
    page.mouse.move(2, 2)
    expect(line).to_have_text(sentence(STEP - 1))
    page.locator(".chips").focus()
    page.keyboard.press("ArrowLeft")
    expect(line).to_have_text(sentence(STEP - 2))
    active = page.locator(".chips").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("data-step") == str(STEP - 2)
    assert state(page, "step")[0] == STEP - 1, "pointing does not move"
    page.keyboard.press("Enter")
    assert state(page, "step")[0] == STEP - 2
    chips(page).nth(6).click()
    assert state(page, "step")[0] == 6


def test_a_step_makes_no_new_elements(page: Page):
    model = rnnviz.load("names-lstm")
    shown(page, model, memory_values(model.trace(TEXT), UNIT))
    root = page.locator(".chips")
    root.evaluate(
        """e => {
          window.made = 0;
          new MutationObserver(all => { made += all.length }).observe(e, { childList: true, subtree: true });
        }"""
    )
    for step in (0, 5, 11):
        go(page, step=step)
    frames(page)
    assert page.evaluate("made") == 0
    assert numbers(page)[-1] is not None


def test_other_values_for_the_same_trace_come_without_moving_anything(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    shown(page, model, memory_values(trace, UNIT))
    go(page, step=6, phase=2, playing=False)
    rows = memory_values(trace, 17)
    load(page, payload(trace, model, token_values={"memory": rows}))
    expect(page.locator(".credit-title")).to_have_text("What wrote unit 17")
    assert numbers(page)[:7] == pytest.approx([rounded(value) for value in rows.values[6, :7]], abs=1e-9)
    state = page.evaluate("instrument.store.state")
    assert (state["step"], state["phase"]) == (6, 2)


def test_another_text_brings_its_own_values(page: Page):
    model = rnnviz.load("names-lstm")
    shown(page, model, memory_values(model.trace(TEXT), UNIT))
    trace = model.trace("Nakamura")
    page.evaluate(
        "next => instrument.load(next)", payload(trace, model, token_values={"memory": memory_values(trace, UNIT)})
    )
    assert chips(page).all_text_contents() == ["N", "a", "k", "a", "m", "u", "r", "a", "∎"]
    go(page, step=8)
    assert numbers(page) == pytest.approx([rounded(value) for value in memory_shares(trace, UNIT)[8]], abs=1e-9)


def test_without_its_values_a_slot_is_empty_until_they_come(page: Page):
    model = rnnviz.load("names-lstm")
    trace = plain(page, model, SLOT)
    assert page.locator(".rnnviz-slot").evaluate("e => e.getBoundingClientRect().height") == 0
    page.evaluate(
        "next => instrument.load(next)", payload(trace, model, token_values={"memory": memory_values(trace, UNIT)})
    )
    go(page, step=2)
    expect(chips(page)).to_have_count(len(trace))
    load(page, payload(trace, model))
    expect(page.locator(".credit")).to_be_hidden()


def test_what_is_never_negative_has_a_scale_from_zero(page: Page):
    model = rnnviz.load("names-lstm")
    shown(page, model, TokenValues("Sizes", memory_shares(model.trace(TEXT)), COLOUR, 5.0, signed=False))
    assert page.locator(".credit-ends span").all_text_contents() == ["0", "5"]
    assert page.locator(".credit-sum").is_hidden()


def test_words_are_set_apart_and_markup_stays_text(page: Page):
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
    shown(page, model, memory_values(trace, UNIT), theme=theme)
    page.locator(".chips").focus()
    found = Axe().run(page)
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
