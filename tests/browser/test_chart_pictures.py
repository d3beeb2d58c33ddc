"""Charts are saved as on the screen, under what they show and of which run."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.test_explore import open_page
from tests.browser.test_pictures import SVG, coarse, pixels

CHART = ".js-plotly-plot"


def menu(page: Page, chart: Locator) -> None:
    chart.scroll_into_view_if_needed()
    chart.hover()
    chart.locator("[data-title^='Download plot']").click()
    expect(page.get_by_role("dialog", name="Save a picture")).to_be_visible()


def save(page: Page, what: str, path: Path) -> str:
    with page.expect_download() as started:
        page.get_by_role("button", name=f"Chart: {what}").click()
    started.value.save_as(path)
    return started.value.suggested_filename


def words(file: Path) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.parse(file).getroot().iter(f"{SVG}text")]


def test_a_chart_names_its_runs_and_the_step(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/memory?task=names&text=Dubois&question=reach&step=4")
    menu(page, page.locator(".st-key-chart-reach-curve").locator(CHART))
    assert not violations(page)
    name = save(page, "SVG", tmp_path / "chart.svg")
    assert name.startswith("names-rnn-names-gru-") and name.endswith("-Dubois-step-4-reach-curve.svg")
    assert "names-rnn, names-gru, names-lstm: “Dubois” · step 4" in words(tmp_path / "chart.svg")
    sizes = []
    for scale in ("1", "3"):
        page.get_by_label("Size of a PNG").select_option(scale)
        save(page, "PNG", tmp_path / "chart.png")
        sizes.append(np.array(Image.open(tmp_path / "chart.png").size))
    assert (np.abs(sizes[1] - 3 * sizes[0]) <= 2).all()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog", name="Save a picture")).to_have_count(0)


def test_a_chart_says_what_was_changed(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/memory?task=names&text=Dubois&question=changes&if=forget.5=1&step=3")
    menu(page, page.locator(".st-key-chart-prediction-change").locator(CHART))
    save(page, "SVG", tmp_path / "chart.svg")
    assert "What if: forget gate of unit 5 = 1" in words(tmp_path / "chart.svg")


def test_a_heatmap_is_copied_as_it_is_seen(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/memory?task=names&text=Dubois&question=writers&step=3")
    chart = page.locator(".st-key-chart-written").locator(CHART)
    chart.scroll_into_view_if_needed()
    screen = pixels(chart.screenshot())
    menu(page, chart)
    save(page, "SVG", tmp_path / "chart.svg")
    page.get_by_label("Size of a PNG").select_option("1")
    save(page, "PNG", tmp_path / "chart.png")
    picture = pixels((tmp_path / "chart.png").read_bytes())
    copy = ElementTree.parse(tmp_path / "chart.svg").getroot().find(f"{SVG}svg")
    assert copy is not None
    left, top = (round(float(copy.attrib[name])) for name in ("x", "y"))
    x, y, width, height = (round(float(number)) for number in copy.attrib["viewBox"].split())
    x, y = max(x, 0), max(y, 0)
    shown, copied = screen[y : y + height, x : x + width], picture[top : top + height, left : left + width]
    rows, columns = (min(one, other) for one, other in zip(shown.shape[:2], copied.shape[:2], strict=True))
    shown, copied = (coarse(each[:rows, :columns]) for each in (shown, copied))
    assert np.abs(shown - copied).mean() < np.abs(shown - np.median(shown, axis=(0, 1))).mean() / 4


def test_a_page_without_an_instrument_has_them_too(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/models?part=inside&model=counter-gru")
    menu(page, page.locator(CHART).first)
    assert save(page, "SVG", tmp_path / "chart.svg") == "weights.svg"
    title = "Heatmaps of the input and the recurrent weights of every gate of counter-gru, on one scale"
    assert title in " ".join(words(tmp_path / "chart.svg"))
