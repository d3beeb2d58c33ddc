"""Streamlit's own files, packed once: a first visit needs megabytes of them, which pack to a third.

Streamlit sends them as they are, as packing one anew for every visitor would take the server's time. What is here is
packed when the server starts, and kept. Which file an address means, and all that is said about it, stays Streamlit's
to say: it is asked for the head of its answer alone.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow
import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(streamlit.__file__).parent / "static"
SUFFIXES = (".js", ".css", ".json", ".svg")  # fonts and pictures are packed already
LEAST = 1000  # bytes: below this, a packed file travels no faster
LARGE = 1_000_000  # from here on it is worth the time to pack tighter
GZIP_LEVEL = 6  # a higher one takes twice as long for a hundredth of the bytes


@dataclass(frozen=True)
class PackedFile:
    """A file in the forms in which it travels: Brotli, a tenth smaller, is what browsers take through TLS."""

    path: Path
    size: int
    br: bytes

    @classmethod
    def of(cls, path: Path) -> PackedFile:
        """Pack a file."""
        content = path.read_bytes()
        # Arrow comes with Streamlit, and with Brotli.
        codec = pyarrow.Codec("brotli", compression_level=9 if len(content) >= LARGE else 5)
        return cls(path, len(content), codec.compress(content, asbytes=True))

    @cached_property
    def gzip(self) -> bytes:
        """For the others; packed when the first of them comes."""
        return gzip.compress(self.path.read_bytes(), GZIP_LEVEL, mtime=0)


_files: dict[str, PackedFile] = {}  # by the end of its address, such as "static/js/index.js"


def pack(folder: Path = FOLDER) -> None:
    """Pack what has not been packed so far; takes a second, most of it outside of Python's lock."""
    for path in _packable(folder):
        name = path.relative_to(folder).as_posix()
        if name not in _files:
            _files[name] = PackedFile.of(path)


def _packable(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if path.suffix in SUFFIXES and path.stat().st_size >= LEAST:
                yield path


class PackedFiles:
    """Sends a packed file in place of the file, to whom can unpack it; a middleware for `st.App`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        file, coding = _asked_for(scope)
        head = await self._head(scope) if file else None
        if file and head and _fits(head, file):
            data = file.br if coding == "br" else file.gzip
            await send(_packed_head(head, coding, len(data)))
            await send({"type": "http.response.body", "body": data})
        else:
            await self.app(scope, receive, send)

    async def _head(self, scope: Scope) -> Message | None:
        """What Streamlit would say before the file."""
        heads: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                heads.append(message)

        await self.app({**scope, "method": "HEAD"}, receive, send)
        return heads[0] if heads else None


def _asked_for(scope: Scope) -> tuple[PackedFile | None, str]:
    """The file that a request may be answered with, and in which form; None if it is to be answered as it is."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None, ""
    given = Headers(scope=scope)
    coding = _best_coding(given.get("accept-encoding", ""))
    _, folder, name = scope["path"].rpartition("/static/")
    if "range" in given or not coding or not folder:
        return None, ""
    return _files.get(f"static/{name}"), coding


def _best_coding(accepted: str) -> str:
    """The smaller of the forms that a browser takes, as it says itself; "" if it takes neither."""
    codings = set()
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            codings.add(coding.strip())
    return next((coding for coding in ("br", "gzip") if coding in codings), "")


def _fits(head: Message, file: PackedFile) -> bool:
    """Whether an answer is that file: not a page in its place, and not that the browser has it already."""
    return bool(head["status"] == 200 and Headers(scope=head).get("content-length") == str(file.size))


def _packed_head(head: Message, coding: str, size: int) -> Message:
    given = MutableHeaders(scope=head)
    given["Content-Encoding"], given["Content-Length"] = coding, str(size)
    given.add_vary_header("Accept-Encoding")
    if "etag" in given:  # the file is the same, but not its bytes
        given["ETag"] = f"W/{given['etag'].removeprefix('W/')}"
    return head
