"""A running app and a real Chromium for the tests in this folder."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

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
LAPTOP: ViewportSize = {"width": 1440, "height": 900}
# First steps are for a first visit; a test that wants them forgets this.
VISITED = "if (location.protocol === 'http:') localStorage.setItem('rnnviz-first-steps', 'yes')"
FORGET = "if (location.protocol === 'http:') { localStorage.clear(); sessionStorage.clear() }"
# Opened at /lstm, Streamlit looks for its server there first, does not find it, and then does in the folder above.
PROBE = re.compile(r"http://[^/]+(/\w+)+/_stcore/(health|host-config)")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, started as a user starts it."""
    with served(tmp_path_factory.mktemp("app") / "log.txt") as address:
        yield address


@contextmanager
def served(log: Path, base: str = "", script: str = "app.py", **environment: str) -> Iterator[str]:
    """The address of an app of its own, below a base path."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    options = ["--server.headless", "true", "--server.baseUrlPath", base]
    address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    with running([*command, *options], address, log, ROOT, {**os.environ, **environment}):
        yield address


@contextmanager
def running(command: list[str], address: str, log: Path, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A server started by a command in a folder, from when it answers at its address."""
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_healthy(address, server, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """An installed Chromium, or Playwright's own where there is none."""
    installed = os.environ.get("RNNVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tab(chromium: Browser) -> Iterator[list[Page]]:
    """The one tab that the tests use in turn: the app's scripts are fetched and compiled once, not for every test."""
    tabs = [opened(chromium)]
    yield tabs
    tabs[0].context.close()


@pytest.fixture
def page(chromium: Browser, tab: list[Page]) -> Iterator[Page]:
    """An empty page of a laptop's size; the test fails if anything is written to the console as an error.

    The tab stays when the test is over: a test that adds an init script or a listener for good opens a tab of its own.
    """
    page = tab[0]
    errors: list[str] = []
    heard: dict[str, Callable[..., None]] = {
        "console": lambda message: errors.append(message.text) if is_error(message) else None,
        "pageerror": lambda error: errors.append(str(error)),
    }
    for event, listener in heard.items():
        page.on(event, listener)  # type: ignore[call-overload]
    yield page
    try:
        page.evaluate(FORGET)  # and what was still on its way to the console has come
        for event, listener in heard.items():
            page.remove_listener(event, listener)
        emptied(page)
    except Error:  # whatever became of the tab, the next test has one
        page.context.close()
        tab[0] = opened(chromium)
    assert not errors, f"errors in the browser's console: {errors}"


def opened(chromium: Browser) -> Page:
    context = chromium.new_context(viewport=LAPTOP, color_scheme="light", accept_downloads=True)
    context.add_init_script(COUNT_RUNS)
    context.add_init_script(VISITED)
    return context.new_page()


def emptied(page: Page) -> None:
    """Make a page what it was before a test: nothing open, intercepted or pointed at."""
    page.unroute_all()
    # By the page's own doing: a tab that is sent there has a new process afterwards, which compiles all scripts again.
    with page.expect_navigation(url="about:blank"):
        page.evaluate("location.replace('about:blank')")
    page.set_viewport_size(LAPTOP)
    page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference")
    page.mouse.move(-9, -9)


def is_error(message: ConsoleMessage) -> bool:
    """Whether a message in the console tells of an error, other than Streamlit's own search for its server."""
    return message.type == "error" and not PROBE.fullmatch(message.location["url"])


AT_REST = """() => {
  const seen = selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility());
  const state = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState;
  const undrawn = seen('[data-testid=stPlotlyChart]').some(e => !e.querySelector('.main-svg'));
  const ours = part => part.shadowRoot?.querySelector('.instrument, .link-to-copy');
  const mounted = e => [e, ...e.querySelectorAll('*')].some(ours);
  const unmounted = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].some(e => !mounted(e));
  const unready = unmounted || undrawn || seen('[data-testid=stSkeleton]').length;
  const busy = unready || state !== 'notRunning' || window.scriptRuns === 0;
  const now = performance.now();
  if (busy) delete window.restedSince;
  else window.restedSince ??= now;
  return !busy && now - window.restedSince > 150;
}"""
# Counts how often the app's script has come to its end, from the messages of the server: the page itself may not show
# that a quick run has begun at all.
FINISHED = ForwardMsg.DESCRIPTOR.fields_by_name["script_finished"].number
GOES_ON = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_EARLY_FOR_RERUN")
COUNT_RUNS = f"""
window.scriptRuns = 0;
const varint = (bytes, at) => {{
  let value = 0, scale = 1;
  for (;; at++, scale *= 128) {{
    value += (bytes[at] & 127) * scale;
    if (bytes[at] < 128) return [value, at + 1];
  }}
}};
const finished = bytes => {{
  for (let at = 0; at < bytes.length;) {{
    let tag, value;
    [tag, at] = varint(bytes, at);
    [value, at] = varint(bytes, at);
    if (tag === {FINISHED << 3}) return value !== {GOES_ON};
    if (tag % 8 === 2) at += value;
  }}
  return false;
}};
window.WebSocket = class extends WebSocket {{
  constructor(...parts) {{
    super(...parts);
    this.addEventListener('message', ({{ data }}) => {{
      if (data instanceof ArrayBuffer && finished(new Uint8Array(data))) window.scriptRuns++;
    }});
  }}
}};
"""
HAS_THEME = """scheme => {
  const { backgroundColor } = getComputedStyle(document.querySelector('[data-testid=stApp]'));
  const light = backgroundColor.match(/\\d+/g).slice(0, 3).every(part => part > 127);
  const moving = document.getAnimations().some(({ effect, playState }) =>
    playState === 'running' && effect.getTiming().iterations !== Infinity);
  return light === (scheme === 'light') && !moving;
}"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # what axe says of colours; all else is the same in any theme


def settle(page: Page, timeout: float = 30) -> None:
    """Wait until the app has been idle for a moment, and its charts are drawn."""
    page.evaluate("delete window.restedSince")
    page.wait_for_function(AT_REST, timeout=1000 * timeout, polling=30)


@contextmanager
def rerun(page: Page, timeout: float = 15) -> Iterator[None]:
    """Something that makes the app run its script; waits until it has, and is idle again."""
    runs = page.evaluate("scriptRuns")
    yield
    page.wait_for_function("runs => scriptRuns > runs", arg=runs, timeout=1000 * timeout, polling=30)
    settle(page)


def until(page: Page, check: Callable[[], None], timeout: float = 5) -> None:
    """Wait until a check passes; afterwards it fails as it does."""
    end = time.monotonic() + timeout
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
        page.wait_for_timeout(30)


def link(page: Page) -> dict[str, str]:
    """What a page's address says."""
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def wait_for_link(page: Page, **wanted: str) -> None:
    """Wait until the page's address says this."""

    def says() -> None:
        assert link(page) | wanted == link(page), f"wanted {wanted}, found {link(page)}"

    until(page, says, 10)


def in_both_themes(page: Page) -> Iterator[str]:
    """Dark, and then light, each once the page has it."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(HAS_THEME, arg=scheme, polling=30)
        settle(page)
        yield scheme


def violations(page: Page, context: Any = OURS, only: list[str] | None = None) -> dict[str, list[str]]:
    """What axe finds, by rule and impact, such as "color-contrast, serious": the elements."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": only} if only else {})
    response = Axe().run(page, context, options).response
    return {f"{v['id']}, {v['impact']}": [node["html"][:200] for node in v["nodes"]] for v in response["violations"]}


def serious(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those that keep somebody from reading the page."""
    return {rule: elements for rule, elements in found.items() if rule.endswith((", serious", ", critical"))}


def is_narrow(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] < 900


def check_in_both_themes(page: Page, about: str = "") -> None:
    """Nothing is wider than the window, and axe finds nothing wrong, in the dark and in the light; left in the light.

    about: what is looked at, where a test looks more than once.
    """
    for scheme in in_both_themes(page):
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{about} {scheme}: {over} pixels wider than the window"
        if scheme == "light" and is_narrow(page):
            continue  # its colours are those of the wide page
        wrong = violations(page, only=COLOUR_RULES if scheme == "light" else None)
        assert not wrong, f"{about} {scheme}: {wrong}"


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
