"""What there is no room for is refused before it is taken in."""

import asyncio

import pytest

from rnnviz.errors import ArgumentError
from rnnviz.ui.shared import admission, process_memory, response_headers, streamlit_sessions
from rnnviz.ui.shared.admission import Admission, most_sessions
from rnnviz.ui.shared.server_limits import ServerLimits
from tests.raising import raises

MILLION = 1_000_000


async def inner(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"referrer-policy", b"origin")]})
        await send({"type": "http.response.body", "body": b""})


def ask(kind="http", method="GET", path="/", app=Admission, **headers):
    """The first message that comes back."""
    sent = []
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "headers": given}

    async def send(message):
        sent.append(message)

    asyncio.run(app(inner)(scope, None, send))
    return sent[0]


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr(streamlit_sessions, "count", lambda: 500)
    monkeypatch.setattr(streamlit_sessions, "disconnected", lambda: frozenset({"mine"}))


def test_with_room_everybody_is_let_in():
    assert ask(sec_fetch_dest="document")["status"] == 200
    assert ask("websocket", path="/_stcore/stream")["type"] == "websocket.accept"


def test_a_full_server_lets_in_only_those_who_come_back(full):
    assert ask(sec_fetch_dest="document")["status"] == 503
    assert ask(path="/static/a.js", sec_fetch_dest="script")["status"] == 200
    stream = "/base/_stcore/stream"
    assert ask("websocket", path=stream)["type"] == "websocket.close"
    assert ask("websocket", path=stream, sec_websocket_protocol="streamlit, token, other")["type"] == "websocket.close"
    assert ask("websocket", path=stream, sec_websocket_protocol="streamlit, token, mine")["type"] == "websocket.accept"


def test_few_descriptors_mean_few_sessions(monkeypatch):
    monkeypatch.setattr(process_memory, "descriptor_limit", lambda: 1024)
    assert most_sessions() == (1024 - admission.SPARE_DESCRIPTORS) // admission.DESCRIPTORS_EACH
    monkeypatch.setattr(process_memory, "descriptor_limit", lambda: 65536)
    assert most_sessions() == ServerLimits().sessions


@pytest.mark.parametrize("length", ["", "-1", "1e3", "9" * 30])
def test_an_upload_says_how_long_it_is(length):
    assert ask(method="PUT", path="/_stcore/upload_file/me/1", content_length=length)["status"] == 411


def test_uploads_are_bounded_for_a_session_and_for_all(monkeypatch):
    held = {"me": 550 * MILLION, None: 550 * MILLION}
    monkeypatch.setattr(streamlit_sessions, "uploaded", lambda session=None: held.get(session, 0))

    def upload(session, size):
        path = f"/base/_stcore/upload_file/{session}/1"
        return ask(method="PUT", path=path, content_length=str(size * MILLION))["status"]

    assert [upload("me", 50), upload("me", 51), upload("you", 100)] == [200, 413, 200]
    held[None] = 1450 * MILLION
    assert [upload("you", 50), upload("you", 51)] == [200, 413]


def test_counters_are_for_whoever_runs_the_server(monkeypatch):
    assert ask(path="/base/_stcore/metrics")["status"] == 404
    monkeypatch.setenv(admission.METRICS, "1")
    assert ask(path="/base/_stcore/metrics")["status"] == 200


def test_headers_are_added_and_those_of_an_answer_stay():
    given = dict(ask(app=response_headers.ResponseHeaders)["headers"])
    assert given[b"referrer-policy"] == b"origin" and given[b"x-content-type-options"] == b"nosniff"


def test_a_page_may_be_framed_where_the_setting_says():
    course = "https://course.example.org https://*.school.example:8443"
    found = response_headers.headers({response_headers.FRAME_ANCESTORS: course})
    assert found["Content-Security-Policy"].endswith(f"frame-ancestors {course}") and "X-Frame-Options" not in found


@pytest.mark.parametrize("ancestors", ["", "a; script-src *", "a,b", "a\nb"])
def test_ancestors_are_addresses(ancestors):
    with raises(ArgumentError, name=response_headers.FRAME_ANCESTORS):
        response_headers.headers({response_headers.FRAME_ANCESTORS: ancestors})
