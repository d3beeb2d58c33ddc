"""The Units page in a real Chromium: a row, its card and its link, and a pattern that is found."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import check_in_both_themes, link, rerun, settle, wait_for_link
from tests.browser.test_explore import open_page

NAMES = "task=names&cell=lstm"


def test_a_row_of_the_table_is_a_card_and_a_link_and_opens_on_explore(page: Page, app: str):
    open_page(page, f"{app}/units?{NAMES}")
    heading = page.get_by_role("heading", name=re.compile(r"^Unit \d+$"))
    first = heading.inner_text()
    table = page.get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    assert box
    with rerun(page):
        page.mouse.click(box["x"] + 18, box["y"] + 35 * 3.5)
    expect(heading).not_to_have_text(first)
    unit = heading.inner_text().removeprefix("Unit ")
    wait_for_link(page, unit=unit)
    rows = page.locator(".unit-contexts li:visible")
    expect(rows).to_have_count(8)
    shades = rows.locator(".text span").evaluate_all("spans => new Set(spans.map(s => s.style.background)).size")
    assert shades > 8
    expect(rows.first.locator(".here")).to_have_count(1)
    with rerun(page):
        page.get_by_role("link", name="This unit on my text").click()
    expect(page.locator(".instrument").first).to_be_visible()
    assert link(page)["unit"] == unit


def test_a_text_of_explore_is_a_pattern_that_finds_its_like(page: Page, app: str):
    open_page(page, f"{app}/?{NAMES}&text=Nakamura")
    with rerun(page):
        page.get_by_role("link", name="Find this pattern in a corpus").click()
    settle(page)
    assert link(page)["view"] == "pattern"
    expect(page.get_by_role("textbox", name="Type a sequence")).to_have_value("Nakamura")
    own, found = (page.locator("ol.spans").nth(k).locator("li") for k in (0, 1))
    expect(own).to_have_count(1)
    expect(found).to_have_count(20)
    shared = [int(text.split(" of ")[0]) for text in found.locator(".value").all_inner_texts()]
    assert shared == sorted(shared, reverse=True)
    with rerun(page):
        page.get_by_role("slider").last.focus()
        page.keyboard.press("ArrowLeft")
    assert "span" in link(page)
    with rerun(page):
        page.get_by_role("textbox", name="Type a sequence").fill("Schmidhuberova")
    settle(page)
    marked = "".join(own.locator(".here").all_inner_texts())
    thumbs = [text.split(" · ")[1] for text in page.get_by_test_id("stSliderThumbValue").all_inner_texts()]
    assert thumbs == [marked[0], marked[-1]]
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        check_in_both_themes(page, f"{width}")
