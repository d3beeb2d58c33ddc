"""Where the reader's system chooses the colours, data keep theirs, and what is selected can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import rnnviz
from rnnviz.colours import PREDICTION, rgb
from tests.browser.plain_page import TEXT, UNIT, go, plain
from tests.browser.test_credit import COLOUR, memory_values, shown
from tests.browser.test_explore import open_page

NEARLY = 8  # of 255
# The system's colour of what is selected, as a computed style has it.
HIGHLIGHT = """e => {
  const sample = e.ownerDocument.createElement('i');
  sample.style.cssText = 'forced-color-adjust: none; background: Highlight';
  e.append(sample);
  const { backgroundColor } = getComputedStyle(sample);
  sample.remove();
  return backgroundColor;
}"""
SCHEMES = pytest.mark.parametrize("forced", ["light", "dark"], indirect=True)


@pytest.fixture
def forced(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    page.emulate_media(forced_colors="active", color_scheme=getattr(request, "param", "dark"))
    yield page
    page.emulate_media(forced_colors="none")


def image(page: Page, element: Locator) -> np.ndarray:
    """What is on the screen at an element: rows of pixels of red, green and blue."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    return np.asarray(Image.open(BytesIO(page.screenshot(clip=box))).convert("RGB"), int)  # type: ignore[arg-type]


def is_colour(pixels: np.ndarray, colour: str) -> np.ndarray:
    return np.abs(pixels - rgb(colour)).max(axis=-1) < NEARLY


def hues(pixels: np.ndarray) -> float:
    """The share of pixels that are neither black nor white nor grey."""
    return float((np.ptp(pixels, axis=-1) > 4 * NEARLY).mean())


def ground(element: Locator) -> str:
    return str(element.evaluate("e => getComputedStyle(e).backgroundColor"))


@SCHEMES
def test_the_instrument_has_its_bars_tokens_boxes_and_selections(forced: Page):
    model = rnnviz.load("names-lstm")
    trace = plain(forced, model, views=None)
    go(forced, step=len(trace) - 1)  # where the model is asked: the other bars are pale
    bar = forced.locator(".predictions .bar").first
    likeliest = trace.probabilities[int(forced.evaluate("instrument.store.state.step"))].max()
    assert is_colour(image(forced, bar), PREDICTION).mean() == pytest.approx(likeliest, abs=0.15)
    selected = forced.locator(".token[aria-selected=true]")
    other = forced.locator(".token:not([aria-selected=true])").last
    expect(selected).to_have_css("outline-style", "solid")
    expect(other).to_have_css("outline-style", "none")
    go(forced, signal="mean:forget")  # it has colours at every token
    for token in (selected, other):
        assert hues(image(forced, token)) > 0.1, "no colour below the token"
        expect(token).not_to_have_css("box-shadow", "none")
    for group in (".phases", ".segments"):
        chosen, another = (forced.locator(f"{group} [aria-pressed={value}]").first for value in ("true", "false"))
        assert ground(chosen) == chosen.evaluate(HIGHLIGHT) != ground(another)


@SCHEMES
def test_the_coloured_text_keeps_its_colours(forced: Page):
    model = rnnviz.load("names-lstm")
    shown(forced, model, memory_values(model.trace(TEXT), UNIT))
    coloured = [hues(image(forced, chip)) for chip in forced.locator(".chip[aria-selected=false]").all()]
    assert max(coloured) > 0.1
    assert is_colour(image(forced, forced.locator(".credit-scale")), COLOUR).any()
    expect(forced.locator(".chip[aria-selected=true]")).to_have_css("outline-style", "solid")


def test_the_chosen_cell_and_the_pointer_to_a_unit_can_be_seen(forced: Page, app: str):
    open_page(forced, f"{app}/compare")
    chosen, other = (forced.get_by_role("radio", checked=checked).first for checked in (True, False))
    assert ground(chosen) == chosen.evaluate(HIGHLIGHT) != ground(other)
    pixels = image(forced, forced.locator(".heatmap[data-name=hidden] .marker").first)
    height, width = pixels.shape[:2]
    tip, corner = pixels[height // 2, width // 3], pixels[0, width - 1]
    assert np.abs(tip - corner).max() > 100, "a triangle, not a block"
