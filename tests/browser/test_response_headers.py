"""Every page works under the policy that the server sends, and nobody else may frame it."""

from __future__ import annotations

from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from rnnviz.ui.pages.guide.chapters import CHAPTERS

from .conftest import opened, served, settle, until
from .test_explore import open_page

PAGES = [
    "",
    "memory",
    "compare",
    "dynamics",
    "dynamics?view=machine&task=counter",
    "train",
    "models",
    "models?part=inside",
    "models?part=beside",
    "glossary",
    "room",
    *CHAPTERS,
]
WATCH = "addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.violatedDirective))"


@pytest.mark.parametrize("address", PAGES)
def test_a_page_needs_nothing_that_is_refused(chromium: Browser, app: str, address: str):
    page = opened(chromium)
    page.add_init_script(WATCH)
    open_page(page, f"{app}/{address}")
    refused = page.evaluate("window.refused ?? []")
    page.context.close()
    assert refused == []


def test_the_policy_refuses_code_and_pictures_from_elsewhere(chromium: Browser, app: str):
    page = opened(chromium)
    open_page(page, app)
    found = page.evaluate(
        """() => new Promise(done => {
          const refused = new Set();
          addEventListener('securitypolicyviolation', e => {
            refused.add(e.violatedDirective);
            if (refused.size === 2) done([...refused].sort());
          });
          document.head.append(Object.assign(document.createElement('script'), { src: 'http://other.invalid/a.js' }));
          document.body.append(Object.assign(new Image(), { src: 'http://other.invalid/a.png' }));
        })"""
    )
    page.context.close()
    assert found == ["img-src", "script-src-elem"]


def test_a_page_of_another_origin_shows_no_frame_of_it(chromium: Browser, app: str, tmp_path: Path):
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="{app}/" width="800" height="600"></iframe>')
    tab = opened(chromium)
    tab.goto(frame.as_uri())
    until(tab, lambda: _assert(len(tab.frames) == 2 and "chrome-error" in tab.frames[1].url))
    tab.context.close()


def test_every_answer_has_the_headers(app: str):
    for path in ("/", "/_stcore/health", "/media/none", "/static/none", "/_stcore/metrics"):
        status, given = _answer(f"{app}{path}")
        assert given["X-Content-Type-Options"] == "nosniff", path
        assert "frame-ancestors 'self'" in given["Content-Security-Policy"], path
        assert given["Referrer-Policy"] == "same-origin" and given["X-Frame-Options"] == "SAMEORIGIN"
        assert status != 500
    assert _answer(f"{app}/_stcore/metrics")[0] == 404


def test_who_comes_to_a_full_server_is_told_so(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RNNVIZ_SESSIONS", "1")
    monkeypatch.setenv("RNNVIZ_KEPT_SECONDS", "1")
    with served(tmp_path / "log.txt") as address:
        first, second = opened(chromium), opened(chromium)
        open_page(first, address)
        answer = second.goto(address)
        assert answer is not None and answer.status == 503 and answer.headers["retry-after"] == "60"
        assert second.get_by_role("heading").count() == 1
        first.context.close()

        def enters() -> None:
            answer = second.goto(address)
            _assert(answer is not None and answer.ok)

        until(second, enters, 30)
        settle(second)
        second.context.close()


def _answer(address: str) -> tuple[int, Message]:
    try:
        with urlopen(Request(address)) as answer:
            return answer.status, answer.headers
    except HTTPError as error:
        return error.code, error.headers


def _assert(condition: bool) -> None:
    assert condition
