"""A running app and a real Chromium for the tests in this folder."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
# Streamlit's own menu of a phone has a heading inside its list, and its place to drop files a role that does not go
# with its label, which no page can change.
OURS = {"exclude": [["[data-testid=stSidebarNavItems]"], ["[data-testid=stFileUploaderDropzone]"]]}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Opened at /lstm, Streamlit looks for its server there first, does not find it, and then does at the root.
PROBE = re.compile(r"http://[^/]+/\w+/_stcore/(health|host-config)")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, started as a user starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    log = tmp_path_factory.mktemp("app") / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_healthy(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """An installed Chromium, or Playwright's own where there is none."""
    installed = os.environ.get("RNNVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a laptop's size; the test fails if anything is written to the console as an error."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, f"errors in the browser's console: {errors}"


def is_error(message: ConsoleMessage) -> bool:
    """Whether a message in the console tells of an error, other than Streamlit's own search for its server."""
    return message.type == "error" and not PROBE.fullmatch(message.location["url"])


def settle(page: Page, timeout: float = 30) -> None:
    """Wait until the app has been idle for a moment."""
    deadline, quiet = time.monotonic() + timeout, 0
    page.wait_for_selector("[data-testid=stApp]")
    while time.monotonic() < deadline:
        state = page.evaluate("document.querySelector('[data-testid=stApp]').dataset.testScriptState")
        busy = state != "notRunning" or page.locator("[data-testid=stSkeleton]:visible").count()
        quiet = 0 if busy else quiet + 1
        if quiet >= 8:
            return
        page.wait_for_timeout(50)
    raise TimeoutError("the app did not come to rest")


def check_fit(page: Page) -> None:
    """Nothing is wider than the window, and axe finds nothing wrong."""
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page, OURS).response["violations"]
    assert not found, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def check_in_both_themes(page: Page) -> None:
    """As `check_fit`, in the light and in the dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check_fit(page)


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urlopen(f"{address}/_stcore/health") as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{log.read_text()}")
