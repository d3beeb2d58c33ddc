"""What is inside Streamlit about sessions: who has left, and what they hold. To be called on the server's event loop.

Streamlit has no public way to ask. Should a new version have changed its inside, every function here does nothing and
says so once in the log; the server then keeps what is gone for as long as Streamlit does. A test asks for all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from streamlit import runtime

T = TypeVar("T")
SessionClient = runtime.SessionClient  # what a browser is to a session
_missing: set[str] = set()


def _if_it_is_there(default: T) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Makes a function return a default where Streamlit's inside is another, or no server runs."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @wraps(function)
        def guarded(*arguments: object) -> T:
            if not runtime.exists():
                return default
            try:
                return function(*arguments)
            except (AttributeError, TypeError) as error:
                if function.__name__ not in _missing:
                    _missing.add(function.__name__)
                    logging.warning("Streamlit has changed inside, and %s has no effect: %s", function.__name__, error)
                return default

        return guarded

    return decorate


def _runtime() -> Any:
    """Streamlit's runtime, of which the types say less than what is used here."""
    return runtime.get_instance()


@_if_it_is_there(frozenset[str]())
def disconnected() -> frozenset[str]:
    """The ids of the sessions whose browser has gone, and which Streamlit keeps in case it comes back."""
    return frozenset(info.session.id for info in _runtime()._session_mgr._session_storage.list())


@_if_it_is_there(False)
def is_known(session: str) -> bool:
    """Whether there is a session of this id, with or without its browser."""
    return _runtime()._session_mgr.is_active_session(session) or session in disconnected()


@_if_it_is_there(0)
def count() -> int:
    """How many sessions there are, those that are kept included."""
    manager = _runtime()._session_mgr
    return len(manager.list_active_sessions()) + len(manager._session_storage.list())


@_if_it_is_there(None)
def close(session: str) -> None:
    """End a session: its state, trainings, uploads, downloads and event loop."""
    _runtime().close_session(session)


@_if_it_is_there(None)
def drop_downloads() -> None:
    """Delete the downloads that no session refers to. Streamlit marks one first and deletes it the next time."""
    _runtime().media_file_mgr.remove_orphaned_files()


@_if_it_is_there(0)
def uploaded(session: str | None = None) -> int:
    """The bytes of a session's uploads, or of all sessions'."""
    files = _runtime().uploaded_file_mgr.file_storage
    storages = list(files.values()) if session is None else [files.get(session, {})]
    return sum(len(record.data) for storage in storages for record in list(storage.values()))


@_if_it_is_there(None)
def drop_upload(file: str) -> None:
    """Forget an uploaded file by its id; its uploader still lists it, and gives nothing."""
    manager = _runtime().uploaded_file_mgr
    for session, files in list(manager.file_storage.items()):
        if file in files:
            manager.remove_file(session, file)


@_if_it_is_there(0)
def downloads() -> int:
    """How many downloads are held."""
    return len(_runtime().media_file_mgr._file_metadata)


@_if_it_is_there("")
def enter(client: object) -> str:
    """Begin a session for a client that is no browser (a `SessionClient`). Returns its id."""
    session: str = _runtime().connect_session(client, {})
    return session


@_if_it_is_there(None)
def send(session: str, message: object) -> None:
    """Give a session a message, as from its browser."""
    _runtime().handle_backmsg(session, message)
