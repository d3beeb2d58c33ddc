"""The instrument's heatmaps in a real Chromium: what they show, and what a pointer, a finger and a key do with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import rnnviz
from rnnviz.analysis import unit_effects
from rnnviz.colours import negative_colour, rgb, scale_limits
from rnnviz.trace import Trace
from tests.browser.conftest import serious, violations
from tests.browser.plain_page import STEP, TEXT, data, frames, go, load, number, plain, slot, state

ALL = slot("heatmaps")
SOME = slot("heatmaps", quantities="prediction,cell,forget")
NAMES = ["prediction", "hidden", "cell", "forget", "input", "candidate", "output"]
PIXELS = """panel => {
  const canvas = panel.querySelector('canvas:not([hidden])');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, data: [...data] };
}"""
# By heatmap, the opacities of its pictures: one that fades in, and one that fades out.
SEEN = """() => [...document.querySelector('.rnnviz-slot').shadowRoot.querySelectorAll('.heatmap-plot')].map(plot =>
  [...plot.querySelectorAll('canvas:not([hidden])')].map(canvas => Number(getComputedStyle(canvas).opacity)))"""
UNITS = ".heatmap[data-name=cell] .heatmap-names div"


def panel(page: Page, name: str) -> Any:
    return page.locator(f".heatmap[data-name={name}]")


def cell(page: Page, name: str, step: int, row: int) -> tuple[float, float]:
    """The middle of a cell on the screen, counted from 0."""
    plot = panel(page, name).locator(".heatmap-plot")
    plot.scroll_into_view_if_needed()
    box, canvas = plot.bounding_box(), panel(page, name).evaluate(PIXELS)
    assert box
    return box["x"] + (step + 0.5) * box["width"] / canvas["width"], box["y"] + (row + 0.5) * box["height"] / canvas[
        "height"
    ]


def shown_units(page: Page) -> list[int]:
    return [int(text) for text in page.locator(UNITS).all_inner_texts()]


def expected_pixels(trace: Trace, name: str, units: list[int]) -> np.ndarray:
    """Red, green, blue and opacity from 0 to 1, (rows, steps, 4)."""
    quantity = trace.definition.by_name[name]
    values = trace[name].T[units]
    low, high = scale_limits(quantity, trace[name])
    colours = np.where(values[..., None] >= 0, rgb(quantity.colour), rgb(negative_colour(quantity.colour)))
    opacity = np.clip(np.where(values >= 0, values / high, values / (low or -1)), 0, 1)
    return np.concatenate([colours, opacity[..., None]], axis=2)


def check_pixels(page: Page, trace: Trace, name: str, units: list[int]) -> None:
    page.wait_for_function(f"() => ({SEEN})().every(opacities => String(opacities) === '1')")
    found = panel(page, name).evaluate(PIXELS)
    assert (found["width"], found["height"]) == (len(trace), len(units))
    pixels = np.array(found["data"]).reshape(len(units), len(trace), 4)
    expected = expected_pixels(trace, name, units)
    np.testing.assert_allclose(pixels[..., 3] / 255, expected[..., 3], atol=0.5 / 255 + 1e-6)
    strong = expected[..., 3] > 0.5  # a faint colour is stored with less precision
    np.testing.assert_allclose(pixels[strong][:, :3], expected[strong][:, :3], atol=2)


def test_every_quantity_has_a_heatmap_of_the_strongest_units_in_its_colours(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), ALL)
    names = page.locator(".heatmap").evaluate_all("panels => panels.map(panel => panel.dataset.name)")
    assert names == NAMES
    order = np.argsort(-np.abs(unit_effects(trace).values), kind="stable")[:12].tolist()
    go(page, unit=order[2])
    assert shown_units(page) == order
    for name in NAMES[1:]:
        check_pixels(page, trace, name, order)
    answer = trace.labels[trace.probabilities[-1].argmax()]
    assert panel(page, "prediction").locator(".heatmap-names div").first.inner_text() == answer


def test_all_units_are_one_click_away_and_have_three_orders(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), ALL)
    page.get_by_role("button", name="all 64").click()
    check_pixels(page, trace, "forget", np.argsort(-np.abs(unit_effects(trace).values), kind="stable").tolist())
    page.get_by_role("button", name="number").click()
    check_pixels(page, trace, "hidden", list(range(64)))
    assert panel(page, "input_vector").count() == 1
    page.get_by_role("button", name="top 12").click()
    strongest = np.argsort(-np.abs(unit_effects(trace).values), kind="stable")[:12]
    assert len(shown_units(page)) == 12 and set(strongest[:11]) <= set(shown_units(page))
    assert panel(page, "input_vector").count() == 0


def test_a_click_goes_to_the_step_and_the_unit_and_picks_what_can_be_edited(page: Page):
    plain(page, rnnviz.load("names-lstm"), ALL, editable=True)
    units = shown_units(page)
    page.mouse.click(*cell(page, "output", 7, 4))
    assert state(page, "step", "unit", "picked", "unitChosen") == [7, units[4], "output", True]
    page.mouse.click(*cell(page, "prediction", 2, 1))
    assert state(page, "step", "unit", "picked") == [2, units[4], "output"]
    marks = panel(page, "output").locator(".picked:not([hidden])")
    assert marks.count() == 1 and page.locator(".picked:not([hidden])").count() == 1
    box = marks.bounding_box()
    assert box and abs(box["x"] + box["width"] / 2 - cell(page, "output", 2, 4)[0]) < 1.5
    assert page.locator(".heatmap-names .selected").all_inner_texts() == [str(units[4])] * 6


def test_the_step_that_is_pointed_at_is_marked_among_the_tokens(page: Page):
    plain(page, rnnviz.load("names-lstm"), ALL, views=["tokens"])
    marked = page.locator(".token.under-pointer")
    page.mouse.move(*cell(page, "input", 5, 3))
    expect(marked).to_have_attribute("data-step", "5")
    page.mouse.move(2, 2)
    expect(marked).to_have_count(0)


def test_the_lens_has_the_numbers_of_every_quantity_where_the_pointer_is(page: Page):
    trace = plain(page, rnnviz.load("names-lstm"), ALL)
    unit = shown_units(page)[3]
    page.mouse.move(*cell(page, "input", 5, 3))
    lens = page.locator(".lens")
    expect(lens).to_contain_text(f"Unit {unit} at “{TEXT[5]}”, step 6")
    assert state(page, "pointed") == [{"name": "input", "step": 5, "unit": unit}]
    found = [number(text) for text in lens.locator("dd").all_inner_texts()]
    np.testing.assert_allclose(found, [trace[name][5, unit] for name in NAMES[1:]], atol=5.1e-4)
    assert lens.locator(".selected").all_inner_texts() == [str(unit), "i", lens.locator("dd.selected").inner_text()]
    page.mouse.move(*cell(page, "prediction", 5, 0))
    expect(lens.locator("dt")).to_have_count(5)
    page.mouse.move(2, 2)
    expect(lens).to_be_hidden()
    assert state(page, "pointed") == [None]


def test_what_is_not_in_focus_is_dim_but_there(page: Page):
    plain(page, rnnviz.load("names-lstm"), ALL)
    dim = page.locator(".heatmap.dim")
    expect(dim).to_have_count(0)
    go(page, highlight="forget")
    expect(dim).to_have_count(6)
    expect(panel(page, "forget")).not_to_have_class("heatmap dim")
    go(page, highlight=None, phase=1)
    lit = page.evaluate("() => instrument.store.trace.phases[1].computes")
    assert [n for n in NAMES if "dim" not in (panel(page, n).get_attribute("class") or "")] == lit


def test_another_text_fades_in_and_no_frame_is_blank(page: Page):
    model = rnnviz.load("names-lstm")
    plain(page, model, ALL)
    for text in ("Schmidhube", "Schmidhub", "Schmid"):
        load(page, data(model, text))
        for _ in range(4):
            assert min(sum(opacities) for opacities in page.evaluate(SEEN)) > 0.9
            frames(page)
    check_pixels(page, model.trace("Schmid"), "hidden", shown_units(page))


def test_held_values_are_outlined_and_values_beyond_the_scale_have_a_notch(page: Page):
    model = rnnviz.load("names-lstm")
    trace = model.trace(TEXT)
    plain(page, model, ALL)
    units = shown_units(page)
    limit = scale_limits(trace.definition.by_name["cell"], trace["cell"])[1]
    beyond = int((np.abs(trace["cell"].T[units]) > limit).sum())
    notches = panel(page, "cell").locator(".notches")
    assert beyond and (notches.get_attribute("d") or "").count("M") == beyond
    expect(panel(page, "cell").locator(".heatmap-legend")).to_contain_text(f"{beyond} beyond")
    held = model.trace(TEXT, interventions=[rnnviz.interventions.Hold("forget", 1, units[1], (3, 5))])
    load(page, {**data(model), **rnnviz.instrument.payload(held, model), "default_unit": units[1]})
    expect(panel(page, "forget").locator("figcaption")).to_contain_text("held")
    box, plot = (panel(page, "forget").locator(part).first.bounding_box() for part in (".held", ".heatmap-plot"))
    assert box and plot
    step, row = plot["width"] / len(trace), plot["height"] / len(shown_units(page))
    assert box["x"] < plot["x"] + 2.5 * step < plot["x"] + 4.5 * step < box["x"] + box["width"]
    assert box["y"] < plot["y"] + (shown_units(page).index(units[1]) + 0.5) * row < box["y"] + box["height"]


def test_a_slot_shows_the_heatmaps_that_it_names_and_keys_work_in_it(page: Page):
    plain(page, rnnviz.load("names-lstm"), SOME)
    assert page.locator(".heatmap").count() == 3
    page.get_by_role("button", name="similar").focus()
    page.keyboard.press("ArrowLeft")
    assert state(page, "step") == [STEP - 2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_are_accessible(page: Page, theme: str):
    plain(page, rnnviz.load("names-lstm"), ALL, theme=theme)
    assert not serious(violations(page))
    assert page.get_by_role("group", name="Heatmaps of").count() == 1
    assert page.get_by_role("img").count() == len(NAMES)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page under a finger."""
    context = chromium.new_context(viewport={"width": 360, "height": 700}, has_touch=True, device_scale_factor=2)
    yield context.new_page()
    context.close()


def test_a_finger_scrolls_the_page_and_a_tap_goes_to_a_cell(phone: Page):
    plain(phone, rnnviz.load("names-lstm"), ALL, "<div style='height: 900px'></div>")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    x, y = cell(phone, "hidden", 6, 6)
    before, at = phone.evaluate("scrollY"), state(phone, "step", "unit")
    finger = phone.context.new_cdp_session(phone)
    for k in range(12):
        moves = {"type": "touchMove" if k else "touchStart", "touchPoints": [{"x": x, "y": y - 15 * k}]}
        finger.send("Input.dispatchTouchEvent", moves)
        frames(phone)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_function("before => scrollY > before + 100", arg=before)
    assert state(phone, "step", "unit") == at
    units = shown_units(phone)
    phone.touchscreen.tap(*cell(phone, "cell", 6, 6))
    assert state(phone, "step", "unit") == [6, units[6]]
    expect(phone.locator(".lens")).to_contain_text(f"Unit {units[6]}")
    phone.get_by_role("button", name="effect").tap()
    expect(phone.locator(".lens")).to_be_hidden()
