"""What of the instrument travels when: its code once, and with a letter only what the letter changes."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened, settle
from tests.browser.test_explore import open_page, write

LONG = "Wolfeschlegelsteinhausenbergerdorff von der Hohenzollern Mueller"[:63]  # and the end mark: T = 64
LETTER = 110_000  # bytes, of which 98 304 are the values of an LSTM with H = 64
# Of instrument files: their names, and whether they came from the browser's own store.
FETCHED = """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/instrument."))
  .map(({ name, transferSize }) => [name.split("/").at(-1), transferSize === 0]).sort()"""


def test_the_code_is_fetched_once_and_kept(page: Page, app: str):
    messages: list[bytes] = []
    with page.expect_response("**/instrument.js") as code, page.expect_websocket() as socket:
        open_page(page, app)
    assert "immutable" in code.value.headers["cache-control"]
    socket.value.on("framereceived", lambda data: messages.append(data))
    write(page, LONG)
    messages.clear()
    write(page, f"{LONG[:-1]}x")
    assert sum(map(len, messages)) < LETTER
    files = ["instrument.css", "instrument.js"]
    assert [name for name, _ in page.evaluate(FETCHED)] == files, "a run fetches nothing"
    page.reload()
    settle(page)
    assert page.evaluate(FETCHED) == [[name, True] for name in files]


def test_where_the_code_cannot_be_fetched_it_comes_with_the_page(chromium: Browser, app: str):
    page = opened(chromium)
    page.route("**/instrument.js", lambda route: route.abort())
    open_page(page, f"{app}/?text=Li")
    expect(page.locator(".instrument .token")).to_have_count(3)
    write(page, "Lis")
    expect(page.locator(".instrument .token")).to_have_count(4)
    page.context.close()
