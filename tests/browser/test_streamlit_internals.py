"""Streamlit has the elements that streamlit.js and streamlit_internals.css need.

They are not part of its public interface. Where one is missing, a new version has changed it, and the file that is
named needs another way.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.test_explore import open_page
from tests.ui.test_streamlit_internals import GATHERED

NAME = re.compile(r'data-testid="?(\w+)')
PAGES = ["memory?task=names&text=Dubois&question=changes&if=zero.1", "lstm", "train?task=recall", ""]


def test_every_element_is_there(page: Page, app: str):
    users: dict[str, set[str]] = {}
    for file in GATHERED:
        for name in NAME.findall(file.read_text(encoding="utf-8")):
            users.setdefault(name, set()).add(file.name)
    for address in PAGES:
        open_page(page, f"{app}/{address}")
        there = page.evaluate("() => [...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid)")
        if address == PAGES[0]:
            assert page.locator("[data-testid=stMultiSelect] [data-tag]").count(), "chips: streamlit_internals.css"
            state = page.locator("[data-testid=stApp]").get_attribute("data-test-script-state")
            assert state == "notRunning", "the state of a run: streamlit.js"
        users = {name: files for name, files in users.items() if name not in there}
    assert not users, f"Streamlit no longer has these elements, which our files need: {users}"
