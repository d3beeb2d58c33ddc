"""Sessions that have left are let go without a visitor, with all that they held, and their memory is given back."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from websockets.asyncio.client import ClientConnection, connect

from rnnviz.ui.shared import process_memory, streamlit_sessions, upkeep
from rnnviz.ui.shared.server_limits import SERVER_LIMITS

ROOT = Path(__file__).parents[2]
PAGE = """
import streamlit as st

st.download_button("Save", b"x" * 1000)
st.file_uploader("File", key="file")
"""
APP = """
import os
import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route
from rnnviz.ui.shared import streamlit_sessions as inside
from rnnviz.ui.shared.upkeep import upkeep

async def facts(request):
    descriptors = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    names = ("count", "uploaded", "downloads")
    told = {name: getattr(inside, name)() for name in names}
    return JSONResponse(told | {"descriptors": descriptors, "missing": sorted(inside._missing)})

app = st.App("page.py", lifespan=upkeep, routes=[Route("/facts", facts)])
"""


class TestSweep:
    @pytest.fixture
    def inside(self, monkeypatch):
        """Streamlit's kept sessions, and those that were closed."""
        kept, closed = set(), []
        monkeypatch.setattr(streamlit_sessions, "disconnected", lambda: frozenset(kept))
        monkeypatch.setattr(streamlit_sessions, "close", lambda name: (closed.append(name), kept.discard(name)))
        monkeypatch.setattr(streamlit_sessions, "drop_downloads", lambda: None)
        return kept, closed

    def test_a_session_is_closed_when_it_has_been_gone_for_long(self, inside):
        kept, closed = inside
        sweep, long = upkeep.Sweep(), SERVER_LIMITS.kept_seconds
        kept.add("a")
        assert not sweep.sweep(0.0) and not sweep.sweep(long - 1.0) and closed == []
        assert sweep.sweep(float(long)) and closed == ["a"]

    def test_one_that_came_back_begins_anew(self, inside):
        kept, closed = inside
        sweep, long = upkeep.Sweep(), SERVER_LIMITS.kept_seconds
        kept.add("a")
        sweep.sweep(0.0)
        kept.clear()
        sweep.sweep(10.0)
        kept.add("a")
        sweep.sweep(20.0)
        assert not sweep.sweep(long + 10.0) and closed == []
        assert sweep.sweep(long + 20.0) and closed == ["a"]

    def test_memory_is_given_back_for_a_while_afterwards(self, inside):
        kept, _ = inside
        sweep = upkeep.Sweep()
        kept.add("a")
        sweep.sweep(0.0)
        looks = [sweep.sweep(1000.0 + k) for k in range(6)]
        assert looks[:2] == [True, True] and looks[-1] is False


def test_an_upload_is_forgotten(monkeypatch):
    manager = MemoryUploadedFileManager("/uploads")
    monkeypatch.setattr(streamlit_sessions.runtime, "exists", lambda: True)
    monkeypatch.setattr(streamlit_sessions, "_runtime", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    for session, file, data in (("me", "a", b"12345"), ("me", "b", b"123"), ("you", "c", b"1")):
        manager.add_file(session, UploadedFileRec(file, file, "", data))
    streamlit_sessions.drop_upload("a")
    streamlit_sessions.drop_upload("none")
    held = [streamlit_sessions.uploaded(session) for session in ("me", "you", "nobody", None)]
    # What is asked meanwhile in the background, of a server that has uploads alone, is not looked at.
    assert held == [3, 1, 0, 4] and not streamlit_sessions._missing & {"drop_upload", "uploaded"}


def test_without_a_server_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(streamlit_sessions, "_missing", set())
    assert streamlit_sessions.count() == 0 and streamlit_sessions.disconnected() == frozenset()
    streamlit_sessions.close("nobody")
    assert not streamlit_sessions._missing


def test_the_descriptors_are_raised():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
        process_memory.prepare()
        assert process_memory.descriptor_limit() == min(before[1], process_memory.DESCRIPTORS_WANTED)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_memory_can_be_given_back_anywhere():
    process_memory.give_back()


def test_a_server_lets_go_of_who_has_left(tmp_path):
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / "app.py").write_text(APP)
    with _served(tmp_path, RNNVIZ_KEPT_SECONDS="1") as address:
        before = _facts(address)
        asyncio.run(_visit(address))
        _until(lambda: _facts(address)["count"] == 0)
        _until(lambda: _facts(address)["downloads"] == 0)
        _until(lambda: _facts(address)["descriptors"] <= before["descriptors"])
        after = _facts(address)
        assert (after["count"], after["uploaded"], after["missing"]) == (0, 0, [])


async def _visit(address: str) -> None:
    """Three people open the page, one uploads a file, and they leave."""
    sockets = [await _enter(address) for _ in range(3)]
    for name in ("first", "second"):
        await _upload(address, sockets[0], name)
    facts = _facts(address)
    assert (facts["count"], facts["uploaded"]) == (3, 14) and facts["downloads"] > 0
    for connection, _ in sockets:
        await connection.close()


async def _enter(address: str) -> tuple[ClientConnection, str]:
    connection = await connect(
        address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], max_size=None
    )
    message = BackMsg()
    message.rerun_script.query_string = ""
    await connection.send(message.SerializeToString())
    session = ""
    while True:
        answer = ForwardMsg.FromString(await connection.recv())
        session = session or answer.new_session.initialize.session_id
        if answer.WhichOneof("type") == "script_finished":
            return connection, session


async def _upload(address: str, visitor: tuple[ClientConnection, str], name: str) -> None:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + b"7 bytes\r\n--x--\r\n"
    )
    request = Request(f"{address}/_stcore/upload_file/{visitor[1]}/{name}", data=body, method="PUT")
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    with await asyncio.to_thread(urlopen, request) as answer:
        assert answer.status == 204


@contextmanager
def _served(folder: Path, **variables: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.port": port,
        "server.headless": "true",
        "server.enableXsrfProtection": "false",
        "server.fileWatcherType": "none",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py")]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), **variables}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _until(lambda: _answers(address))
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _answers(address: str) -> bool:
    try:
        return bool(_facts(address)) or True
    except OSError:
        return False


def _facts(address: str) -> dict:
    with urlopen(f"{address}/facts") as answer:
        return json.load(answer)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
