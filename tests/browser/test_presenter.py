"""The size for a projector: on every page, in the link, and kept by the tab until it is switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import link, rerun, settle, until, wait_for_link

USUAL, LARGER = "16px", "22.4px"


def check_size(page: Page, size: str) -> None:
    def says() -> None:
        assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == size

    until(page, says)


@pytest.mark.parametrize("name", ["train", "lstm", "glossary"])
def test_a_link_opens_any_page_in_that_size(page: Page, app: str, name: str):
    page.goto(f"{app}/{name}?present=1")
    settle(page)
    check_size(page, LARGER)


def test_it_stays_from_page_to_page_until_it_is_switched_off(page: Page, app: str):
    page.goto(f"{app}/lstm")
    settle(page)
    check_size(page, USUAL)
    page.get_by_role("button", name="A+").click()
    check_size(page, LARGER)
    wait_for_link(page, present="1")
    with rerun(page):
        page.locator("[data-testid=stTopNavLink]", has_text="Train").click()
    check_size(page, LARGER)
    page.reload()
    settle(page)
    check_size(page, LARGER)
    with rerun(page):
        page.locator("[data-testid=stTopNavLink]", has_text="Explore").click()
    wait_for_link(page, present="1")
    own = page.locator(".transport").get_by_role("button", name="A+")
    expect(own).to_have_attribute("aria-pressed", "true")
    own.click()
    check_size(page, USUAL)
    expect(own).to_have_attribute("aria-pressed", "false")
    assert "present" not in link(page)
    page.reload()
    settle(page)
    check_size(page, USUAL)


def test_a_change_of_the_text_keeps_it_in_the_link(page: Page, app: str):
    page.goto(f"{app}/?present=1")
    settle(page)
    with rerun(page):
        page.get_by_text("GRU", exact=True).click()
    wait_for_link(page, cell="gru", present="1")
    page.get_by_role("button", name="A+").click()
    with rerun(page):
        page.get_by_text("RNN", exact=True).click()
    wait_for_link(page, cell="rnn")

    def is_out() -> None:
        assert "present" not in link(page)

    until(page, is_out)
