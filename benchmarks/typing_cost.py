"""What a letter costs on a page to type into: milliseconds from the key to the tokens on the screen.

python -m benchmarks typing_cost             every bundled model
python -m benchmarks typing_cost names-lstm  only the named ones

A real Chromium opens each page from disk and types at the end of a text of 56 to 72 characters. A key
counts from the time stamp of its event until the frame in which its tokens are painted has been drawn. The effects of
units, which come after that, do not count.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

import rnnviz
from benchmarks.keystroke_cost import launch
from rnnviz.model import Model
from rnnviz.playground import playground_page

CHARACTERS = 64
KEYS = 16
QUIET = 300  # milliseconds between letters, in which the effects of units are measured
POLLING = 50  # milliseconds between two looks at whether a letter is painted
WARM = 4  # letters that are not counted, until the engine has compiled what it runs
# A message is handled after the frame that a callback of the frame belongs to.
CLOCK = """
() => {
  window.painted = [];
  const box = document.querySelector("#text");
  let key = 0;
  const noteFrame = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.painted.push(performance.now() - key);
    port2.postMessage(0);
  });
  box.addEventListener("keydown", (event) => key = event.timeStamp);
  let waits = false;
  box.addEventListener("input", () => waits = true);
  new MutationObserver(() => {
    if (waits) noteFrame();
    waits = false;
  }).observe(document.querySelector(".tokens"), { childList: true, subtree: true, characterData: true });
}
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks typing_cost")
    parser.add_argument("models", nargs="*", default=list(rnnviz.models()))
    args = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} at the start\n")
    print("| model | median, ms | 95th percentile, ms |\n|---|---|---|", flush=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        for name in args.models:
            model = rnnviz.load(name)
            file = Path(folder) / f"{name}.html"
            file.write_text(playground_page(model), encoding="utf-8")
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(file.as_uri())
            times = _type(page, _text(model))
            print(f"| {name} | {np.median(times):.0f} | {np.percentile(times, 95):.0f} |", flush=True)
            page.close()
        browser.close()
    print(f"\nload average {os.getloadavg()[0]:.1f} at the end")


def _text(model: Model) -> str:
    """An example of the model again and again, without what ends a text, up to where typing begins."""
    example = str(model.card["examples"][0])
    joint = " " if model.vocabulary.kind == "words" else ""
    return (joint.join([example] * CHARACTERS)).replace("\n", " ")[: CHARACTERS - WARM - KEYS // 2]


def _type(page: Page, text: str) -> list[float]:
    """Type letters at the end of a text: the milliseconds of each."""
    page.fill("#text", text)
    page.wait_for_timeout(4 * QUIET)
    page.focus("#text")
    page.keyboard.press("End")
    page.evaluate(CLOCK)
    for k in range(WARM + KEYS):
        page.keyboard.type("ab"[k % 2])
        page.wait_for_function("count => window.painted.length === count", arg=k + 1, polling=POLLING)
        page.wait_for_timeout(QUIET)
    times: list[float] = page.evaluate("window.painted")
    return times[WARM:]


if __name__ == "__main__":
    main()
