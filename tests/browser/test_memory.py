"""The Memory page and what-if in a real Chromium: what is shown is the analysis, and moves with the reader."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.analysis import ablation, attribution, gradient_flow, kept_by_gate, memory_shares
from rnnviz.interventions import parse_all
from rnnviz.text.tokens import visible
from rnnviz.ui.pages.memory import QUESTIONS
from tests.browser.conftest import check_in_both_themes, link, rerun, settle
from tests.browser.test_compare import heatmap_slot
from tests.browser.test_explore import click_cell, open_page, step_values, text_box, write

NAMES = "task=names&text=Nakamura"
HEATMAPS = """([key, name]) => {
  const gd = document.querySelector(`.st-key-${key} .js-plotly-plot`);
  return gd._fullData.find(trace => trace.name === name).z.map(row => Array.from(row));
}"""


def heatmap(page: Page, key: str, name: str) -> np.ndarray:
    return np.array(page.evaluate(HEATMAPS, [key, name]), dtype=float)


def press(page: Page, *keys: str) -> None:
    """Move with the keyboard, and wait until the server has followed."""
    with rerun(page):
        page.locator(".instrument").first.focus()
        for key in keys:
            page.keyboard.press(key)


def assert_seen(page: Page, run: str | None, quantity: str, values: np.ndarray) -> None:
    """The lens of a run's heatmap shows its values, at the first row and every third step."""
    slot = heatmap_slot(page, run, quantity)
    plot = slot.locator(f"[data-name={quantity}] .heatmap-plot")
    plot.scroll_into_view_if_needed()
    rows = slot.locator(f"[data-name={quantity}] .heatmap-names div").all_inner_texts()
    box = plot.bounding_box()
    assert box
    for step in range(0, len(values), 3):
        x, y = (step + 0.5) / len(values), 0.5 / len(rows)
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        expect(slot.locator(".lens-title")).to_contain_text(f"step {step + 1}")
        shown = slot.locator(".lens dd.selected").inner_text().split(" ")[0].replace("−", "-")
        assert float(shown) == pytest.approx(values[step, int(rows[0])], abs=5.1e-4)
    page.mouse.move(1, 1)


