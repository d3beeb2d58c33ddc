"""What a person sees and does on Explore, in a real Chromium."""

import io
import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import rnnviz
from tests.browser.conftest import OURS, settle


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def text_box(page: Page):
    return page.get_by_role("textbox", name="Type a sequence")


def write(page: Page, text: str) -> None:
    """Type into the box and wait for what comes of it (typing is committed after a pause)."""
    text_box(page).fill(text)
    page.wait_for_timeout(350)
    settle(page)


def link(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def tick_labels(page: Page) -> list[str]:
    """The tokens above the first heatmap."""
    return page.locator(".st-key-heatmaps .xaxislayer-above .xtick text").all_text_contents()


def heatmap(page: Page, name: str) -> np.ndarray:
    """The numbers that a heatmap in the page holds, (H, T)."""
    values = page.evaluate(
        """name => {
          const gd = document.querySelector('.st-key-heatmaps .js-plotly-plot');
          return gd._fullData.find(trace => trace.name === name).z.map(row => Array.from(row));
        }""",
        name,
    )
    return np.array(values)


def test_opens_with_everything_drawn(page: Page, app: str):
    open_page(page, app)
    assert "".join(tick_labels(page)) == "Schmidhuber∎"
    titles = page.locator(".st-key-heatmaps .annotation").all_text_contents()
    assert [re.sub(r"\W+", " ", t).strip() for t in titles] == [
        "Prediction after each step",
        "Hidden state h",
        "Cell state c",
        "Forget gate f",
        "Input gate i",
        "Candidate g",
        "Output gate o",
    ]
    expect(page.get_by_text("step 12 of 12", exact=True)).to_be_visible()


def test_typing_changes_the_heatmaps_to_the_trace_of_what_was_typed(page: Page, app: str):
    open_page(page, app)
    write(page, "Nakamura")
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    assert "".join(tick_labels(page)) == "Nakamura∎"
    for quantity in trace.definition.display_order:
        np.testing.assert_allclose(heatmap(page, quantity.name), trace[quantity.name].T, rtol=1e-6)


def test_changing_the_cell_keeps_the_text(page: Page, app: str):
    open_page(page, app)
    write(page, "Dubois")
    page.get_by_text("GRU", exact=True).click()
    page.wait_for_timeout(200)
    settle(page)
    assert text_box(page).input_value() == "Dubois"
    trace = rnnviz.load("names-gru").trace("Dubois")
    np.testing.assert_allclose(heatmap(page, "update"), trace["update"].T, rtol=1e-6)
    assert link(page) == {"text": "Dubois", "cell": "gru"}


def test_a_copied_link_opens_the_same_view(page: Page, app: str, chromium: Browser):
    open_page(page, f"{app}/?task=counter")
    write(page, "aaabbb")
    page.get_by_text("RNN", exact=True).click()
    page.wait_for_timeout(200)
    settle(page)
    page.locator(".instrument").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1000)
    other = chromium.new_page()
    open_page(other, page.url)
    assert link(other) == {"task": "counter", "text": "aaabbb", "cell": "rnn", "step": "5"}
    assert text_box(other).input_value() == "aaabbb"
    expect(other.get_by_text("step 5 of 6", exact=True)).to_be_visible()
    np.testing.assert_array_equal(heatmap(other, "hidden"), heatmap(page, "hidden"))
    other.close()


def download(page: Page, title: str) -> bytes:
    if not page.get_by_role("button", name=title).is_visible():
        page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name=title).click()
    return started.value.path().read_bytes()


def test_downloads_hold_the_trace(page: Page, app: str):
    open_page(page, f"{app}/?text=Dubois")
    trace = rnnviz.load("names-lstm").trace("Dubois")
    csv = pd.read_csv(io.BytesIO(download(page, "Trace as CSV")), keep_default_na=False)
    parquet = pd.read_parquet(io.BytesIO(download(page, "Trace as Parquet")))
    for frame in (csv, parquet):
        forget = frame[(frame["quantity"] == "forget") & (frame["step"] == 3)]
        np.testing.assert_allclose(forget["value"], trace["forget"][2], rtol=1e-6)
        assert list(frame.columns) == ["step", "token", "layer", "direction", "quantity", "unit", "value"]
        assert len(frame) == len(trace.to_frame())
    loaded = rnnviz.Trace.load(io.BytesIO(download(page, "Trace as npz")))
    np.testing.assert_array_equal(loaded["cell"], trace["cell"])
    assert loaded.tokens == trace.tokens
    html = download(page, "Figure as HTML").decode()
    assert "<html>" in html and "Forget gate" in html


def test_markup_typed_as_text_stays_text(page: Page, app: str):
    open_page(page, app)
    page.evaluate("() => { window.alerted = []; window.alert = words => alerted.push(words) }")
    write(page, "<script>alert(1)</script><img src=x onerror=alert(2)>")
    assert page.evaluate("alerted") == []
    assert page.locator("img[src='x']").count() == 0
    labels = [label.replace("\u200b", "") for label in tick_labels(page)]
    assert labels[0] == "<?", "the first token is an unknown <, and marked as such"
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_pasted_novel_is_cut_with_a_message(page: Page, app: str):
    open_page(page, app)
    write(page, "It was the best of times. " * 40_000)
    expect(page.locator(".st-key-dismiss")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Only the first 256 tokens are read")).to_be_visible()
    assert len(text_box(page).input_value()) == 4000


def test_a_bad_link_opens_and_says_so(page: Page, app: str):
    open_page(page, f"{app}/?task=poetry&cell=perceptron&step=999")
    expect(page.get_by_text("“task”: “poetry”")).to_be_visible()
    expect(page.get_by_text("“cell”: “perceptron”")).to_be_visible()
    expect(page.get_by_text("“step”: “999”")).to_be_visible()
    assert "".join(tick_labels(page)) == "Schmidhuber∎"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1440])
def test_fits_every_width_in_both_themes_and_is_accessible(page: Page, app: str, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_page(page, f"{app}/?task=reviews")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    found = Axe().run(page, context=OURS).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], v["nodes"][0]["html"][:120]) for v in serious]
    text, background = page.evaluate(
        """() => {
          const title = document.querySelector('.st-key-heatmaps .annotation-text');
          const app = document.querySelector('[data-testid=stApp]');
          return [getComputedStyle(title).fill, getComputedStyle(app).backgroundColor];
        }"""
    )
    light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (text, background)]
    assert abs(light[0] - light[1]) > 400, "the figure's text must stand out from the page"


def test_the_card_is_written_out_when_opened(page: Page, app: str):
    open_page(page, app)
    page.get_by_text("About names-lstm").click()
    expect(page.get_by_text("python -m rnnviz.training names --cell lstm")).to_be_visible()
