"""What one keystroke costs the server: CPU time from the letter to the figures that are sent.

A real Chromium types into the real app: on Explore and on Memory at T = 64 and H = 64, where every letter needs all
gradients of three networks anew, and on the two chapters of the guide that show most, six heatmaps of an LSTM and the
gradients of three networks. The server's CPU time is read from the operating system before and after. The peer,
measured in the same run, is the least that a Streamlit app can do: a text box and nothing else.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks import Row

ROOT = Path(__file__).parents[1]
TEXT = "Wolfeschlegelsteinhausenbergerdorff von der Hohenzollern Muellerx"[:63]  # and the end mark: T = 64
TARGET = 20.0  # milliseconds, on Explore
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Page: its path, sizes and cell, and the text without its last letter.
PAGES = {
    "Explore": ("", "T=64, H=64, LSTM", TEXT[:-1]),
    "the chapter on the LSTM": ("lstm", "T=64, H=8, LSTM", "ab" * 31 + "a"),
    "Memory, how far back": ("memory?task=names", "T=64, H=64, three cells", TEXT[:-1]),
    "Memory, who wrote it": ("memory?task=names&question=writers", "T=64, H=64, LSTM", TEXT[:-1]),
    "the chapter on forgetting": ("forgetting", "T=38, H=32, three cells", "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe"),
}
KEYSTROKES, ROUNDS = 20, 3
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET = 700  # milliseconds between letters, so that each gets a rerun of its own
TEXT_BOX_ALONE = """
import streamlit as st
st.text_input("Type a sequence", live=True)
"""


def run() -> list[Row]:
    """CPU milliseconds per keystroke of pages and of a bare text box, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(TEXT_BOX_ALONE)
        peer = _measure(bare, "", TEXT[:-1])
    rows = []
    for name, (path, size, text) in PAGES.items():
        ours, target = _measure(ROOT / "app.py", path, text), f"{TARGET:g} ms" if name == "Explore" else ""
        rows.append(Row(f"one keystroke on {name}, server CPU", size, ours, "a text box alone", peer, target))
    return rows


def _measure(app: Path, path: str, text: str) -> float:
    """Median over rounds of the server's CPU milliseconds per keystroke."""
    with serve(app) as (address, server), sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/{path}")
        page.get_by_role("textbox", name="Type a sequence").fill(text)
        page.wait_for_timeout(4000)
        rounds = [_type(page, server, text) for _ in range(ROUNDS)]
        browser.close()
    return median(rounds)


def _type(page: Page, server: int, text: str) -> float:
    """Replace the last letter again and again, slowly enough that every letter gets a rerun of its own."""
    box = page.get_by_role("textbox", name="Type a sequence")
    before = cpu(server)
    for letter in LETTERS[:KEYSTROKES]:
        box.fill(text + letter)
        page.wait_for_timeout(QUIET)
    return (cpu(server) - before) / KEYSTROKES


def cpu(process: int) -> float:
    """CPU milliseconds that a process has used so far (Linux only)."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def launch(playwright: Playwright) -> Browser:
    """An installed Chromium, or Playwright's own."""
    installed = os.environ.get("RNNVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=installed, args=FLAGS)


@contextmanager
def serve(app: Path, folder: Path = ROOT, **variables: str) -> Iterator[tuple[str, int]]:
    """An app, started as users start it, with these environment variables: its address and its process id.

    folder: where it is started, whose package and settings it has.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    server = subprocess.Popen(
        [*command, "--server.headless", "true"],
        cwd=folder, env=os.environ | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/_stcore/health")
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urlopen(address) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the app did not start")
