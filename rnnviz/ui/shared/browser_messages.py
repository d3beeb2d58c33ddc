"""What browsers ask of Streamlit over the socket, where the answer would be wrong for this app.

After a restart of the server a page asks to run one of its parts, of which the new session knows nothing: Streamlit
passes over it, and the page looks alive and answers nothing. The first request of a new session runs the whole page.

A message that the menu hides empties the caches of everybody; it is passed over.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from . import streamlit_sessions
from .admission import STREAM, session_named


class BrowserMessages:
    """Corrects the messages; a middleware for `st.App`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and listen to a socket's messages."""
        if scope["type"] == "websocket" and scope["path"].endswith(STREAM):
            receive = _Corrections(receive, is_new=not streamlit_sessions.is_known(session_named(scope))).receive
        await self.app(scope, receive, send)


class _Corrections:
    """The messages of one socket. is_new: whether its session is a new one, which has run no page yet."""

    def __init__(self, receive: Receive, is_new: bool) -> None:
        self._receive, self._is_new = receive, is_new

    async def receive(self) -> Message:
        while True:
            message = await self._receive()
            data = message.get("bytes")
            if not data:
                return message
            try:
                asked = BackMsg.FromString(data)
            except DecodeError:
                return message  # Streamlit says so
            kind = asked.WhichOneof("type")
            if kind == "clear_cache":
                continue
            if kind == "rerun_script" and self._is_new:
                self._is_new = False
                if asked.rerun_script.fragment_id:
                    asked.rerun_script.fragment_id, asked.rerun_script.is_auto_rerun = "", False
                    return {**message, "bytes": asked.SerializeToString()}
            return message
