"""A visit to every page before the first visitor comes, who would wait while code, models and caches are loaded.

The server answers nobody until the lifespan of its app has begun, of which this is a part.
"""

from __future__ import annotations

import asyncio
import logging
import os
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from . import streamlit_sessions

GIVEN_FILE = "RNNVIZ_FILE"  # what `python -m rnnviz model.pt` sets
PATIENCE = 20.0  # seconds for one page: a server that is slow had better start cold than not at all


class _Visitor(streamlit_sessions.SessionClient):
    """A browser that notices which pages there are, and when one has come to its end.

    pages: what their addresses end with; that of the first page is empty.
    """

    def __init__(self) -> None:
        self.pages: list[str] = []
        self._ended = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            self.pages = [page.url_pathname for page in msg.navigation.app_pages if not page.is_default]
        elif kind == "script_finished" and msg.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._ended.set()

    @property
    def client_context(self) -> None:
        return None

    async def open(self, session: str, page: str, **query: str) -> None:
        """Open a page, and wait until it is there."""
        self._ended.clear()
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, urlencode(query)
        streamlit_sessions.send(session, message)
        await asyncio.wait_for(self._ended.wait(), PATIENCE)


async def visit_all_pages() -> None:
    """Open every page once, and every bundled model on the first one."""
    if os.environ.get(GIVEN_FILE):
        return  # somebody waits for this file, at a server of their own
    visitor = _Visitor()
    session = streamlit_sessions.enter(visitor)
    if not session:
        return
    try:
        await visitor.open(session, "")
        for task, cell in _models():
            await visitor.open(session, "", task=task, cell=cell)
        for page in visitor.pages:
            await visitor.open(session, page)
    except TimeoutError:
        logging.warning("A page took longer than %g seconds when the server started.", PATIENCE)
    finally:
        streamlit_sessions.close(session)


def _models() -> list[tuple[str, str]]:
    from .catalogue import shared_tasks  # what it declares to be cached belongs to a running server

    return [(task.name, cell) for task in shared_tasks().values() for cell in task.models]
