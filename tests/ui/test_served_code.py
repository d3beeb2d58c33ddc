"""The instrument's code: files with a lasting address, or part of the page where the server does not have them."""

import asyncio

import pytest
from starlette.applications import Starlette

from rnnviz.ui.shared import served_code
from rnnviz.ui.shared.session_keys import CODE_MISSING
from tests.pages.app_pages import open_page

SCRIPT, STYLE = served_code.component_script(), served_code.component_style()


@pytest.fixture
def served(monkeypatch):
    """Whether the server has the files is a fact of the process, which the test must not change for others."""
    monkeypatch.setattr(served_code, "_served", False)


def get(path: str) -> tuple[int, dict[str, str], bytes]:
    """What a server with the routes answers: status, headers, body."""
    answer = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        answer.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "root_path": ""}
    asyncio.run(Starlette(routes=served_code.routes())(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in answer[0]["headers"]}
    return answer[0]["status"], headers, b"".join(message.get("body", b"") for message in answer)


@pytest.mark.parametrize("base", ["/", "/some/where/"])
def test_files_are_served_for_good_below_any_path(served, base):
    charts = served_code.chart_script()
    for name, kind, content in (
        ("instrument.js", "text/javascript", SCRIPT),
        ("instrument.css", "text/css", STYLE),
        ("chart-pictures.js", "text/javascript", charts),
    ):
        status, headers, body = get(f"{base}{served_code.folder()}/{name}")
        assert (status, body.decode()) == (200, content)
        assert headers["content-type"].startswith(kind)
        assert {"immutable", "max-age=31536000"} <= set(headers["cache-control"].split(", "))


def test_nothing_else_has_an_address(served):
    for path in ("served_code.py", "..", "../instrument.js", "%2e%2e/app.py", ""):
        assert get(f"/{served_code.folder()}/{path}")[0] == 404
    assert get("/rnnviz/0123456789abcdef/instrument.js")[0] == 404


def component(**state):
    """The instrument as the Explore page sends it."""
    app = open_page("explore")
    for name, value in state.items():
        app.session_state[name] = value
    (found,) = app.run().get("bidi_component")
    return found.proto


def test_without_the_routes_the_code_comes_with_the_page(served):
    sent = component()
    assert (sent.js_content, sent.css_content) == (SCRIPT, STYLE)


def test_with_the_routes_only_the_loader_comes_unless_the_browser_could_not_fetch_the_files(served):
    served_code.routes()
    sent = component()
    assert (sent.js_content, sent.css_content) == (served_code.loader(), "")
    assert f'data-code="{served_code.folder()}"' in sent.html_content
    sent = component(**{CODE_MISSING: True})
    assert (sent.js_content, sent.css_content) == (SCRIPT, STYLE)
