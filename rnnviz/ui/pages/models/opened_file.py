"""The file that a session has open. It lives in the session's memory alone and is gone with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from ....checkpoints import Agreement, Checkpoint, Conversion, Stack
from ....checkpoints.native.model_archive import ModelArchive
from ....errors import BusyError, RnnvizError
from ...shared.link_parameters import FILES_OPENED
from ...shared.memory_ledger import Reservation
from ...shared.result_cache import held_bytes
from ...shared.session_keys import GIVEN_FILE_OPENED, OPENED_COUNT, OPENED_FILE
from ...shared.session_memory import reserve
from ...shared.strangers_files import read_apart

STOPPED = (
    "Reading the file was stopped, since something else was done on the page meanwhile. Take it off the list and "
    "upload it again."
)


@dataclass
class OpenedFile:
    """The files that were opened last, what was found in them, and what the user did with it.

    number: distinguishes this file from earlier ones, in the keys of widgets. checkpoint: what was found, None with an
    error. error: why the file cannot be used. overrides: by stack, the settings that the user changed. tasks: by stack
    or model, the task in the catalogue. texts: by purpose, the name and the text of an uploaded vocabulary, which the
    uploader forgets when the page is left. agreements: by stack, the last verification, or why there is none, and of
    what. room: the
    memory that it holds. had_no_room: whether it was refused for want of memory, or of a place in the queue.
    """

    number: int
    checkpoint: Checkpoint | None = None
    error: str = ""
    overrides: dict[str, dict[str, str]] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    agreements: dict[str, tuple[object, Agreement | str]] = field(default_factory=dict)
    room: Reservation | None = None
    had_no_room: bool = False

    def key(self, *parts: str) -> str:
        """A widget's key, different for every file."""
        return "-".join(("models", str(self.number), *parts))

    @property
    def contents(self) -> Checkpoint:
        """What was found in a file that could be opened."""
        assert self.checkpoint is not None
        return self.checkpoint

    @property
    def is_archive(self) -> bool:
        """Whether it holds models that rnnviz saved together."""
        return self.checkpoint is not None and isinstance(self.checkpoint.format, ModelArchive)

    def changed(self, stack: Stack) -> dict[str, str]:
        """The settings of a stack that the user changed."""
        return self.overrides.setdefault(stack.name, {})

    def convert(self, stack: Stack) -> Conversion:
        """A stack as a network, with what the user changed. It is converted once for each change."""
        return self.contents.convert(stack.name, **self.changed(stack))


def opened_file() -> OpenedFile | None:
    """The file that is open, None if there is none."""
    file: OpenedFile | None = st.session_state.get(OPENED_FILE)
    return file


def was_lost() -> bool:
    """Whether the link comes from a session with a file that this session never had."""
    return FILES_OPENED.text is not None and OPENED_COUNT not in st.session_state


def open_in_session(files: Mapping[str, bytes]) -> OpenedFile:
    """Open files that belong together, in place of those before."""
    size = sum(map(len, files.values()))
    return _keep(lambda: read_apart("open_upload", dict(files)), size)


def open_given_file() -> bool:
    """Open the file that `python -m rnnviz` was started with, once a session. Returns whether it was opened now."""
    path = os.environ.get("RNNVIZ_FILE")
    if not path or st.session_state.get(GIVEN_FILE_OPENED):
        return False
    st.session_state[GIVEN_FILE_OPENED] = True
    _keep(lambda: read_apart("open_path", path), 0)
    return True


def _keep(opened: Callable[[], Checkpoint], size: int) -> OpenedFile:
    """Keep a checkpoint in the session, or why it cannot be opened. size: bytes of the files themselves."""
    close()
    number = st.session_state[OPENED_COUNT] = st.session_state.get(OPENED_COUNT, 0) + 1
    file = st.session_state[OPENED_FILE] = OpenedFile(number, error=STOPPED)
    try:
        room = reserve(2 * size)  # what is in a file takes about as much again, until it is known
        checkpoint = opened()
        room.resize(size + held_bytes(checkpoint.stacks))
        file.checkpoint, file.room, file.error = checkpoint, room, ""
    except RnnvizError as error:
        file.error, file.had_no_room = str(error), isinstance(error, BusyError)
    return file


def close() -> None:
    """Forget the file; for a callback. Models that were made from it stay on the other pages."""
    st.session_state.pop(OPENED_FILE, None)