def credit(page: Page, part: str) -> str:
    return page.evaluate(
        "part => document.querySelector('[data-view=credit]').shadowRoot.querySelector(part)?.textContent ?? ''", part
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_fits_and_is_accessible(page: Page, app: str, question: str):
    open_page(page, f"{app}/memory?{NAMES}&question={question}&if=forget@3=0")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{width}")


def test_the_row_of_the_current_step_is_boxed_and_the_curve_follows(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=reach")
    steps = len("Nakamura") + 1
    for keys, step in (((), steps), (("ArrowLeft", "ArrowLeft", "ArrowLeft"), steps - 3)):
        if keys:
            press(page, *keys)
        for cell in ("rnn", "gru", "lstm"):
            chart = f".st-key-chart-gradient-{cell} .js-plotly-plot"
            boxes = page.evaluate(
                f"document.querySelector('{chart}').layout.shapes.filter(s => s.type === 'rect').map(s => [s.y0, s.y1])"
            )
            assert boxes == [[step - 1.5, step - 0.5]]
        expect(page.get_by_text(f"still moves the hidden state after step {step}").first).to_be_visible()


def test_the_gradient_is_that_of_the_analysis(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=reach")
    for cell in ("rnn", "gru", "lstm"):
        norms = gradient_flow(rnnviz.load(f"names-{cell}").trace("Nakamura")).norms
        shown = heatmap(page, f"chart-gradient-{cell}", "gradient")
        below = np.tril(np.ones_like(norms, dtype=bool))
        np.testing.assert_allclose(shown[below], np.log10(norms[below]), atol=1e-4)


def test_what_made_it_say_this_follows_the_step(page: Page, app: str):
    open_page(page, f"{app}/memory?task=reviews&text=not+good+at+all")
    trace = rnnviz.load("reviews-lstm").trace("not good at all")
    drawn = "() => Array.from(document.querySelector('.st-key-chart-attribution .js-plotly-plot')._fullData[0].y)"
    for keys, step in ((), 4), (("ArrowLeft", "ArrowLeft"), 2):
        if keys:
            press(page, *keys)
        expect(page.get_by_text(f"After step {step} (“{trace.tokens[step - 1]}”)")).to_be_visible()
        result = attribution(trace, step=step)
        np.testing.assert_allclose(page.evaluate(drawn)[:step], result.values[:step], rtol=1e-5)
        strongest = f"Step {result.strongest} (“{trace.tokens[result.strongest - 1]}”)"
        expect(page.get_by_text(strongest, exact=True)).to_be_visible()


def test_vanishing_is_named_where_it_happens(page: Page, app: str):
    open_page(page, f"{app}/memory?question=reach")
    (place,) = gradient_flow(rnnviz.load("recall-rnn").trace(text_box(page).input_value())).extremes()
    expect(page.get_by_text(f"Vanishing: the gradient from steps {place.first}–{place.last} to")).to_be_visible()


def test_the_text_is_coloured_by_who_wrote_the_memory(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=writers&unit=7")
    with rerun(page):
        page.get_by_role("radio", name="one unit’s memory").click()
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    for keys, step, unit in ((), 9, 7), (("ArrowLeft", "ArrowLeft"), 7, 7), (("ArrowDown",), 7, 8):
        if keys:
            press(page, *keys)
        shares = memory_shares(trace, unit)[step - 1]
        assert f"cell state of unit {unit} after step {step}" in credit(page, ".credit-sum")
        strongest = int(np.abs(shares).argmax())
        first = credit(page, ".credit-strongest").replace("−", "-")
        letter, where, number = re.match(r"[^“]*“(.)” \(step (\d+), ([+-][\d.e-]+)\)", first).groups()  # type: ignore[union-attr]
        assert (letter, int(where)) == (visible(trace.tokens[strongest]), strongest + 1)
        assert float(number) == pytest.approx(shares[strongest], rel=0.01)
        total = float(re.search(r": (−?[\d.]+) =", credit(page, ".credit-sum"))[1].replace("−", "-"))  # type: ignore[index]
        assert total == pytest.approx(trace["cell"][step - 1, unit], rel=0.01)
        np.testing.assert_allclose(
            np.nan_to_num(heatmap(page, "chart-written", "written")), memory_shares(trace, unit), atol=1e-5
        )


def test_a_point_of_what_the_gate_keeps_chooses_its_unit(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=writers")
    with rerun(page):
        page.get_by_role("radio", name="one unit’s memory").click()
    slowest = int(kept_by_gate(rnnviz.load("names-lstm").trace("Nakamura")).order[0])
    with rerun(page):
        page.locator(".st-key-chart-kept-by-gate .scatterlayer .point").first.click(force=True)
    assert f"cell state of unit {slowest}" in credit(page, ".credit-title")
    expect(page.get_by_role("spinbutton", name="unit")).to_have_value(str(slowest))


def test_the_prediction_is_taken_apart(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=writers")
    said = credit(page, ".credit-sum").replace("−", "-")
    logit, wrote, unexplained, bias = (float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", said.split(":")[1]))
    assert logit == pytest.approx(wrote + unexplained + bias, abs=0.05)
    assert "what tanh takes away" in said and "logit of Japanese" in said


def test_one_click_changes_the_run_and_the_link(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=changes")
    with rerun(page):
        page.get_by_role("button", name="Never write").click()
    before = rnnviz.load("names-lstm").trace("Nakamura")
    after = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("input=0"))
    apart = after["cell"] - before["cell"]
    for run, values in (("other", before["cell"]), (None, after["cell"]), ("difference", apart)):
        assert_seen(page, run, "cell", values)
    assert link(page)["if"] == "input=0"
    expect(page.locator("[data-testid=stMarkdownContainer] p", has_text="It ends on")).to_be_visible()


def test_a_cell_of_a_heatmap_is_picked_and_edited_on_explore(page: Page, app: str):
    open_page(page, f"{app}/?text=Nakamura")
    click_cell(page, "forget", step=4, unit=6)
    summary = page.locator("details.whatif summary")
    expect(summary).to_contain_text("the forget gate of unit 6 at step 4")
    summary.click()
    page.get_by_role("spinbutton", name="Value", exact=True).fill("0.25")
    with rerun(page):
        page.get_by_role("button", name="Try it").click()
    assert link(page)["if"] == "forget.6@4=0.25"
    changed = rnnviz.load("names-lstm").trace("Nakamura", interventions=parse_all("forget.6@4=0.25"))
    np.testing.assert_allclose(step_values(page, "cell state"), changed["cell"][3], atol=5.1e-4)
    page.get_by_role("button", name="Forget", exact=True).click()
    expect(page.get_by_text("held at 0.25 by what-if").first).to_be_visible()
    expect(page.get_by_text("step 4 of 9", exact=True)).to_be_visible()
    with rerun(page):
        page.get_by_role("button", name="What if").first.click()
    with rerun(page):
        page.get_by_role("link", name="Before and after").click()
    assert text_box(page).input_value() == "Nakamura"
    assert_seen(page, None, "cell", changed["cell"])


def test_a_refusal_is_said_and_the_text_stays(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=changes&if=forget@9=0")
    expect(page.get_by_text("Cannot apply")).to_have_count(0)
    write(page, "Naka")
    expect(page.get_by_text("there is no step 9; the text has steps 1 to 5")).to_be_visible()
    assert text_box(page).input_value() == "Naka"
    write(page, "Nakamura")
    expect(page.get_by_text("Cannot apply")).to_have_count(0)


def test_the_strongest_unit_opens_in_the_instrument(page: Page, app: str):
    open_page(page, f"{app}/memory?{NAMES}&question=units")
    unit = int(ablation(rnnviz.load("names-lstm"), "Nakamura")["unit"].iloc[0])
    page.get_by_role("link", name=f"Open unit {unit}", exact=True).click()
    expect(page.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(page)
    expect(page.get_by_role("spinbutton", name="unit")).to_have_value(str(unit))
    assert text_box(page).input_value() == "Nakamura"


def test_a_long_text_shows_its_progress_and_typing_on_stops_it(page: Page, app: str):
    open_page(page, f"{app}/memory?task=shakespeare&question=reach")
    long = "To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer " * 4
    text_box(page).fill(long)
    expect(page.get_by_text("Computing the gradient").first).to_be_visible()
    text_box(page).fill("To be")
    expect(page.get_by_text("step 5 of 5", exact=True)).to_be_visible(timeout=10_000)
    settle(page)
    shown = heatmap(page, "chart-gradient-lstm", "gradient")
    assert shown.shape == (5, 5)
    expect(page.get_by_text("Computing the gradient")).to_have_count(0)
