"""What strangers send to a running server: wrong messages, requests, others' links; and the server killed under them.

After each, somebody else types: their letter must come back, and soon.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from os import environ
from urllib.parse import urlparse

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks._visitor import SERVER_SETTINGS, Visitor
from benchmarks._watch import Bounds, Outcome
from benchmarks.keystroke_cost import LETTERS, ROOT, TEXT, serve
from rnnviz.checkpoints.native import model_archive
from rnnviz.model import Model
from tests.checkpoints.hostile_files import small_model

SOON = 2.0  # seconds until another’s letter is there
BOUNDS = Bounds(seconds=SOON)
QUIET = 1.0  # seconds without an answer after which none comes
NAME, SECRET = "zebra", "quagga"  # of a model, and in its labels, which no link names


class Reader(Visitor):
    """A visitor who keeps all that the server sends."""

    said = b""

    def _ends(self, answer: ForwardMsg) -> bool:
        self.said += answer.SerializeToString()
        return super()._ends(answer)


async def _types(outcome: Outcome, typist: Visitor, what: str, k: int) -> None:
    """Count a trial after which somebody types."""
    began = time.monotonic()
    try:
        await asyncio.wait_for(typist.type(TEXT[:12] + LETTERS[k % 26]), 20)
    except (TimeoutError, ConnectionClosed) as error:
        outcome.add(what, {"error": repr(error)}, BOUNDS)
        return
    seconds = time.monotonic() - began
    outcome.add(what, {"seconds": seconds} | ({"error": "a page failed"} if typist.failures else {}), BOUNDS)
    typist.failures = 0


# ---- messages ----------------------------------------------------------------------------------------------------


def messages(count: int) -> Outcome:
    """Messages that no browser sends, to a session of their own."""
    outcome = Outcome()
    with serve(ROOT / "app.py", **SERVER_SETTINGS) as (address, _):
        asyncio.run(_send_all(address, outcome, count))
    return outcome


async def _send_all(address: str, outcome: Outcome, count: int) -> None:
    typist = await Visitor.enter(address)
    for k, (what, data) in enumerate(list(await _wrong_messages(address))[:count]):
        sender = await Visitor.enter(address)
        try:
            await sender.socket.send(data)
            while True:
                answer = await asyncio.wait_for(sender.socket.recv(), QUIET)
                assert isinstance(answer, bytes)
                sender._ends(ForwardMsg.FromString(answer))
        except (TimeoutError, ConnectionClosed, DecodeError):
            pass
        await sender.leave()
        await _types(outcome, typist, what, k)
        if sender.failures:
            outcome.failures.append(f"{what}: the sender’s own page failed")


async def _wrong_messages(address: str) -> list[tuple[str, bytes | str]]:
    """Frames of any bytes, widgets of any type and value, parts and pages that do not exist."""
    draw, found = random.Random(0), []
    visitor = await Visitor.enter(address)
    widgets = [widget for widget, _ in visitor.widgets.values()]
    await visitor.leave()
    found += [(f"{size} bytes at random", draw.randbytes(size)) for size in (0, 1, 2, 7, 100, 5000, 1_000_000)]
    found += [("a text", "hello"), ("a long text", "x" * 1_000_000), ("zeros", bytes(5000))]
    values: list[dict[str, object]] = [
        {"string_value": "x" * 2_000_000}, {"string_value": "\0\u202e"}, {"int_value": -(2**62)}, {"bool_value": True},
        {"double_value": float("nan")}, {"trigger_value": True}, {"json_value": "[" * 10_000}, {"json_value": "{}"},
        {"bytes_value": b"\xff" * 1000}, {"string_trigger_value": {"data": "x"}},
        {"int_array_value": {"data": [9] * 9}},
        {"double_array_value": {"data": [float("inf")]}}, {"string_array_value": {"data": ["x"] * 1000}},
    ]  # fmt: skip
    for k, value in enumerate(values * 3):
        message = BackMsg()
        widget = widgets[k % len(widgets)] if k < 2 * len(values) else f"$$ID-x{k}-none"
        message.rerun_script.widget_states.widgets.append(WidgetState(id=widget, **value))
        found.append((f"{[*value]} for {widget[:60]}", message.SerializeToString()))
    for name, value in {
        "page_name": "../../etc/passwd", "page_script_hash": "x" * 10_000, "fragment_id": "none",
        "query_string": "text=" + "%F0%9F%98%80" * 20_000,
    }.items():  # fmt: skip
        message = BackMsg()
        setattr(message.rerun_script, name, value)
        found.append((name, message.SerializeToString()))
    for name in ("clear_cache", "stop_script", "load_git_info", "set_run_on_save", "app_heartbeat"):
        if name in BackMsg.DESCRIPTOR.fields_by_name:
            message = BackMsg()
            setattr(message, name, True)
            found.append((name, message.SerializeToString()))
    found += [("the same again and again", BackMsg(rerun_script={}).SerializeToString() * 50)]
    return found


# ---- requests ------------------------------------------------------------------------------------------------------

FILES = ("app.py", "rnnviz/__init__.py", ".streamlit/config.toml", "etc/passwd")
PREFIXES = ("", "static/", "media/", "component/", "_stcore/", "app/static/")
UPS = ("../" * 6, "..%2f" * 6, "%2e%2e/" * 6, "....//" * 6, "..\\" * 6, "/", "%00")
SOURCES = (b"def navigate", b"__version__", b"postScriptGC", b"root:x:")


def requests(count: int) -> Outcome:
    """Paths out of the folder, methods, origins and hosts: none gets a file of the server or an error of its inside."""
    outcome = Outcome()
    with serve(ROOT / "app.py") as (address, _):
        asyncio.run(_ask_all(address, outcome, count))
    return outcome


async def _ask_all(address: str, outcome: Outcome, count: int) -> None:
    typist = await Visitor.enter(address)
    places = [f"/{prefix}{up}{FILES[k % 4]}" for k, (prefix, up) in enumerate((p, u) for p in PREFIXES for u in UPS)]
    asked: list[tuple[str, str, dict[str, str]]] = [("GET", place, {}) for place in places]
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"):
        asked += [(method, place, {}) for place in ("/", "/_stcore/health", "/_stcore/upload_file/x/y", "/media/x")]
    asked += [("GET", "/", {"Host": host}) for host in ("evil.example", "", "[::1", "a" * 5000)]
    asked += [("GET", f"/{'x' * size}", {}) for size in (5000, 60_000)]
    asked += [
        ("GET", "/_stcore/metrics", {}),
        ("GET", "/_stcore/host-config", {}),
        ("GET", "/_stcore/script-health-check", {}),
    ]
    asked += [("GET", "/?" + "a=1&" * 10_000, {}), ("GET", "/%ff%fe", {}), ("GET", "/lstm/../../app.py", {})]
    for k, (method, place, headers) in enumerate(asked[: count - 4]):
        what = f"{method} {place[:60]} {headers}"[:90]
        status, body = await asyncio.to_thread(_answer, address, method, place, headers)
        if status >= 500 or any(source in body for source in SOURCES) or b"Traceback" in body:
            outcome.failures.append(f"{what}: {status}, {body[:60]!r}")
        await _types(outcome, typist, what, k)
    for origin in ("https://evil.example", "null", "file://", "http://evil.example:80"):
        try:
            await connect(address.replace("http", "ws") + "/_stcore/stream", origin=origin, subprotocols=["streamlit"])  # type: ignore[arg-type,list-item]
            outcome.failures.append(f"origin {origin}: let in")
        except InvalidStatus:
            pass
        await _types(outcome, typist, origin, 0)


def _answer(address: str, method: str, place: str, headers: dict[str, str]) -> tuple[int, bytes]:
    there = urlparse(address)
    connection = http.client.HTTPConnection(str(there.hostname), there.port, timeout=10)
    try:
        connection.putrequest(method, place, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(200_000)
    except (http.client.HTTPException, OSError):
        return 400, b""
    finally:
        connection.close()


# ---- other sessions, and a server that ends --------------------------------------------------------------------------


OF_OWNER = f"task={NAME}&text=abc"


def _mine() -> bytes:
    """A model whose labels only its owner knows."""
    model = small_model(name=NAME)
    return model_archive.pack([Model(NAME, model.network, model.vocabulary, [f"{SECRET}1", f"{SECRET}2"])])


async def _owner(address: str) -> Reader:
    """Somebody with a model of their own, open on Explore."""
    owner = await Reader.enter(address, "models")
    assert isinstance(owner, Reader)
    await owner.upload("A file with", "mine.zip", _mine())
    await owner.open("", OF_OWNER)
    if SECRET.encode() not in owner.said:
        raise RuntimeError("the owner does not see the model")
    return owner


def leaks(count: int) -> Outcome:
    """One has a model; another asks for it by every link, and is sent nothing of it."""
    outcome = Outcome()
    with serve(ROOT / "app.py", **SERVER_SETTINGS) as (address, _):
        asyncio.run(_look_for(address, outcome, count))
    return outcome


async def _look_for(address: str, outcome: Outcome, count: int) -> None:
    owner = await _owner(address)
    pages = ("", "memory", "compare", "dynamics", "train", "models", "lstm", "glossary")
    for page in pages:
        for query in ("", f"{OF_OWNER}&model={NAME}&one={NAME}&opened=1&started=1"):
            other = await Reader.enter(address, page, query)
            assert isinstance(other, Reader)
            if SECRET.encode() in other.said or other.failures:
                outcome.failures.append(f"/{page}?{query}: another’s model was sent")
            await other.leave()
            await _types(outcome, await Visitor.enter(address), f"/{page}?{query}", 0)
    await owner.leave()


def kills(count: int) -> Outcome:
    """kill -9 while one types, trains, looks at a model of one's own and at a file, and a start on the same port."""
    outcome = Outcome()
    for what, act in KILLED.items():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with _server(port) as (address, first):
            query, page, is_loss = asyncio.run(act(address))
            first.send_signal(signal.SIGKILL)
            first.wait()
            with _server(port):
                asyncio.run(_comes_back(address, page, query, is_loss, what, outcome))
    return outcome


