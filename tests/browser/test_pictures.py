"""Pictures of the cell and the heatmaps: as on the screen, under their words, in files that need no style sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Download, Page, expect

import rnnviz
from rnnviz.instrument import saved_page
from rnnviz.interventions import Hold
from tests.browser.conftest import violations
from tests.browser.test_saved_page import from_disk

SVG = "{http://www.w3.org/2000/svg}"
NAME = "names-lstm-Schmidhuber-step-4"
LINES = [
    "names-lstm reads “Schmidhuber”",
    "step 4 of 12, “m” · unit 6 · phase Forget",
    "What if: forget gate of unit 5 = 1",
    "made with rnnviz",
]


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A saved page with its menu open."""
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber", interventions=[Hold("forget", 1, [5])])
    text = saved_page(trace, model, step=4, unit=6, phase="forget")
    permissions = ["clipboard-read", "clipboard-write"]
    with from_disk(chromium, tmp_path / "page.html", text, color_scheme=request.param, permissions=permissions) as page:
        yield page


def save(page: Page, what: str, size: int = 2) -> Download:
    """Save a picture: "Cell: PNG"."""
    page.get_by_role("button", name="Save a picture").click()
    page.get_by_label("Size of a PNG").select_option(str(size))
    with page.expect_download() as started:
        page.get_by_role("button", name=what).click()
    page.get_by_role("button", name="Close", exact=True).click()
    return started.value


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(float)


def coarse(picture: np.ndarray, by: int = 4) -> np.ndarray:
    """A picture in squares of pixels: its edges fall differently on the pixels of another drawing."""
    rows, columns = (side // by for side in picture.shape[:2])
    return picture[: rows * by, : columns * by].reshape(rows, by, columns, by, 3).mean((1, 3))


def drawn(page: Page, file: Path) -> np.ndarray:
    """An SVG as the browser draws it on a page of its own."""
    other = page.context.new_page()
    other.goto(file.as_uri())
    shown = pixels(other.locator("svg").first.screenshot())
    other.close()
    return shown


@pytest.mark.parametrize(("what", "selector"), [("Cell", ".diagram"), ("Heatmaps", ".heatmaps")])
def test_a_picture_is_what_is_on_the_screen(page: Page, tmp_path: Path, what: str, selector: str):
    page.mouse.move(0, 0)
    screen = pixels(page.locator(selector).first.screenshot())
    file = tmp_path / "picture.svg"
    save(page, f"{what}: SVG").save_as(file)
    picture = drawn(page, file)
    # The copy lies in the picture at a place, and shows a part of the element.
    copy = ElementTree.parse(file).getroot().find(f"{SVG}svg")
    assert copy is not None
    left, top = (round(float(copy.attrib[name])) for name in ("x", "y"))
    x, y, width, height = (round(float(number)) for number in copy.attrib["viewBox"].split())
    shown, copied = screen[y : y + height, x : x + width], picture[top : top + height, left : left + width]
    if what == "Heatmaps":  # where the choices are on the screen, the copy has nothing
        shown, copied = shown[height // 4 :], copied[height // 4 :]
    rows, columns = (min(one, other) for one, other in zip(shown.shape[:2], copied.shape[:2], strict=True))
    shown, copied = (coarse(each[:rows, :columns]) for each in (shown, copied))
    difference = np.abs(shown - copied).mean()
    assert difference < np.abs(shown - np.median(shown, axis=(0, 1))).mean() / 4


@pytest.mark.parametrize("what", ["Cell", "Heatmaps"])
def test_an_svg_needs_no_style_sheet_and_carries_its_words(page: Page, tmp_path: Path, what: str):
    started = save(page, f"{what}: SVG")
    assert started.suggested_filename == f"{NAME}-{what.lower()}.svg"
    started.save_as(tmp_path / "picture.svg")
    root = ElementTree.parse(tmp_path / "picture.svg").getroot()
    for element in root.iter():
        assert not {"class", "style"} & set(element.attrib)
        assert not any("var(" in value or "color(" in value for value in element.attrib.values())
        assert element.tag != f"{SVG}image" or element.attrib["href"].startswith("data:image/png;base64,")
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert all(line in texts for line in LINES)
    assert f"{'Diagram' if what == 'Cell' else what} of the LSTM" in texts
    if what == "Heatmaps":
        assert {"Forget gate", "S", "6"} <= set(texts)


def test_a_png_is_drawn_at_its_size(page: Page, tmp_path: Path):
    sizes = []
    for scale in (1, 2, 3):
        started = save(page, "Heatmaps: PNG", scale)
        assert started.suggested_filename == f"{NAME}-heatmaps{f'-{scale}x' if scale > 1 else ''}.png"
        started.save_as(tmp_path / "picture.png")
        sizes.append(np.array(Image.open(tmp_path / "picture.png").size))
    assert (np.abs(sizes[1] - 2 * sizes[0]) <= 1).all() and (np.abs(sizes[2] - 3 * sizes[0]) <= 2).all()


def test_a_copy_is_a_png_on_the_clipboard(page: Page):
    page.get_by_role("button", name="Save a picture").click()
    assert not violations(page)
    page.get_by_role("button", name="Cell: Copy").click()
    expect(page.locator(".saving [role=status]")).to_have_text("Copied: Diagram of the LSTM")
    types = page.evaluate("navigator.clipboard.read().then(items => items.map(item => item.types))")
    assert types == [["image/png"]]


def test_where_copying_is_not_allowed_it_says_so(page: Page):
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Save a picture").click()
    page.get_by_role("button", name="Cell: Copy").click()
    expect(page.locator(".saving [role=status]")).to_contain_text("does not let")
