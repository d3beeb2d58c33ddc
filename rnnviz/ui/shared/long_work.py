"""Work that can take seconds: it shows its progress, ends when the user types on, and its result is cached."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

import streamlit as st

from ...limits import MILLION
from . import catalogue
from .result_cache import ResultCache
from .server_limits import SERVER_LIMITS
from .session_keys import RESULTS

DELAY = 0.7  # seconds before the bar appears
INTERVAL = 0.1  # seconds between two updates
MOST_IN_SESSION = 16 * MILLION  # bytes of the results for a session's own models

T = TypeVar("T")


class Progress:
    """A progress bar that appears when work takes long. It is called with the share done, from 0 to 1.

    Streamlit ends an outdated run of the page when it next draws something. Calling this therefore also stops the work
    once the user has typed another letter.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.placeholder = st.empty()
        self.began = self.drawn = time.monotonic()

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self.began > DELAY and now - self.drawn > INTERVAL:
            self.drawn = now
            self.placeholder.progress(min(max(share, 0.0), 1.0), f"{self.words} Keep typing to cancel.")

    def end(self) -> None:
        """Remove the bar."""
        self.placeholder.empty()


def cached(owner: object, key: Hashable, work: Callable[[], T]) -> T:
    """The result of `work` for an owner (a network) and a key, computed once for all sessions.

    The key must hold everything else that the result depends on. Work that was stopped leaves no result. Results of a
    session's own model are cached in that session alone, so that they disappear with it.
    """
    own = any(owner is model.network for model in catalogue.own_models())
    results = _session_results() if own else _results()
    kept = results.get(owner, key)
    if kept is not None:
        return cast(T, kept[0])
    result = work()
    results.put(owner, key, result)
    return result


def _session_results() -> ResultCache:
    results: ResultCache = st.session_state.setdefault(RESULTS, ResultCache(MOST_IN_SESSION))
    return results


@st.cache_resource(show_spinner=False)
def _results() -> ResultCache:
    return ResultCache(SERVER_LIMITS.cache_megabytes * MILLION)
