"""What a person sees and does on Explore, in a real Chromium."""

import io
import re

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, expect

import rnnviz
from tests.browser.conftest import (
    COLOUR_RULES,
    in_both_themes,
    link,
    opened,
    rerun,
    serious,
    settle,
    violations,
    wait_for_link,
)


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def text_box(page: Page):
    return page.get_by_role("textbox", name="Type a sequence")


def write(page: Page, text: str) -> None:
    """Type into the box and wait for what comes of it (typing is committed after a pause)."""
    with rerun(page):
        text_box(page).fill(text)


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


def test_opens_with_everything_drawn_and_a_card_to_open(page: Page, app: str):
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
    page.get_by_text("About names-lstm").click()
    expect(page.get_by_text("python -m rnnviz.training names --cell lstm")).to_be_visible()


def test_typing_changes_the_heatmaps_and_changing_the_cell_keeps_the_text(page: Page, app: str):
    open_page(page, app)
    write(page, "Nakamura")
    trace = rnnviz.load("names-lstm").trace("Nakamura")
    assert "".join(tick_labels(page)) == "Nakamura∎"
    for quantity in trace.definition.display_order:
        np.testing.assert_allclose(heatmap(page, quantity.name), trace[quantity.name].T, rtol=1e-6)
    write(page, "Dubois")
    with rerun(page):
        page.get_by_text("GRU", exact=True).click()
    assert text_box(page).input_value() == "Dubois"
    trace = rnnviz.load("names-gru").trace("Dubois")
    np.testing.assert_allclose(heatmap(page, "update"), trace["update"].T, rtol=1e-6)
    assert link(page) == {"text": "Dubois", "cell": "gru"}


def test_a_copied_link_opens_the_same_view(page: Page, app: str, chromium: Browser):
    open_page(page, f"{app}/?task=counter")
    write(page, "aaabbb")
    with rerun(page):
        page.get_by_text("RNN", exact=True).click()
    page.locator(".instrument").focus()
    page.keyboard.press("ArrowLeft")
    wait_for_link(page, step="5")
    other = opened(chromium)
    open_page(other, page.url)
    assert link(other) == {"task": "counter", "text": "aaabbb", "cell": "rnn", "step": "5"}
    assert text_box(other).input_value() == "aaabbb"
    expect(other.get_by_text("step 5 of 6", exact=True)).to_be_visible()
    np.testing.assert_array_equal(heatmap(other, "hidden"), heatmap(page, "hidden"))
    other.context.close()


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


def test_fits_every_width_in_both_themes_and_is_accessible(page: Page, app: str):
    open_page(page, f"{app}/?task=reviews")
    for width in (1440, 1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in in_both_themes(page):
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            wrong = violations(page, only=COLOUR_RULES if scheme == "light" else None)
            assert not serious(wrong), f"{width} {scheme}: {wrong}"
            check_contrast(page)


def check_contrast(page: Page) -> None:
    text, background = page.evaluate(
        """() => {
          const title = document.querySelector('.st-key-heatmaps .annotation-text');
          const app = document.querySelector('[data-testid=stApp]');
          return [getComputedStyle(title).fill, getComputedStyle(app).backgroundColor];
        }"""
    )
    light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (text, background)]
    assert abs(light[0] - light[1]) > 400, "the figure's text must stand out from the page"
