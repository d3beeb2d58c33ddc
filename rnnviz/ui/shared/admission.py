"""Who and what is let in: as many sessions and uploads as the server has room for, and no questions about others."""

from __future__ import annotations

import os

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ...limits import MILLION
from . import process_memory, streamlit_sessions
from .server_limits import SERVER_LIMITS

DESCRIPTORS_EACH = 8  # of a session: Streamlit's event loop for it, its connection, and what it opens meanwhile
SPARE_DESCRIPTORS = 64
# Streamlit tells anybody who asks how many sessions there are, and what is cached; this makes it do so.
METRICS = "RNNVIZ_METRICS"
STREAM, UPLOADS, METRICS_PATH = "/_stcore/stream", "/_stcore/upload_file/", "/_stcore/metrics"
FULL = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>rnnviz</title>'
    '<meta name="viewport" content="width=device-width"><h1>This server is full</h1>'
    "<p>{count:,} people use it at the moment, and it has room for {most:,}. Try again in a few minutes.</p></html>"
)


def most_sessions() -> int:
    """How many sessions may be open: as the settings say, or fewer where the system allows few descriptors."""
    by_descriptors = (process_memory.descriptor_limit() - SPARE_DESCRIPTORS) // DESCRIPTORS_EACH
    return max(1, min(SERVER_LIMITS.sessions, by_descriptors))


class Admission:
    """Refuses what there is no room for; a middleware for `st.App`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.shows_metrics = bool(os.environ.get(METRICS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        refusal = None
        if scope["type"] == "websocket":
            if scope["path"].endswith(STREAM) and _is_full() and not _comes_back(scope):
                await send({"type": "websocket.close", "code": 1013})  # try again later
                return
        elif scope["type"] == "http":
            refusal = self._refusal(scope)
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        path, given = scope["path"], Headers(scope=scope)
        if path.endswith(METRICS_PATH) and not self.shows_metrics:
            return PlainTextResponse("Not found", 404)
        if scope["method"] == "PUT" and UPLOADS in path:
            return _upload_refusal(path.rsplit(UPLOADS, 1)[1].split("/")[0], given.get("content-length", ""))
        if scope["method"] == "GET" and given.get("sec-fetch-dest") == "document" and _is_full():
            page = FULL.format(count=streamlit_sessions.count(), most=most_sessions())
            return HTMLResponse(page, 503, {"Retry-After": "60"})
        return None


def _is_full() -> bool:
    return streamlit_sessions.count() >= most_sessions()


def _comes_back(scope: Scope) -> bool:
    """Whether a browser names the session that it had, which is still kept."""
    return session_named(scope) in streamlit_sessions.disconnected()


def session_named(scope: Scope) -> str:
    """The session that a browser says it had; empty if none."""
    protocols = [name.strip() for name in Headers(scope=scope).get("sec-websocket-protocol", "").split(",")]
    return protocols[2] if len(protocols) > 2 else ""


def _upload_refusal(session: str, length: str) -> Response | None:
    """An upload is held until its page no longer shows it, so what there is counts with what comes."""
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return PlainTextResponse("How long is it?", 411)
    limits = SERVER_LIMITS
    for held, most, whose in (
        (streamlit_sessions.uploaded(session), limits.session_megabytes, "one session"),
        (streamlit_sessions.uploaded(), limits.server_megabytes, "all who use this server"),
    ):
        if held + int(length) > most * MILLION:
            words = f"There is no room for this file: uploads of {whose} may have {most:,} million bytes together."
            return PlainTextResponse(words, 413)
    return None
