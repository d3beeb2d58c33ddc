"""The arithmetic and the diagram in a real Chromium: they show the numbers of the trace and name what is computed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

import rnnviz
from rnnviz.cells import LSTM
from tests.browser.plain_page import TEXT, UNIT, go, number, plain
from tests.exponential_cell import ExponentialLSTM
from tests.js.fixtures import SHORT, strong_model
from tests.strategies import UNUSUAL

VIEWS = ["diagram", "arithmetic"]


def results(page: Page) -> dict[str, float]:
    """The number in which each equation ends, by the quantity's name."""
    found = page.locator(".arithmetic-result[data-name]").evaluate_all(
        "all => all.map(e => [e.dataset.name, e.textContent])"
    )
    return {name: number(text) for name, text in found}


def opened_sum(page: Page) -> Locator:
    """The terms of the first sum, opened."""
    details = page.locator("details.arithmetic-sum").first
    details.locator("summary").click()
    expect(details.locator("tbody .arithmetic-amount").first).to_be_visible()
    return details


def check_adds_up(details: Locator) -> None:
    amounts = details.locator("tbody .arithmetic-amount").all_inner_texts()
    *parts, whole = (number(text.replace("+", "")) for text in amounts)
    assert sum(parts) == pytest.approx(whole, abs=6e-4 * len(amounts))


def test_primitives_and_quotients_are_written_and_computed(page: Page):
    model = strong_model(ExponentialLSTM, {})
    trace = plain(page, model, text=SHORT, views=["formula", *VIEWS])
    go(page, step=2, unit=3)
    assert results(page) == pytest.approx(
        {q.name: float(trace[q.name][2, 3]) for q in trace.definition.quantities}, abs=6e-4
    )
    formulas = page.locator("math")
    expect(formulas.filter(has_text="exp").first).to_contain_text("exp(min(")
    expect(formulas.locator("mfrac > *").nth(1)).to_contain_text("max(n")


@pytest.mark.parametrize(("kind", "options"), [UNUSUAL[3], UNUSUAL[5]], ids=["lstm", "peephole"])
def test_boxes_name_their_activations_and_lines_end_in_the_recorded_values(page: Page, kind, options):
    model = strong_model(kind, options)
    trace = model.trace(SHORT)
    plain(page, model, text=SHORT, views=VIEWS)
    go(page, step=2, unit=3)
    for quantity in trace.definition.quantities:
        if quantity.activation:
            glyph = page.locator(f".diagram .gate[data-name={quantity.name}] .glyph")
            expect(glyph).to_have_text(quantity.activation.symbol)
            box = page.locator(f".diagram .gate[data-name={quantity.name}] .box").bounding_box()
            letters = glyph.bounding_box()
            assert box and letters
            assert letters["x"] >= box["x"] and letters["x"] + letters["width"] <= box["x"] + box["width"]
    if kind is LSTM:
        expect(page.locator(".diagram .function .glyph")).to_have_text("linear")
    assert results(page) == pytest.approx(
        {q.name: float(trace[q.name][2, 3]) for q in trace.definition.quantities}, abs=6e-4
    )
    details = opened_sum(page)
    check_adds_up(details)
    names = details.locator("tbody th").all_inner_texts()
    assert (kind is not LSTM) == any(name.startswith("p") for name in names), names
    assert ("1 of c" in details.locator("summary").inner_text()) == (kind is not LSTM)


def test_the_numbers_follow_step_and_unit(page: Page):
    model = rnnviz.load("names-lstm")
    trace = plain(page, model, views=VIEWS)
    drawing = page.locator(".diagram svg")
    seen = set()
    for step, unit in ((0, 0), (1, UNIT), (5, 17)):
        go(page, step=step, unit=unit)
        expected = {q.name: float(trace[q.name][step, unit]) for q in trace.definition.quantities}
        assert results(page) == pytest.approx(expected, abs=6e-4)
        seen.add(drawing.inner_html())
    assert len(seen) == 3, "the diagram shows the values too"


def test_a_sum_opens_into_the_terms_of_the_weights(page: Page):
    model = rnnviz.load("names-lstm")
    trace, cell = plain(page, model, views=VIEWS), model.network.layers[0][0]
    go(page, step=2, unit=2)
    details = opened_sum(page)
    check_adds_up(details)
    row = cell.row("forget").start + 2
    total = (
        cell.weight_ih[row] @ trace["input_vector"][2]
        + cell.weight_hh[row] @ trace["hidden"][1]
        + cell.bias_ih[row]
        + cell.bias_hh[row]
    )
    assert number(details.locator("tbody .arithmetic-amount").last.inner_text()) == pytest.approx(
        float(total), abs=1e-3
    )
    assert f"x: read at “{TEXT[2]}”" in details.locator(".arithmetic-sources").inner_text()


def test_pointing_at_a_number_lights_its_quantity_in_the_diagram(page: Page):
    plain(page, rnnviz.load("names-lstm"), views=VIEWS)
    page.locator(".arithmetic-number[data-name=forget]").first.hover()
    expect(page.locator(".diagram .part.lit").first).to_have_attribute("data-name", "forget")
    expect(page.locator(".diagram .part.lit:not([data-name=forget])")).to_have_count(0)


def test_a_phase_dims_the_rest_of_the_diagram_and_of_the_arithmetic(page: Page):
    plain(page, rnnviz.load("names-lstm"), views=VIEWS)
    assert page.locator(".diagram .part.later").count() == 0
    go(page, phase=1)
    parts = page.locator(".diagram .part.later").filter(has=page.locator(".box"))
    faint = dict(parts.evaluate_all("all => all.map(e => [e.dataset.name, Number(getComputedStyle(e).opacity)])"))
    assert {"input", "output", "candidate"} <= faint.keys()
    assert "forget" not in faint, "the phase that is shown must not be dimmed"
    assert max(faint.values()) < 1
    expect(page.locator(".arithmetic-phase[aria-current=step]")).to_have_count(1)
    assert page.locator(".arithmetic-phase.arithmetic-dim").count() == page.locator(".arithmetic-phase").count() - 1
