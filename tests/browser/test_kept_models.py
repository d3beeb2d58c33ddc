"""A model that was opened or trained is found again after a reload and in another tab of the same browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rnnviz.checkpoints import open_file

from .conftest import check_in_both_themes, is_error, link, opened, rerun, settle
from .test_explore import check_step, open_page
from .test_models import LETTERS, bring, checkpoint
from .test_train import LEARNED, OVER, button


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser of its own, which keeps what only this test opens."""
    page = opened(chromium)
    errors: list[str] = []
    page.context.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
    yield page
    page.context.close()
    assert not errors, f"errors in the browser's console: {errors}"


def another_tab(page: Page, address: str) -> Page:
    tab = page.context.new_page()
    open_page(tab, address)
    return tab


def test_what_was_opened_is_found_in_another_tab_and_after_a_reload(page: Page, app: str, tmp_path: Path):
    path = checkpoint(tmp_path)
    open_page(page, f"{app}/models")
    bring(page, path)
    page.get_by_role("textbox", name="Vocabulary: 12 tokens").fill("\n".join(LETTERS))
    with rerun(page):
        page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Kept in this browser: 1 model")).to_be_visible(timeout=20_000)  # it is packed and written

    tab = another_tab(page, f"{app}/models")
    page.close()
    tab.get_by_role("button", name="Open again").click()
    expect(tab.get_by_role("heading", name="GRU, 2 layers, forward, 4 inputs, 6 units")).to_be_visible()
    expect(tab.get_by_text("12 tokens: <pad>, <unk>, </s>, a, b")).to_be_visible()
    tab.get_by_role("button", name="Open in Explore").click()
    expect(tab.get_by_role("heading", name="Watch a recurrent network read")).to_be_visible()
    settle(tab)
    box = tab.get_by_role("textbox", name="Type a sequence")
    box.fill("bead")
    tab.wait_for_function("() => location.search.includes('text=bead')")

    tab.reload()
    settle(tab)
    with rerun(tab):
        tab.get_by_role("button", name="Open it again").click()
    expect(tab.get_by_role("button", name="Open it again")).to_have_count(0)
    expect(box).to_have_value("bead")
    assert link(tab)["task"] == "net"
    check_step(tab, open_file(path).model().trace("4 7 3 6 2"), "update")  # b e a d </s>


def test_what_was_trained_is_found_and_what_is_removed_is_gone(page: Page, app: str):
    open_page(page, f"{app}/train?cells=lstm&epochs=1")
    button(page, "Start").click()
    expect(page.get_by_text(OVER)).to_be_visible(timeout=LEARNED)
    expect(page.get_by_role("link", name="Kept in this browser")).to_be_visible()
    page.reload()
    settle(page)
    page.get_by_role("link", name="Kept in this browser").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"the list at {width}")
    tab = another_tab(page, f"{app}/?task=counter-1&text=aabb")
    page.close()
    tab.get_by_role("button", name="Open it again").click()
    expect(tab.get_by_role("button", name="Open it again")).to_have_count(0)
    settle(tab)
    assert link(tab)["task"] == "counter-1"
    expect(tab.locator(".instrument .token")).to_have_text(["a", "a", "b", "b"])

    open_page(tab, f"{app}/models")
    tab.get_by_role("button", name="Remove", exact=True).click()
    expect(tab.get_by_role("button", name="Open again")).to_have_count(0)
    open_page(tab, f"{app}/?task=counter-1")
    expect(tab.get_by_test_id("stAlert")).to_contain_text("counter-1")
    assert tab.get_by_role("button", name="Open it again").count() == 0


def test_a_reader_may_keep_nothing(page: Page, app: str, tmp_path: Path):
    open_page(page, f"{app}/models")
    page.get_by_text("Kept in this browser").click()
    with rerun(page):
        page.get_by_text("Keep the models that I open or train").click()
    bring(page, checkpoint(tmp_path))
    expect(page.get_by_role("heading", name="GRU, 2 layers")).to_be_visible()
    tab = another_tab(page, f"{app}/models")
    tab.get_by_text("Kept in this browser", exact=True).click()
    expect(tab.get_by_role("checkbox", name="Keep the models that I open or train")).not_to_be_checked()


def test_a_browser_that_keeps_nothing_says_so(page: Page, app: str):
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('private') } })")
    open_page(page, f"{app}/models")
    expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    assert page.get_by_text("Kept in this browser").count() == 0
