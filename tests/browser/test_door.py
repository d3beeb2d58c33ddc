"""A server's very first visitor, who follows a link to a chapter. The app is not at the root of its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnnviz.ui.pages.guide.chapters import CHAPTERS
from rnnviz.ui.shared import served_code
from tests.browser.conftest import served, settle


@pytest.fixture
def unvisited(tmp_path: Path) -> Iterator[str]:
    """The address of a server on which nobody has opened a page yet."""
    with served(tmp_path / "log.txt", base="workshop") as address:
        yield address


def test_the_first_link_that_is_opened_leads_to_its_chapter_inside_the_app(unvisited: str, page: Page):
    page.goto(f"{unvisited}/lstm")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("LSTM: a memory with gates")
    expect(page.get_by_text("step 5 of 10", exact=True)).to_be_visible()
    files = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert f"{unvisited}/{served_code.folder()}/instrument.js" in files
    assert page.get_by_text("Page not found").count() == 0
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("[data-testid=stSidebar], [data-testid=stSidebarNav]").count() == 0
    expect(page.get_by_role("link", name="Explore").first).to_be_visible()
    page.get_by_role("button", name="Guide").click()
    for title in CHAPTERS.values():
        expect(page.get_by_role("menuitem", name=title)).to_be_visible()
