"""The Compare page in a real Chromium: one step for everything that stands side by side."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz.analysis import difference
from rnnviz.figures import disagreeing_steps
from rnnviz.ui.pages.compare import COMPARISONS
from rnnviz.ui.pages.compare.texts_panel import PAIRS
from tests.browser.conftest import check_in_both_themes, link, rerun, settle, wait_for_link
from tests.browser.plain_page import frames
from tests.browser.test_explore import open_page, text_box, write

THREE = ("rnn", "gru", "lstm")
OPACITY = """canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]
  .filter((_, k) => k % 4 === 3).map((byte) => byte / 255)"""
# How many heatmaps there are, brought into view one after another, and in how many the column of a step, from 1, is
# marked. What comes into view is brought up to date a few frames later.
MARKED = """async (step) => {
  let [panels, marked] = [0, 0];
  const at = (plot) => {
    const [box, column] = [plot, plot.querySelector('.column')].map((element) => element.getBoundingClientRect());
    return ((column.left + column.right) / 2 - box.left) / box.width * plot.querySelector('canvas').width + 0.5;
  };
  for (const slot of document.querySelectorAll('.rnnviz-slot[data-view=heatmaps]')) {
    slot.scrollIntoView({ block: 'center' });
    const plots = () => [...slot.shadowRoot?.querySelectorAll('.heatmap-plot') ?? []];
    const isMarked = (plot) => Math.abs(at(plot) - step) < 0.2;
    for (let frame = 0; frame < 300 && !(plots().length && plots().every(isMarked)); frame++) {
      await new Promise(requestAnimationFrame);
    }
    panels += plots().length;
    marked += plots().filter(isMarked).length;
  }
  return [panels, marked];
}"""


def all_are_at(page: Page, step: int, panels: int) -> None:
    """Every heatmap of the page shows a step."""
    assert page.evaluate(MARKED, step) == [panels, panels]


def heatmap_slot(page: Page, run: str | None, quantity: str):
    which = f"[data-run={run}]" if run else ":not([data-run])"
    return page.locator(f".rnnviz-slot[data-view=heatmaps]{which}[data-quantities*={quantity}]").first


@pytest.mark.parametrize("mode", COMPARISONS)
def test_every_comparison_fits_and_is_accessible(page: Page, app: str, mode: str):
    open_page(page, f"{app}/compare?mode={mode}")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{width}")


def test_one_step_for_the_heatmaps_of_all_cells_by_keys_and_by_a_click(page: Page, app: str):
    open_page(page, f"{app}/compare?task=names&text=Nakamura")
    panels = sum(1 + len(rnnviz.load(f"names-{cell}").definition.display_order) for cell in THREE)
    all_are_at(page, 9, panels)
    page.locator(".instrument").first.focus()
    for step in (8, 7, 6):
        page.keyboard.press("ArrowLeft")
        frames(page)
        all_are_at(page, step, panels)
    expect(page.get_by_text("the hidden state after step 6").first).to_be_visible()
    settle(page)
    all_are_at(page, 6, panels)
    plot = heatmap_slot(page, "rnn", "hidden").locator("[data-name=hidden] .heatmap-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    with rerun(page):
        page.mouse.click(box["x"] + 3.5 * box["width"] / 9, box["y"] + box["height"] / 2)
        expect(page.get_by_text("step 4 of 9", exact=True)).to_be_visible()
    all_are_at(page, 4, panels)
    plot.hover(position={"x": 1.5 * box["width"] / 9, "y": box["height"] / 2})
    expect(heatmap_slot(page, "rnn", "hidden").locator(".lens-title")).to_contain_text("“a”, step 2")


def test_the_choices_of_rows_are_for_all_cells(page: Page, app: str):
    open_page(page, f"{app}/compare?task=names&text=Li")
    page.get_by_role("button", name="all 64").click()
    for cell in ("rnn", "gru", None):
        canvas = heatmap_slot(page, cell, "hidden").locator("[data-name=hidden] canvas:not([hidden])").first
        canvas.scroll_into_view_if_needed()
        expect(canvas).to_have_attribute("height", "64")


def test_where_they_first_disagree_follows_what_is_typed(page: Page, app: str):
    open_page(page, f"{app}/compare")
    for text in (text_box(page).input_value(), "I wanted to like this film", "not bad"):
        if text != text_box(page).input_value():
            write(page, text)
        read = {cell: rnnviz.load(f"reviews-{cell}").trace(text) for cell in THREE}
        differ = disagreeing_steps(read)
        summary = "The answers differ" if differ else "All give the same answer"
        expect(page.get_by_text(summary).first).to_be_visible()
        marks = page.locator(".st-key-chart-said .annotation-text", has_text="≠").count()
        assert bool(marks) == bool(differ)


def test_two_texts_aligned_under_one_column_and_in_the_link(page: Page, app: str):
    open_page(page, f"{app}/compare?mode=texts")
    first, _ = PAIRS["reviews"]
    expect(page.get_by_text("The texts first differ in column 4")).to_be_visible()
    all_are_at(page, 5, 9)
    assert page.locator(".token.pair").all_inner_texts() == [
        "The\nThe",
        "food\nfood",
        "was\nwas",
        "not\n–",
        "good\ngood",
    ]
    page.locator(".instrument").first.focus()
    page.keyboard.press("ArrowLeft")
    frames(page)
    all_are_at(page, 4, 9)
    gaps = {run: heatmap_slot(page, run, "hidden").locator(".heatmap-gaps i").count() for run in (None, "other")}
    assert gaps == {None: 0, "other": 3}  # in each of three heatmaps
    wait_for_link(page, step="4")
    other = "The food was really bad"
    with rerun(page):
        page.get_by_role("textbox", name="Second text").fill(other)
    wait_for_link(page, other=other)
    model = rnnviz.load("reviews-lstm")
    apart = difference(model.trace(first), model.trace(other)).values("cell")
    slot = heatmap_slot(page, "difference", "cell")
    canvas = slot.locator("[data-name=cell] canvas:not([hidden])")
    expect(canvas).to_have_count(1)  # while one fades into the next, there are two
    canvas.scroll_into_view_if_needed()
    units = [int(text) for text in slot.locator("[data-name=cell] .heatmap-names div").all_inner_texts()]
    opacity = np.array(canvas.evaluate(OPACITY)).reshape(len(units), len(apart))
    np.testing.assert_allclose(opacity, np.abs(apart.T[units]) / np.nanmax(np.abs(apart)), atol=1 / 255)
    wait_for_link(page, step="4", other=other)
    page.reload()
    settle(page)
    assert page.get_by_role("textbox", name="Second text").input_value() == other
    assert text_box(page).input_value() == first
    expect(page.get_by_text("column 4 of 5", exact=True)).to_be_visible()


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
