"""A class in its browsers: the teacher sees votes come, and what is revealed reaches those who voted, by itself."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from rnnviz.ui.shared.rooms import LENGTH, SIGNS
from tests.browser.conftest import COLOUR_RULES, in_both_themes, opened, rerun, serious, settle, violations

PHONE = {"width": 390, "height": 844}
SOON = 15_000
BOX = (
    "[class*='st-key-question']:has(.rnnviz-votes)"  # the instrument beside it is dimmed but for what the words are on
)


def test_a_class_answers_and_the_answer_reaches_it(page: Page, app: str, chromium: Browser):
    page.goto(f"{app}/lstm")
    settle(page)
    with rerun(page):
        page.get_by_role("button", name="Ask the class").first.click()
    panel = page.get_by_role("dialog")
    picture = panel.get_by_role("img", name="The QR code of room")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 0")
    link = panel.locator("[data-testid=stCode]").inner_text().strip()
    assert re.fullmatch(rf"{app}/room\?room=[{SIGNS}]{{{LENGTH}}}", link)
    assert not serious(violations(page))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    phones = [opened(chromium) for _ in range(2)]
    for phone, choice in zip(phones, ("Stay open", "Close a little, to take one away"), strict=True):
        phone.set_viewport_size(PHONE)
        phone.goto(link)
        settle(phone)
        with rerun(phone):
            phone.get_by_text(choice).click()
        expect(phone.get_by_text("Your choice is in")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not serious(violations(phones[0]))
    for _ in in_both_themes(phones[0]):
        assert not serious(violations(phones[0], only=COLOUR_RULES))
    expect(page.get_by_text("2 have answered")).to_be_visible(timeout=SOON)
    expect(page.locator(".rnnviz-votes li")).to_have_text([re.compile("1$"), re.compile("0$"), re.compile("1$")])

    for _ in in_both_themes(page):
        assert not serious(violations(page, BOX, COLOUR_RULES))

    phones[0].reload()
    expect(phones[0].get_by_role("radio", name="Stay open")).to_be_checked(timeout=SOON)
    page.reload()
    reveal = page.get_by_role("button", name="Reveal the answer")
    expect(reveal).to_be_visible(timeout=SOON)
    reveal.click()
    expect(page.locator(".rnnviz-votes .right").first).to_be_visible(timeout=SOON)
    expect(page.get_by_text("step 6 of 10", exact=True)).to_be_visible(timeout=SOON)
    expect(phones[0].get_by_text("that is right")).to_be_visible(timeout=SOON)
    expect(phones[1].get_by_text("it is “Stay open”")).to_be_visible(timeout=SOON)
    for phone in phones:
        phone.context.close()


def test_a_code_that_is_typed_leads_to_the_room_s_own_address(page: Page, app: str):
    page.goto(f"{app}/room")
    settle(page)
    page.get_by_label("Room code").fill("a-k7q w4m")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url(re.compile("room=a-k7q"))
    settle(page)
    expect(page.get_by_label("Room code")).to_have_value("a-K7QW4M")
    assert not serious(violations(page))
