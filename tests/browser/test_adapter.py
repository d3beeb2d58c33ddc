"""The instrument as Streamlit's component, without Streamlit: what it reports to the server, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import rnnviz
from rnnviz.analysis import unit_effects
from rnnviz.instrument import bundle, payload
from rnnviz.model import Model
from tests.browser.conftest import opened
from tests.browser.plain_page import ADAPTER, STEP, TEXT, UNIT, data

STEP_MS = 400  # that play stays at a step
REST = 600  # milliseconds, beyond which a position is at rest
STRIP = ["tokens", "transport"]
PAGE_DATA: dict[str, Any] = {
    "follow": True,
    "default_step": None,
    "default_text": None,
    "opened_at_position": False,
    "runs": [],
    "columns": None,
}
FRAME = """
window.reports = [];
window.requested = [];
const packed = (data) => {
  const json = new TextEncoder().encode(JSON.stringify(data));
  return new Uint8Array([...new Uint8Array(new Uint32Array([json.length]).buffer), ...json]);
};
window.show = (data) => window.component({
  data: packed(data), parentElement: document.querySelector('main'),
  setTriggerValue: (name, value) => requested.push([name, value]),
  setStateValue: (name, value) => reports.push([name, value]),
});
"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab of its own, since a clock stays in its tab for good."""
    page = opened(chromium)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.context.close()
    assert not errors


def mounted(page: Page, model: Model, **extra: Any) -> dict[str, Any]:
    """The component as Streamlit calls it; time stands still until it is run for."""
    sent = {**data(model), **PAGE_DATA, **extra}
    page.route("http://plain.test/", lambda route: route.fulfill(body="<main></main>", content_type="text/html"))
    page.goto("http://plain.test/")
    page.evaluate("document.querySelector('main').innerHTML = '<div class=instrument-place></div>'")
    script = bundle.script(ADAPTER).replace("export default function", "window.component = function")
    page.add_script_tag(type="module", content=script + FRAME)
    page.wait_for_function("!!window.show")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.evaluate("data => { window.ended = show(data) }", sent)
    return sent


def reports(page: Page) -> list[Any]:
    return list(page.evaluate("reports"))


def click(page: Page, step: int) -> None:
    """Go to a step of the strip, from 0."""
    page.locator("[role=option]").nth(step).click()


def test_the_server_gets_the_position_once_at_rest(page: Page):
    sent = mounted(page, rnnviz.load("names-lstm"), views=STRIP)
    page.clock.run_for(REST)
    assert reports(page) == [], "it knows where the instrument begins"
    for step in (6, 7, 8):
        click(page, step)
    assert reports(page) == [], "it is reported at rest only"
    page.clock.run_for(REST)
    position = {"fingerprint": sent["fingerprint"], "step": 9, "unit": UNIT}
    assert reports(page) == [["position", position]]
    page.evaluate("data => show(data)", {**sent, "token_values_id": "other", "start": {"step": 8, "unit": UNIT}})
    page.clock.run_for(REST)
    assert len(reports(page)) == 1, "its echo is no news"
    click(page, STEP - 1)
    page.clock.run_for(REST)
    assert reports(page)[1:] == [["position", {**position, "step": STEP}]]


def test_the_instrument_goes_where_the_page_goes(page: Page):
    sent = mounted(page, rnnviz.load("names-lstm"), views=STRIP)
    page.evaluate("data => show(data)", {**sent, "start": {"step": 2, "unit": 9}})
    assert page.locator(".where").inner_text() == "step 3 of 12"
    page.clock.run_for(REST)
    assert reports(page) == []


def test_a_press_elsewhere_reports_at_once_and_one_in_the_instrument_does_not(page: Page):
    mounted(page, rnnviz.load("names-lstm"), views=STRIP)
    click(page, 6)
    click(page, 7)
    assert reports(page) == []
    page.mouse.click(5, 890)
    assert [value["step"] for _, value in reports(page)] == [8]


