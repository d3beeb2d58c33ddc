"""A saved page, opened from disk without a network: the same numbers as in Python, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FrameLocator, Page

import rnnviz
from rnnviz.colours import THEMES, rgb
from rnnviz.instrument import saved_page
from rnnviz.interventions import Hold
from tests.browser.conftest import LAPTOP, violations
from tests.browser.plain_page import number

LABELS = 5  # that the instrument lists


@contextmanager
def from_disk(chromium: Browser, file: Path, text: str, viewport: Any = LAPTOP, **context: Any) -> Iterator[Page]:
    """A page from disk in a browser without a network; nothing may be fetched and nothing may go wrong."""
    file.write_text(text, encoding="utf-8")
    with chromium.new_context(viewport=viewport, offline=True, **context) as offline:
        page = offline.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        page.wait_for_selector(".instrument .token")
        yield page
        assert not wrong


def table(page: Page | FrameLocator) -> np.ndarray:
    """The numbers of the step, a row for each unit."""
    rows = page.locator(".numbers tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(c => c.innerText))"
    )
    return np.array([[number(cell) for cell in row[1:]] for row in rows])


def predictions(page: Page | FrameLocator) -> dict[str, float]:
    """The percentages that are listed, by label."""
    rows = page.locator(".predictions tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0].innerText, row.querySelector('.number').innerText])"
    )
    return {label: number(percent.removesuffix(" %")) for label, percent in rows}


def check_step(page: Page | FrameLocator, trace: rnnviz.Trace, step: int) -> None:
    """The page shows a step, counted from 1, with its numbers."""
    assert page.locator(".where").inner_text() == f"step {step} of {len(trace)}"
    names = [q.name for q in trace.definition.quantities]
    np.testing.assert_allclose(table(page), np.stack([trace[name][step - 1] for name in names], 1), atol=5.1e-4)
    shown = predictions(page)
    assert len(shown) == LABELS
    for label, percent in shown.items():
        assert percent == pytest.approx(100 * trace.probabilities[step - 1, trace.labels.index(label)], abs=0.051)


def test_it_steps_to_the_numbers_of_python_and_fetches_nothing(chromium: Browser, tmp_path: Path):
    model = rnnviz.load("names-lstm")
    trace = model.trace("Schmidhuber", interventions=[Hold("forget", 1, [5])])
    text = saved_page(trace, model, step=4, unit=6, phase="forget", row_order="number", all_rows=True)
    with from_disk(chromium, tmp_path / "page.html", text) as page:
        assert page.title() == page.locator("h1").inner_text() == "names-lstm reads “Schmidhuber”"
        assert page.locator(".change").inner_text() == "forget gate of unit 5 = 1"
        assert page.locator(".phases [aria-pressed=true]").inner_text() == "Forget"
        assert page.locator(".heatmap-choice [aria-pressed=true]").all_inner_texts() == ["all 64", "number"]
        page.get_by_text("This step as a table").click()
        page.locator(".numbers tbody tr").first.wait_for()
        check_step(page, trace, 4)
        page.keyboard.press("Home")
        check_step(page, trace, 1)
        page.get_by_role("button", name="One step forward (right arrow)").click()
        check_step(page, trace, 2)
        page.locator(".tokens .token").nth(11).click()
        check_step(page, trace, 12)
        page.get_by_role("button", name="A+").click()
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 16


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_suits_a_phone_and_both_themes(chromium: Browser, tmp_path: Path, scheme: str):
    model = rnnviz.load("names-gru")
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    text = saved_page(model.trace("Mariana"), model)
    with from_disk(chromium, tmp_path / "page.html", text, **phone) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == f"rgb{rgb(THEMES[scheme]['background'])}"
        assert not violations(page)


def test_without_scripts_it_is_a_table(chromium: Browser, tmp_path: Path):
    model = rnnviz.load("names-gru")
    trace = model.trace("Mariana")
    (tmp_path / "page.html").write_text(saved_page(trace, model), encoding="utf-8")
    with chromium.new_context(java_script_enabled=False, offline=True) as context:
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        rows = page.locator("tbody tr")
        assert rows.count() == len(trace) and trace.labels[trace.probabilities[-1].argmax()] in rows.last.inner_text()
