"""The models that the reader's browser keeps, and offers again after the page was loaded again or the server restarted.

The server keeps nothing. It tells the browser which of the files that were chosen there could be opened, and what was
chosen for them; the browser tells what it has, without contents. To open a model again it uploads the files, which then
go the way of every stranger's file.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from ...bounded_json import LONGEST, parse_json
from ...errors import RnnvizError
from ...instrument import script
from ...limits import DEFAULT_LIMITS, MILLION
from .kept_choices import NAME as CHOICES
from .session_keys import KEPT_COMMAND, KEPT_REPORT, KEPT_UPLOADS

KEY = "rnnviz_kept"  # of the component and its state
PLACE = "kept-place"  # of what is not seen
MOST = 10  # models
MOST_BYTES = 150 * MILLION  # of all of them
LARGEST = 50 * MILLION  # of one
LONGEST_REPORT = 100_000

_mount = st.components.v2.component(KEY, js=script(Path(__file__).with_name("kept_models.js")), isolate_styles=False)


class KeptModel(NamedTuple):
    """A model in the browser. date: when it was kept, in words. tasks: the names that links have for it."""

    id: str
    title: str
    date: str
    bytes: int
    tasks: tuple[str, ...]


class KeptReport(NamedTuple):
    """What the browser tells.

    possible: whether it keeps anything, which some browsers do not. on: whether the reader lets it. models: the newest
    first. large: the title of the last model if it was too large. left: the titles of those that made room for it.
    """

    possible: bool
    on: bool = False
    models: tuple[KeptModel, ...] = ()
    large: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keep:
    """A model to be kept.

    id: of its content. sizes: the bytes of its files by name. packed: the content of the file, if the server made it
    and the browser need not have seen it. replaces: the id of an earlier state of the model.
    """

    id: str
    title: str
    tasks: Sequence[str]
    settings: str
    sizes: Mapping[str, int]
    packed: bytes = b""
    replaces: str = ""


def report() -> KeptReport | None:
    """What the browser has told this session; None until it has."""
    text = st.session_state.get(KEPT_REPORT)
    if text is None:
        return None
    try:
        told = parse_json("What the browser keeps", text)
        models = [KeptModel(*(model[name] for name in KeptModel._fields)) for model in told.get("models", ())]
        return KeptReport(
            bool(told["possible"]),
            bool(told.get("on")),
            tuple(model._replace(tasks=tuple(map(str, model.tasks)), bytes=int(model.bytes)) for model in models),
            str(told.get("large", "")),
            tuple(map(str, told.get("left", ()))),
        )
    except (RnnvizError, AttributeError, KeyError, TypeError, ValueError):
        return KeptReport(False)


def command(**wanted: Any) -> None:
    """Tell the browser once to `open` a model by its id, to `forget` some, or to keep models or not (`on`)."""
    st.session_state[KEPT_COMMAND] = {"token": secrets.token_hex(8)} | wanted


def opening() -> str:
    """The id of the model that the browser was asked to open, until its files are there; empty without one."""
    return str((st.session_state.get(KEPT_COMMAND) or {}).get("open", ""))


def talk(keep: Keep | None = None) -> None:
    """Tell the browser what to keep and what the reader wants; it tells what it has. Once in a run."""
    state = st.session_state

    def receive(told: Any = None) -> None:
        text = (told or state[KEY])["report"]
        if isinstance(text, str) and len(text) <= LONGEST_REPORT:
            state[KEPT_REPORT] = text

    data = {
        "limits": {"models": MOST, "bytes": MOST_BYTES, "each": LARGEST},
        "keep": None if keep is None or len(keep.settings) > LONGEST else _keep_data(keep),
        "command": state.get(KEPT_COMMAND),
        "uploader": PLACE,
        "choices": CHOICES,
        "known": state.get(KEPT_REPORT, ""),
    }
    with st.container(key=f"{PLACE}-talk"):
        told = _mount(key=KEY, data=data, on_report_change=receive, on_reconnected_change=lambda: None)
    if KEPT_REPORT not in state and told.get("report"):  # to a server that has ended since
        receive(told)
        st.rerun()


def _keep_data(keep: Keep) -> dict[str, Any]:
    known = report()
    is_there = known is not None and any(model.id == keep.id for model in known.models)
    return asdict(keep) | {
        "tasks": list(keep.tasks),
        "files": [{"name": name, "size": size} for name, size in keep.sizes.items()],
        "packed": "" if is_there else b64encode(keep.packed).decode(),
    }


def arrived() -> tuple[dict[str, bytes], bytes] | None:
    """The files of a model that the browser opens again and what was chosen for them, once all are there."""
    state = st.session_state
    number = state.get(KEPT_UPLOADS, 0)
    with st.container(key=PLACE):
        files = st.file_uploader(
            "A model of this browser", accept_multiple_files=True, key=f"{PLACE}-{number}",
            max_upload_size=DEFAULT_LIMITS.file // MILLION,
        )  # fmt: skip
    contents = {file.name: file.getvalue() for file in files or ()}
    choices = contents.pop(CHOICES, None)
    if choices is None or not contents:
        return None
    state[KEPT_UPLOADS] = number + 1  # another uploader: this one lets its files go
    state.pop(KEPT_COMMAND, None)
    return contents, choices
