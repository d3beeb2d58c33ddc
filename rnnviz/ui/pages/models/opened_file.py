"""The file that a session has open. It lives in the session's memory alone and is gone with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ....checkpoints import onnx
from ....checkpoints.checkpoint import Checkpoint, open_bytes
from ....checkpoints.detection import format_of
from ....checkpoints.native import model_archive
from ....model import Model

KEY = "models-held"


@dataclass
class Held:
    """What became of the files that were brought last.

    number: tells this one from those before, for the keys of widgets. checkpoint: what was understood, or models: those
    of an archive that rnnviz wrote, or refused: the sentence that says why neither. taken: by stack, facts that the
    user takes otherwise. tasks: by stack, the name under which its model stands in the catalogue. given: by what it is
    for, the name and the text of a file with words (the uploader forgets its file when the page is left).
    """

    number: int
    names: tuple[str, ...]
    checkpoint: Checkpoint | None = None
    models: list[Model] = field(default_factory=list)
    refused: str | None = None
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)

    def key(self, *parts: str) -> str:
        """A widget's key, which is another one for every file."""
        return "-".join(("models", str(self.number), *parts))


def held() -> Held | None:
    """The file that is open, None if there is none."""
    found: Held | None = st.session_state.get(KEY)
    return found


def hold(files: Mapping[str, bytes]) -> Held:
    """Open files that belong together, in place of those before."""
    number = st.session_state["models-count"] = st.session_state.get("models-count", 0) + 1
    found = Held(number, tuple(files))
    try:
        if any(model_archive.is_archive(name, data) for name, data in files.items()):
            found.models = model_archive.unpack(files)
        else:
            main = _main(files)
            beside = {name: data for name, data in files.items() if name != main}
            found.checkpoint = open_bytes(main, files[main], beside)
    except ValueError as error:
        found.refused = str(error)
    st.session_state[KEY] = found
    return found


def close() -> None:
    """Forget the file; for a callback. Models that were made of it stay on the other pages."""
    st.session_state.pop(KEY, None)


def _main(files: Mapping[str, bytes]) -> str:
    """Which of the files is the model; the others are its card, or weights that ONNX keeps outside.

    Raises ValueError, in one sentence, if that is not clear.
    """
    if len(files) == 1:
        return next(iter(files))
    models: dict[str, Any] = {}
    problem = ""
    for name, data in files.items():
        if name.lower().endswith(".json"):
            continue
        try:
            models[name] = format_of(name, data)
        except ValueError as error:
            problem = str(error)
    outside = {part for name, kind in models.items() if kind == "onnx" for part in onnx.files_beside(name, files[name])}
    found = [name for name in models if name not in outside]
    if not found:
        raise ValueError(problem or "There is no model among these files: bring one, with what belongs to it.")
    if len(found) > 1:
        raise ValueError(f"There are {len(found)} models here, {' and '.join(found[:4])}: bring one at a time.")
    return found[0]
