"""A new session first runs a whole page, and nobody empties everybody's caches."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from rnnviz.ui.shared import streamlit_sessions
from rnnviz.ui.shared.browser_messages import BrowserMessages


def rerun(fragment="", text=""):
    message = BackMsg()
    message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, bool(fragment)
    message.rerun_script.query_string = text
    return message


def cleared():
    message = BackMsg()
    message.clear_cache = True
    return message


def heard(messages, path="/base/_stcore/stream", protocols="streamlit, token"):
    """What the app hears of what a browser says."""
    waiting = [message if isinstance(message, dict) else {"bytes": message.SerializeToString()} for message in messages]
    waiting.append({"type": "websocket.disconnect"})
    found = []

    async def receive():
        return waiting.pop(0)

    async def app(scope, receive, send):
        while (message := await receive()).get("type") != "websocket.disconnect":
            found.append(message)

    scope = {"type": "websocket", "path": path, "headers": [(b"sec-websocket-protocol", protocols.encode())]}
    asyncio.run(BrowserMessages(app)(scope, receive, None))
    return found


def asked(messages, **options):
    parts = [BackMsg.FromString(message["bytes"]) for message in heard(messages, **options)]
    return [(part.rerun_script.fragment_id, part.rerun_script.is_auto_rerun) for part in parts]


def test_the_first_request_of_a_new_session_runs_the_whole_page():
    found = [BackMsg.FromString(message["bytes"]) for message in heard([rerun("part", "task=mine"), rerun("part")])]
    assert [part.rerun_script.fragment_id for part in found] == ["", "part"]
    assert found[0].rerun_script.query_string == "task=mine" and not found[0].rerun_script.is_auto_rerun


def test_a_session_that_is_known_runs_its_parts(monkeypatch):
    monkeypatch.setattr(streamlit_sessions, "is_known", lambda session: session == "mine")
    assert asked([rerun("part")], protocols="streamlit, token, mine") == [("part", True)]
    assert asked([rerun("part")], protocols="streamlit, token, other") == [("", False)]


def test_nobody_empties_the_caches():
    assert asked([cleared(), rerun(), cleared(), rerun("part")]) == [("", False), ("part", True)]


@pytest.mark.parametrize("message", [{"bytes": b"\xff\xff"}, {"text": "words"}, {"bytes": b""}])
def test_what_is_no_message_is_passed_on(message):
    assert heard([message]) == [message]


def test_other_sockets_are_left_alone():
    assert asked([cleared()], path="/other") == [("", False)]
