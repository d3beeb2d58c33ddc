"""Work that can take seconds: it shows its progress, ends when the user types on, and its result is cached."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ...limits import MILLION
from . import catalogue, page_setup
from .result_cache import ResultCache
from .server_limits import SERVER_LIMITS
from .session_keys import RESULTS, STOPPED

DELAY = 0.7  # seconds before the bar appears
INTERVAL = 0.1  # seconds between two updates
MOST_IN_SESSION = 16 * MILLION  # bytes of the results for a session's own models

T = TypeVar("T")


class StoppedError(Exception):
    """Work that its user has stopped, and wants no result of."""


class Progress:
    """A progress bar with a button to stop, which appear when work takes long. It is called with the share done.

    Streamlit ends an outdated run of the page when it next draws something. Calling this therefore also stops the work
    once the user has typed another letter. It ends too when the browser has gone.

    Parameters
    ----------
    words : str
        What the work is.
    key : hashable, optional
        Identifies the work; without one it has no button.
    """

    def __init__(self, words: str, key: Hashable = None) -> None:
        self.words, self.name = words, str(key)
        self.is_stoppable = key is not None
        self.placeholder = st.empty()
        self.bar: DeltaGenerator | None = None
        self.began = self.drawn = time.monotonic()

    def __call__(self, share: float) -> None:
        """Show the share done, from 0 to 1. Raises StoppedError if the user has stopped this very work before."""
        if self.is_stoppable and st.session_state.get(STOPPED) == self.name:
            raise StoppedError
        now = time.monotonic()
        if now - self.began > DELAY and now - self.drawn > INTERVAL:
            self.drawn = now
            if page_setup.is_left():
                st.stop()
            if self.bar is None:
                with self.placeholder.container():
                    self.bar = st.empty()
                    if self.is_stoppable:
                        st.button("Stop", key="stop-work", icon=":material/stop:", on_click=self.stop)
            words = self.words if self.is_stoppable else f"{self.words} Keep typing to cancel."
            self.bar.progress(min(max(share, 0.0), 1.0), words)

    def stop(self) -> None:
        """Let the next run of the page leave this work out; for a callback."""
        st.session_state[STOPPED] = self.name

    def end(self) -> None:
        """Remove the bar."""
        self.placeholder.empty()


@contextmanager
def stoppable() -> Iterator[None]:
    """What is drawn inside ends where its work was stopped, with a button that goes on with it."""
    try:
        yield
    except StoppedError:
        st.info("Stopped before it was done. Another text starts anew.", icon=":material/stop:")
        st.button("Go on", key="go-on", icon=":material/play_arrow:", on_click=st.session_state.pop, args=(STOPPED,))


def cached(owner: object, key: Hashable, work: Callable[[], T], *, is_private: bool = False) -> T:
    """The result of `work` for an owner (a network) and a key, computed once for all sessions.

    The key must hold everything else that the result depends on. Work that was stopped leaves no result. Results of a
    session's own model, and private ones, are cached in that session alone, so that they disappear with it.
    """
    own = is_private or any(owner is model.network for model in catalogue.own_models())
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
