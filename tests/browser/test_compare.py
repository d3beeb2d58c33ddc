"""The Compare page in a real Chromium: one playhead moves through everything that stands side by side."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.figures import disagreeing_steps
from rnnviz.ui.pages.compare import COMPARISONS
from rnnviz.ui.pages.compare.texts_panel import PAIRS
from tests.browser.conftest import check_in_both_themes, link, rerun, settle, wait_for_link
from tests.browser.plain_page import frames
from tests.browser.test_explore import open_page, text_box, write
from tests.browser.test_memory import heatmap

THREE = ("rnn", "gru", "lstm")
# Of every panel under the playhead: the column, counted from 1, whose middle the box is over.
COLUMNS = """() => [...document.querySelectorAll('[class*="st-key-heatmaps"] .js-plotly-plot')].flatMap((graph) => {
  const areas = [...graph.querySelectorAll('.nsewdrag')].map((area) => area.getBoundingClientRect());
  const boxes = [...graph.querySelectorAll('.playhead-column')].filter((box) => !box.hidden);
  const [low, high] = graph._fullLayout.xaxis.range;
  return areas.map((area, k) => {
    const box = boxes[k]?.getBoundingClientRect();
    return box ? ((box.left + box.right) / 2 - area.left) / area.width * (high - low) + low + 1 : null;
  });
})"""


def columns(page: Page) -> list[float]:
    """Where the playhead stands in every panel."""
    found = page.evaluate(COLUMNS)
    assert found and None not in found
    return found


@pytest.mark.parametrize("mode", COMPARISONS)
def test_every_comparison_fits_and_is_accessible(page: Page, app: str, mode: str):
    open_page(page, f"{app}/compare?mode={mode}")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{width}")


def test_one_playhead_moves_through_all_heatmaps_of_all_cells_by_keys_and_by_a_click(page: Page, app: str):
    open_page(page, f"{app}/compare?task=names&text=Nakamura")
    panels = sum(1 + len(rnnviz.load(f"names-{cell}").definition.display_order) for cell in THREE)
    assert columns(page) == pytest.approx([9] * panels, abs=0.2)
    page.locator(".instrument").first.focus()
    page.evaluate("window.stale = [...document.querySelectorAll('.js-plotly-plot')]")
    for step in (8, 7, 6):
        page.keyboard.press("ArrowLeft")
        frames(page)
        assert columns(page) == pytest.approx([step] * panels, abs=0.2)
    expect(page.get_by_text("the hidden state after step 6").first).to_be_visible()
    settle(page)
    assert columns(page) == pytest.approx([6] * panels, abs=0.2)
    area = page.locator(".st-key-heatmaps-states-rnn .nsewdrag").last
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    with rerun(page):
        page.mouse.click(box["x"] + 3.5 * box["width"] / 9, box["y"] + box["height"] / 2)
        expect(page.get_by_text("step 4 of 9", exact=True)).to_be_visible()
    assert columns(page) == pytest.approx([4] * len(columns(page)), abs=0.2)


def test_where_they_first_disagree_follows_what_is_typed(page: Page, app: str):
    open_page(page, f"{app}/compare")
    for text in (text_box(page).input_value(), "I wanted to like this film", "not bad"):
        if text != text_box(page).input_value():
            write(page, text)
        read = {cell: rnnviz.load(f"reviews-{cell}").trace(text) for cell in THREE}
        steps = disagreeing_steps(read)
        summary = f"They first disagree at step {steps[0]} (" if steps else "agree at every step"
        expect(page.get_by_text(summary).first).to_be_visible()
        marks = page.locator(".st-key-chart-said .annotation-text", has_text="≠").count()
        assert bool(marks) == bool(steps)
        for cell, trace in read.items():
            page.wait_for_selector(f".st-key-heatmaps-states-{cell} .nsewdrag")
            np.testing.assert_allclose(heatmap(page, f"heatmaps-states-{cell}", "hidden"), trace["hidden"].T, atol=1e-6)


def test_two_texts_under_one_playhead_and_in_the_link(page: Page, app: str):
    open_page(page, f"{app}/compare?mode=texts")
    first, _ = PAIRS["reviews"]
    expect(page.get_by_text("The predictions first differ at step 4")).to_be_visible()
    assert columns(page) == pytest.approx([5] * 9, abs=0.2)
    page.locator(".instrument").first.focus()
    page.keyboard.press("ArrowLeft")
    frames(page)
    assert columns(page) == pytest.approx([4] * 9, abs=0.2)
    wait_for_link(page, step="4")
    other = "The food was really bad"
    with rerun(page):
        page.get_by_role("textbox", name="Second text").fill(other)
    wait_for_link(page, other=other)
    model = rnnviz.load("reviews-lstm")
    read, against = model.trace(first), model.trace(other)
    np.testing.assert_allclose(
        heatmap(page, "heatmaps-text-difference", "cell"), (against["cell"] - read["cell"]).T, atol=1e-6
    )
    page.reload()
    settle(page)
    assert page.get_by_role("textbox", name="Second text").input_value() == other
    assert text_box(page).input_value() == first
    expect(page.get_by_text("step 4 of 5", exact=True)).to_be_visible()


def test_from_one_comparison_to_the_other_and_back(page: Page, app: str):
    open_page(page, f"{app}/compare")
    opened = text_box(page).input_value()
    with rerun(page):
        page.get_by_role("radio", name="Two texts, one cell").click()
    assert link(page)["mode"] == "texts" and text_box(page).input_value() == PAIRS["reviews"][0]
    assert "text" not in link(page)
    with rerun(page):
        page.get_by_role("radio", name="One text, all cells").click()
    assert text_box(page).input_value() == opened and "text" not in link(page)
