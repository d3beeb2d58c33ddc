"""Files of strangers, read apart from the server: where one is in the queue, and how to stop waiting."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import streamlit as st

from ...apart import Workers
from ...apart.worker import WorkerLimits
from ...limits import MILLION
from .server_limits import SERVER_LIMITS

DELAY = 0.5  # seconds before anything is said


@cache
def workers() -> Workers:
    """The server's workers. Their warm process starts with the server, or with the first file."""
    limits = WorkerLimits(SERVER_LIMITS.opening_seconds, SERVER_LIMITS.opening_megabytes * MILLION)
    return Workers(SERVER_LIMITS.openings, SERVER_LIMITS.opening_queue, limits)


def read_apart(job: str, *arguments: Any) -> Any:
    """Run a job of `rnnviz.apart.jobs` for this session. Raises RnnvizError if it fails or cannot be run now.

    Streamlit ends an outdated run of a page when it next draws something. Drawing now and then therefore also ends the
    job, once the user does something else or the session is over.
    """
    placeholder, began = st.empty(), time.monotonic()

    def beat(ahead: int) -> None:
        if ahead:
            files = f"{ahead:,} files come" if ahead > 1 else "One file comes"
            placeholder.info(f"{files} before yours.", icon=":material/hourglass:")
        elif time.monotonic() - began > DELAY:
            most = f"{SERVER_LIMITS.opening_seconds} seconds at most"
            placeholder.info(f"Reading the file, which takes {most}.", icon=":material/hourglass:")
        else:
            placeholder.empty()

    try:
        return workers().run(job, *arguments, beat=beat)
    finally:
        placeholder.empty()