@contextmanager
def _server(port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless=true"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environ | SERVER_SETTINGS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            if _answer(f"http://127.0.0.1:{port}", "GET", "/_stcore/health", {})[0] == 200:
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.wait()


async def _comes_back(address: str, page: str, query: str, is_loss: bool, what: str, outcome: Outcome) -> None:
    visitor = await Reader.enter(address, page, query)
    assert isinstance(visitor, Reader)
    if visitor.failures:
        outcome.failures.append(f"{what}: the page failed")
    if is_loss and not visitor.notices:
        outcome.failures.append(f"{what}: the loss is not said")
    await visitor.leave()
    await _types(outcome, await Visitor.enter(address), what, 0)


Killed = Callable[[str], Awaitable[tuple[str, str, bool]]]


async def _while_typing(address: str) -> tuple[str, str, bool]:
    visitor = await Visitor.enter(address)
    await visitor.type("Schmidt")
    return "text=Schmidt&step=3", "", False


async def _while_training(address: str) -> tuple[str, str, bool]:
    visitor = await Visitor.enter(address, "train", "task=parity&cells=gru")
    await visitor.press("Start")
    return "task=parity&cells=gru&started=1", "train", True


async def _with_a_model(address: str) -> tuple[str, str, bool]:
    await _owner(address)
    return OF_OWNER, "", True


async def _with_a_file(address: str) -> tuple[str, str, bool]:
    visitor = await Reader.enter(address, "models")
    await visitor.upload("A file with", "mine.zip", _mine())
    return "opened=1", "models", True


KILLED: dict[str, Killed] = {
    "typing": _while_typing, "a training": _while_training, "a model": _with_a_model, "a file": _with_a_file,
}  # fmt: skip
