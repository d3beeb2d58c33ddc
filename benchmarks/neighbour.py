"""What a training in one session costs the keystrokes of another one, in a real Chromium.

One session trains three networks on the Train page, another types on Explore, in the same app and so in the
same process. From the last letter typed until the heatmaps are repainted, beside the same with the
training paused; the two take turns, so that whatever else the machine does falls on both. Both browsers run on
the machine of the server here, the one that draws the curves too, which makes the ratio worse than it is
between people with a computer each.
"""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks import Row
from benchmarks.keystroke import LETTERS, ROOT, TEXT, launch, serve
from benchmarks.stepping import _letter

ROUNDS, KEYSTROKES = 5, 6
LONG = "task=recall&epochs=400&seed=0"  # trains for far longer than is measured


def run() -> list[Row]:
    """Milliseconds from a letter to its heatmaps, with a neighbour who trains and with one who has paused."""
    with sync_playwright() as playwright, serve(ROOT / "app.py") as (address, _):
        browser = launch(playwright)
        trains = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        types = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        types.goto(f"{address}/?text={TEXT[:-1]}")
        types.wait_for_timeout(5000)
        trains.goto(f"{address}/train?{LONG}")
        trains.get_by_role("button", name="Start", exact=True).click()
        busy, quiet = [], []
        for _ in range(ROUNDS):
            trains.get_by_role("button", name="Pause", exact=True).wait_for()
            busy.append(_typing(types))
            trains.get_by_role("button", name="Pause", exact=True).click()
            trains.get_by_role("button", name="Resume", exact=True).wait_for()
            quiet.append(_typing(types))
            trains.get_by_role("button", name="Resume", exact=True).click()
        browser.close()
    ratio = median(a / b for a, b in zip(busy, quiet, strict=True))
    what = "letter to repainted heatmaps, while another session trains"
    return [Row(what, "T=64, H=64", median(busy), "the same, it has paused", median(quiet), "2 times", ratio)]


def _typing(page: Page) -> float:
    """The median over some letters; the first does not count."""
    box = page.get_by_role("textbox", name="Type a sequence")
    page.wait_for_timeout(1000)
    times = []
    for letter in LETTERS[: KEYSTROKES + 1]:
        times.append(_letter(page, box, TEXT[:-1] + letter))
        page.wait_for_timeout(400)
    return median(times[1:])
