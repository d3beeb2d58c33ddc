"""Work that can take seconds: it says how far it is once it has taken one, ends when the user types on, and is kept."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

from . import catalogue

SOON = 0.7  # seconds after which a bar is worth a look
OFTEN = 0.1  # seconds between two looks
KEPT = 96  # results for all sessions together

T = TypeVar("T")


class Progress:
    """A bar that appears when work takes long. Called with the share done, from 0 to 1.

    Whatever Streamlit draws is where it ends a run that the user's next letter has overtaken: so does a call of this.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.place = st.empty()
        self.began = self.drawn = time.monotonic()

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self.began > SOON and now - self.drawn > OFTEN:
            self.drawn = now
            self.place.progress(min(max(share, 0.0), 1.0), f"{self.words} Type on to stop it.")

    def end(self) -> None:
        self.place.empty()


def kept(owner: object, key: Hashable, work: Callable[[], T]) -> T:
    """The result of `work` for an owner (a network) and a key, computed once for all sessions.

    The key must hold everything else that the result depends on. Work that was ended leaves nothing behind. Of a
    session's own model the session alone keeps it, so that nothing is left of either when it ends.
    """
    own = any(owner is model.network for model in catalogue.own_models())
    results, lock = _session_results() if own else _results()
    name = (id(owner), key)
    with lock:
        if name in results:
            results.move_to_end(name)
            return results[name][1]
    found = work()
    with lock:
        results[name] = (owner, found)  # the owner too: while it is here, its number is nobody else's
        while len(results) > KEPT:
            results.popitem(last=False)
    return found


def _session_results() -> tuple[OrderedDict[Hashable, tuple[object, Any]], Lock]:
    found: tuple[OrderedDict[Hashable, tuple[object, Any]], Lock]
    found = st.session_state.setdefault("kept", (OrderedDict(), Lock()))
    return found


@st.cache_resource(show_spinner=False)
def _results() -> tuple[OrderedDict[Hashable, tuple[object, Any]], Lock]:
    return OrderedDict(), Lock()
