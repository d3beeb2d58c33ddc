"""Streamlit's own files come packed to whom can unpack them, with all else that Streamlit says about them."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlparse

import pyarrow
import pytest

from rnnviz.ui.shared import packed_files
from rnnviz.ui.shared.packed_files import FOLDER

from ..browser.conftest import served

APP = """
import streamlit as st
from starlette.middleware import Middleware
from rnnviz.ui.shared.packed_files import PackedFiles, pack

pack()
app = st.App("page.py", middleware=[Middleware(PackedFiles)])
"""
FILE = "/" + next((FOLDER / "static/js").glob("protobuf.*.js")).relative_to(FOLDER).as_posix()
CONTENT = (FOLDER / FILE[1:]).read_bytes()
PACKED = {"Accept-Encoding": "gzip, deflate, br, zstd"}
Ask = Callable[..., tuple[http.client.HTTPResponse, bytes]]


def unpacked(coding: str, data: bytes, size: int) -> bytes:
    return gzip.decompress(data) if coding == "gzip" else pyarrow.Codec("brotli").decompress(data, size, asbytes=True)


@pytest.fixture(scope="module", params=["", "course"])
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks a server for something; the answer, and its body as it travelled."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "page.py").write_text("import streamlit as st\nst.write('hello')")
    (folder / "app.py").write_text(APP)
    with served(folder / "log.txt", request.param, str(folder / "app.py"), PYTHONPATH=".") as address:
        where = urlparse(address)

        def ask_for(path: str, headers: dict[str, str] | None = None, method: str = "GET"):
            connection = http.client.HTTPConnection(where.netloc, timeout=10)
            connection.request(method, where.path + path, headers=headers or {})
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer, body

        yield ask_for


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [(PACKED["Accept-Encoding"], "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br", "br")],
)
def test_it_is_the_same_file_with_fewer_bytes(ask: Ask, accepted: str, coding: str):
    (plain, content), (packed, data) = ask(FILE), ask(FILE, {"Accept-Encoding": accepted})
    assert content == CONTENT == unpacked(coding, data, len(CONTENT)) and len(data) < len(content) / 2
    assert packed.headers["Content-Encoding"] == coding and "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"]
    for name in ("Content-Type", "Cache-Control", "Last-Modified"):
        assert packed.headers[name] == plain.headers[name] is not None


def test_who_has_the_file_is_told_so(ask: Ask):
    tag = ask(FILE, PACKED)[0].headers["ETag"]
    assert tag.startswith('W/"') and tag[2:] == ask(FILE)[0].headers["ETag"]
    answer, body = ask(FILE, {**PACKED, "If-None-Match": tag})
    assert answer.status == 304 and body == b""


def test_a_part_of_a_file_is_a_part_of_the_file(ask: Ask):
    answer, body = ask(FILE, {**PACKED, "Range": "bytes=10-29"})
    assert answer.status == 206 and body == CONTENT[10:30] and "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip; q=0.0, br;q=0", "zstd", "x-gzip", ""])
def test_who_cannot_unpack_it_gets_the_file_itself(ask: Ask, accepted: str):
    answer, body = ask(FILE, {"Accept-Encoding": accepted})
    assert body == CONTENT and "Content-Encoding" not in answer.headers


def test_who_asks_for_the_head_gets_that_of_the_file(ask: Ask):
    answer, body = ask(FILE, PACKED, "HEAD")
    assert answer.status == 200 and body == b"" and answer.headers["Content-Length"] == str(len(CONTENT))


def test_an_address_that_only_ends_like_a_file_is_not_the_file(ask: Ask):
    """Where there is no file, Streamlit answers with its page."""
    for path in (f"/lesson{FILE}", "/static/js/none.js"):
        answer, body = ask(path, PACKED)
        page = gzip.decompress(body) if answer.headers["Content-Encoding"] else body
        assert answer.status == 200 and b"<html" in page


def test_nothing_is_packed_of_a_refusal(ask: Ask):
    answer, body = ask(FILE, PACKED, "POST")
    assert answer.status == 405 and "Content-Encoding" not in answer.headers and len(body) < 100


def test_every_packed_file_is_the_file():
    packed_files.pack()
    assert len(packed_files._files) > 200
    for name, file in list(packed_files._files.items())[::10]:
        content = (FOLDER / name).read_bytes()
        assert len(content) == file.size, name
        for coding, data in (("br", file.br), ("gzip", file.gzip)):
            assert unpacked(coding, data, file.size) == content, (name, coding)