def test_nothing_is_reported_while_playing_nor_to_a_page_that_does_not_follow(page: Page):
    model = rnnviz.load("names-lstm")
    mounted(page, model, views=STRIP)
    page.get_by_role("button", name="Play (space)").click()
    page.clock.run_for(2 * STEP_MS + STEP_MS / 2)
    assert page.locator(".where").inner_text() == "step 6 of 12"
    assert reports(page) == []
    mounted(page, model, views=STRIP, follow=False)
    click(page, 2)
    page.clock.run_for(REST)
    assert reports(page) == []


def test_the_position_at_which_play_ends_is_reported(page: Page):
    mounted(page, rnnviz.load("names-lstm"), views=STRIP, start={"step": 9, "unit": 0})
    page.get_by_label("Speed").select_option("8")
    page.get_by_role("button", name="Play (space)").click()
    page.clock.run_for(2000)
    assert [value["step"] for _, value in reports(page)] == [12]


def test_the_address_leaves_out_what_a_fresh_page_shows(page: Page):
    model = rnnviz.load("names-lstm")
    unchosen = {"step": 3, "unit": None}
    mounted(page, model, views=STRIP, default_text=TEXT, default_step=3, start=unchosen)
    page.clock.run_for(2 * REST)
    assert page.url == "http://plain.test/"
    click(page, 6)
    page.clock.run_for(REST)
    assert page.url == "http://plain.test/?step=7"
    mounted(page, model, views=STRIP, default_text="Li")
    page.clock.run_for(2 * REST)
    assert page.url == "http://plain.test/?step=4&unit=6&text=Schmidhuber"


def test_a_unit_that_nobody_chose_is_the_strongest_of_each_text_and_in_no_link(page: Page):
    model = rnnviz.load("names-lstm")
    sent = mounted(page, model, views=STRIP, start={"step": 3, "unit": None})
    other = {**sent, **payload(model.trace("Rossi"), model)}
    strongest = [unit_effects(model.trace(text)).strongest for text in (TEXT, "Rossi")]
    assert strongest[0] != strongest[1]
    unit = page.get_by_role("spinbutton", name="Unit")
    expect(unit).to_have_value(str(strongest[0]))
    page.evaluate("data => show(data)", other)
    expect(unit).to_have_value(str(strongest[1]))
    page.clock.run_for(2 * REST)
    assert "unit" not in page.url and all(value["unit"] is None for _, value in reports(page))
    unit.fill("7")
    unit.press("Enter")
    page.clock.run_for(2 * REST)
    assert page.url.endswith("unit=7") and reports(page)[-1][1]["unit"] == 7
    page.evaluate("data => show(data)", sent)
    expect(unit).to_have_value("7")


def test_the_component_goes_once_streamlit_removes_it(page: Page):
    mounted(page, rnnviz.load("names-lstm"), views=STRIP)
    page.evaluate("() => ended()")
    page.clock.run_for(REST)
    assert page.locator(".instrument").count() == 0


def test_what_is_sent_once_is_asked_for_again_if_it_is_lost(page: Page):
    lstm, gru = (rnnviz.load(name) for name in ("names-lstm", "names-gru"))
    mounted(page, lstm, views=STRIP)
    known, other = ({**data(model, text, views=STRIP), **PAGE_DATA} for model, text in ((lstm, "Li"), (gru, "Lis")))
    page.evaluate("data => show(data)", {**known, "definition": None})
    assert page.locator(".where").inner_text() == "step 3 of 3", "the browser has kept it"
    assert page.evaluate("requested") == []
    page.evaluate("data => show(data)", {**other, "definition": None})
    assert page.evaluate("requested") == [["missing_data", other["id"]]]
    assert page.locator(".where").inner_text() == "step 3 of 3", "until it comes, all stays"
    page.evaluate("data => show(data)", other)
    assert page.locator(".where").inner_text() == "step 4 of 4"
