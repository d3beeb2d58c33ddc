"""What a first visit costs: the server's start, the bytes over the wire, and the time until the page is painted.

python -m benchmarks first_visit

A server is started anew. A real Chromium with nothing kept opens Explore: it is the first visitor. Another one comes
after it, and then comes back with what its browser has kept. Bytes are counted between browser and server, headers and
websocket frames included. A page counts as painted when its heatmaps are.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from urllib.parse import urlparse

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks._relay import Relay, relay
from benchmarks.keystroke_cost import ROOT, cpu, launch, serve

PAINTED = ".instrument canvas, .js-plotly-plot .main-svg"
QUIET = 1500  # milliseconds after the painting, for what comes late


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks first_visit")
    parser.add_argument("--page", default="")
    parser.add_argument("--files", action="store_true", help="also list the largest files of the first visit")
    args = parser.parse_args()
    began = time.monotonic()
    with serve(ROOT / "app.py") as (address, server), sync_playwright() as playwright, relay(address) as wire:
        ready, busy = time.monotonic() - began, cpu(server)
        print(f"start until healthy: {ready:.2f} s, CPU {busy / 1000:.2f} s\n", flush=True)
        print("| visit | MB over the wire | painted after, s | server CPU, ms |\n|---|---|---|---|")
        browser = launch(playwright)
        browser.new_page().goto("about:blank")
        for name in ("first visitor", "second visitor", "third visitor"):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            _visit(name, context, wire, server, args.page, args.files and name == "first visitor")
        _visit("the third comes back", context, wire, server, args.page, False)
        browser.close()


def _visit(name: str, context: BrowserContext, wire: Relay, server: int, path: str, lists: bool) -> None:
    page = context.new_page()
    files: Counter[str] = Counter()
    session, addresses = context.new_cdp_session(page), {}
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: files.update(
            {urlparse(addresses.get(event["requestId"], "")).path: int(event["encodedDataLength"])}
        ),
    )
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: files.update({"websocket, unpacked": len(event["response"]["payloadData"]) * 3 // 4}),
    )
    sent, used, began = wire.sent, cpu(server), time.monotonic()
    page.goto(f"{wire.address}/{path}")
    page.locator(PAINTED).first.wait_for()
    painted = time.monotonic() - began
    page.wait_for_timeout(QUIET)
    print(f"| {name} | {(wire.sent - sent) / 1e6:.2f} | {painted:.2f} | {cpu(server) - used:.0f} |", flush=True)
    if lists:
        for file, size in files.most_common(25):
            print(f"    {size:9,} {file}")
        print(f"    {len(files)} files")
    page.close()
