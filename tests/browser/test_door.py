"""A server's very first visitor, who follows a link to a chapter."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnnviz.ui.pages.guide.chapters import CHAPTERS
from tests.browser.conftest import ROOT, _wait_until_healthy, settle


@pytest.fixture
def unvisited(tmp_path: Path) -> Iterator[str]:
    """The address of a server on which nobody has opened a page yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    log = tmp_path / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen([*command, "--server.headless", "true"], cwd=ROOT, stdout=output, stderr=output)
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)


def test_the_first_link_that_is_opened_leads_to_its_chapter_inside_the_app(unvisited: str, page: Page):
    page.goto(f"{unvisited}/lstm")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("LSTM: a memory with gates")
    expect(page.get_by_text("step 5 of 10", exact=True)).to_be_visible()
    assert page.get_by_text("Page not found").count() == 0
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("[data-testid=stSidebar], [data-testid=stSidebarNav]").count() == 0
    expect(page.get_by_role("link", name="Explore").first).to_be_visible()
    page.get_by_role("button", name="Guide").click()
    for title in CHAPTERS.values():
        expect(page.get_by_role("menuitem", name=title)).to_be_visible()
