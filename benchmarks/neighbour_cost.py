"""How much a training in one session slows the keystrokes of another session, in a real Chromium.

One session trains three networks on the Train page, another types on Explore, in the same app and so in the same
process. The time from the last letter typed until the instrument is repainted is compared with the same time while the
training is paused. The two take turns, so that other work on the machine slows both. Both browsers run on the server's
machine, and one of them draws the curves, so the ratio is worse here than between people with their own computers.
"""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks import Row
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, launch, serve
from benchmarks.stepping_cost import letter_to_repaint

ROUNDS, KEYSTROKES = 5, 6
LONG = "task=recall&epochs=400&seed=0"  # trains for far longer than the measurement takes


def run() -> list[Row]:
    """Milliseconds from a letter to the repainted instrument, while a neighbour trains and while it has paused."""
    with sync_playwright() as playwright, serve(ROOT / "app.py") as (address, _):
        browser = launch(playwright)
        training_page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        typing_page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        typing_page.goto(f"{address}/?text={TEXT[:-1]}")
        typing_page.wait_for_timeout(5000)
        training_page.goto(f"{address}/train?{LONG}")
        training_page.get_by_role("button", name="Start", exact=True).click()
        busy, quiet = [], []
        for _ in range(ROUNDS):
            training_page.get_by_role("button", name="Pause", exact=True).wait_for()
            busy.append(_median_repaint(typing_page))
            training_page.get_by_role("button", name="Pause", exact=True).click()
            training_page.get_by_role("button", name="Resume", exact=True).wait_for()
            quiet.append(_median_repaint(typing_page))
            training_page.get_by_role("button", name="Resume", exact=True).click()
        browser.close()
    ratio = median(a / b for a, b in zip(busy, quiet, strict=True))
    what = "letter to repainted instrument, while another session trains"
    return [Row(what, "T=64, H=64", median(busy), "the same, training paused", median(quiet), "2", ratio)]


def _median_repaint(page: Page) -> float:
    """The median milliseconds over some letters; the first does not count."""
    box = page.get_by_role("textbox", name="Type a sequence")
    page.wait_for_timeout(1000)
    times = []
    for letter in LETTERS[: KEYSTROKES + 1]:
        times.append(letter_to_repaint(page, box, TEXT[:-1] + letter))
        page.wait_for_timeout(400)
    return median(times[1:])
