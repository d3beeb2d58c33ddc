"""What the server does beside serving: it lets go of sessions that have left and of old rooms, and gives memory back.

Streamlit keeps a session whose browser has gone, in case that comes back, but looks at what it keeps only when the next
one connects. Without this, a class's models and trainings would stay until somebody else comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ...errors import RnnvizError
from . import packed_files, process_memory, streamlit_sessions, warm_up
from .rooms import ROOMS
from .server_limits import SERVER_LIMITS
from .strangers_files import workers

INTERVAL = 10.0  # seconds between two looks, and fewer where sessions are kept for less


@asynccontextmanager
async def upkeep(app: object) -> AsyncIterator[None]:
    """Prepare all that a visitor needs, and look after sessions until the server ends; for `st.App`.

    Until it is prepared, the server does not answer, its health check included.
    """
    process_memory.prepare()
    await asyncio.to_thread(_start_workers)  # alone: they are forked
    await asyncio.gather(asyncio.to_thread(packed_files.pack), warm_up.visit_all_pages())
    process_memory.keep_what_is_loaded()
    looking = asyncio.create_task(_look_after_sessions())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        workers().stop()


def _start_workers() -> None:
    with suppress(RnnvizError):  # the first file says so
        workers().start()


async def _look_after_sessions() -> None:
    sweep = Sweep()
    while True:
        await asyncio.sleep(min(INTERVAL, SERVER_LIMITS.kept_seconds))
        ROOMS.sweep()
        if sweep.sweep(time.monotonic()):
            await asyncio.to_thread(process_memory.give_back)


class Sweep:
    """Knows since when each session is without its browser."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._looks_left = 0

    def sweep(self, now: float) -> bool:
        """Close what has been gone for too long. Returns whether there may be memory to give back."""
        gone = streamlit_sessions.disconnected()
        self._since = {session: self._since.get(session, now) for session in gone}
        overdue = [session for session, since in self._since.items() if now - since >= SERVER_LIMITS.kept_seconds]
        for session in overdue:
            streamlit_sessions.close(session)
        if overdue:
            # A run of a closed session may still be ending, and a download goes at the second look.
            self._looks_left = 3
        elif self._looks_left:
            self._looks_left -= 1
        streamlit_sessions.drop_downloads()
        return bool(overdue or self._looks_left)
