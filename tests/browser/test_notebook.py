"""A trace in a notebook, opened from disk without a network: the instrument works in its frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

import rnnviz
from tests.browser.conftest import ROOT
from tests.browser.test_saved_page import check_step

CODE = """
import rnnviz

trace = rnnviz.load("names-lstm").trace("Schmidhuber")
trace
"""


def press(frame: FrameLocator, name: str) -> None:
    """Press what has a text or a name; Playwright's own click misses in a frame that is drawn smaller."""
    frame.locator(f"summary:text-is('{name}'), button[aria-label='{name}'], button:text-is('{name}')").dispatch_event(
        "click"
    )


def check_frame(frame: FrameLocator, trace: rnnviz.Trace) -> None:
    """The instrument in a frame opens at the end and steps."""
    expect(frame.locator(".where")).to_have_text(f"step {len(trace)} of {len(trace)}")
    press(frame, "This step as a table")
    frame.locator(".numbers tbody tr").first.wait_for()
    check_step(frame, trace, len(trace))
    press(frame, "First step (Home)")
    check_step(frame, trace, 1)
    press(frame, "A+")
    press(frame, "One step forward (right arrow)")
    check_step(frame, trace, 2)


def test_the_instrument_steps_in_the_frame(chromium: Browser, tmp_path: Path):
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    (tmp_path / "page.html").write_text(f"<!doctype html>{trace._repr_html_()}", encoding="utf-8")
    wrong: list[str] = []
    with chromium.new_context(offline=True) as context:
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((tmp_path / "page.html").as_uri())
        check_frame(page.frame_locator("iframe"), trace)
    assert not wrong


@pytest.mark.notebook
def test_an_executed_notebook_becomes_a_page_that_steps(chromium: Browser, tmp_path: Path):
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    cells = [nbformat.v4.new_code_cell(code) for code in (CODE, "rnnviz.show(trace, step=3)", "print(trace)")]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(book, resources={"metadata": {"path": str(ROOT)}}).execute()
    assert "271" not in book.cells[2].outputs[0].text
    trace = rnnviz.load("names-lstm").trace("Schmidhuber")
    with chromium.new_context(offline=True) as context:
        page = context.new_page()
        (tmp_path / "book.html").write_text(HTMLExporter().from_notebook_node(book)[0], encoding="utf-8")
        page.goto((tmp_path / "book.html").as_uri())
        check_frame(page.frame_locator("iframe").first, trace)
        expect(page.frame_locator("iframe").nth(1).locator(".where")).to_have_text("step 3 of 12")
        # Where the notebook is not trusted, frames are left out.
        untrusted = HTMLExporter(sanitize_html=True).from_notebook_node(book)[0]
        (tmp_path / "untrusted.html").write_text(untrusted, encoding="utf-8")
        page.goto((tmp_path / "untrusted.html").as_uri())
        assert page.locator("iframe").count() == 0
        expect(page.locator("table").first).to_contain_text("German")
