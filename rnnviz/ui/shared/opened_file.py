"""The file that a session has open. It lives in the session's memory alone and is gone with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import streamlit as st

from ...checkpoints import Agreement, Checkpoint, Conversion, Stack
from ...checkpoints.formats import stem
from ...checkpoints.native.model_archive import ModelArchive
from ...errors import BusyError, LimitError, RnnvizError
from ...model import Model
from ...text.tokens import Vocabulary
from . import catalogue, link_parameters
from .link_parameters import FILES_OPENED
from .memory_ledger import Reservation
from .result_cache import held_bytes
from .session_keys import GIVEN_FILE_OPENED, OPENED_COUNT, OPENED_FILE
from .session_memory import reserve
from .strangers_files import read_apart

STOPPED = (
    "Reading the file was stopped, since something else was done on the page meanwhile. Take it off the list and "
    "upload it again."
)


@dataclass(frozen=True)
class StackModel:
    """A stack as a model: all that the user chose for it.

    vocabulary, labels: None for those of the file. overrides: the settings that the user changed.
    """

    stack: str
    name: str
    vocabulary: Vocabulary | None = None
    labels: list[str] | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass
class OpenedFile:
    """The files that were opened last, what was found in them, and what the user did with it.

    number: distinguishes this file from earlier ones, in the keys of widgets. sizes: the bytes of the files by name,
    and id: a hash of all; empty for a file of this machine. checkpoint: what was found, None with an error. error: why
    the file cannot be used. overrides: by stack, the settings that the user changed. current: the model that the page
    shows, None as long as something does not fit. shown: by stack, the model that it showed last. entered: by stack,
    the model that is in the catalogue, and tasks: by stack or model, its task there. texts: by purpose, the name and
    the text of an uploaded vocabulary, which the uploader forgets when the page is left. restored: by widget, what was
    chosen before the page was loaded again. agreements: by stack, the last verification, or why there is none, and of
    what. room: the memory that it holds. had_no_room: whether it was refused for want of memory, or of a place in the
    queue.
    """

    number: int
    sizes: dict[str, int] = field(default_factory=dict)
    id: str = ""
    checkpoint: Checkpoint | None = None
    error: str = ""
    overrides: dict[str, dict[str, str]] = field(default_factory=dict)
    current: StackModel | None = None
    shown: dict[str, StackModel] = field(default_factory=dict)
    entered: dict[str, StackModel] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    restored: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, tuple[object, Agreement | str]] = field(default_factory=dict)
    room: Reservation | None = None
    had_no_room: bool = False

    def key(self, *parts: str) -> str:
        """A widget's key, different for every file."""
        return "-".join(("models", str(self.number), *parts))

    def default(self, otherwise: str, *parts: str) -> str:
        """The text on which a widget opens: what was restored, or otherwise the one given."""
        return self.restored.get("-".join(parts), otherwise)

    def index(self, options: Sequence[str], otherwise: str, *parts: str) -> int:
        """The option on which a widget opens."""
        text = self.default(otherwise, *parts)
        return options.index(text if text in options else otherwise)

    @property
    def choices(self) -> dict[str, str]:
        """What was typed and chosen on the page, by the parts of the widgets' keys."""
        prefix = self.key("")
        state = {str(key): value for key, value in st.session_state.items()}
        chosen = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
        return self.restored | {key: value for key, value in chosen.items() if isinstance(value, str)}

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

    def default_name(self, stack: Stack) -> str:
        """What a stack is called until it is given a name."""
        several = len(self.contents.stacks) > 1
        return (stem(self.contents.name) + (f" {stack.name}" if several else ""))[: catalogue.LONGEST_NAME]

    def convert(self, stack: Stack) -> Conversion:
        """A stack as a network, with what the user changed. It is converted once for each change."""
        return self.contents.convert(stack.name, **self.changed(stack))

    def model(self, wanted: StackModel) -> Model:
        """One of its stacks as a model. Raises RnnvizError if something does not fit."""
        overrides = wanted.overrides
        network = {name: value for name, value in overrides.items() if name not in ("vocabulary", "labels")}
        return self.contents.model(
            wanted.stack,
            name=wanted.name,
            vocabulary=overrides.get("vocabulary") if wanted.vocabulary is None else wanted.vocabulary,
            labels=overrides.get("labels") if wanted.labels is None else wanted.labels,
            **network,
        )


def opened_file() -> OpenedFile | None:
    """The file that is open, None if there is none."""
    file: OpenedFile | None = st.session_state.get(OPENED_FILE)
    return file


def was_lost() -> bool:
    """Whether the link comes from a session with a file that this session never had."""
    return FILES_OPENED.text is not None and OPENED_COUNT not in st.session_state


def open_in_session(files: Mapping[str, bytes]) -> OpenedFile:
    """Open files that belong together, in place of those before."""
    sizes = {name: len(data) for name, data in files.items()}
    file = _keep(lambda: read_apart("open_upload", dict(files)), sum(sizes.values()))
    file.sizes, file.id = sizes, content_id(files)
    return file


def content_id(files: Mapping[str, bytes]) -> str:
    """A hash of files and their names."""
    digest = blake2b(digest_size=16)
    for name, data in sorted(files.items()):
        digest.update(f"{len(name)} {name} {len(data)} ".encode(errors="surrogatepass"))
        digest.update(data)
    return digest.hexdigest()


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


def enter(file: OpenedFile, wanted: StackModel) -> str:
    """Put a stack into the catalogue as a model, in place of what it was there. Returns its task.

    Raises BusyError if there is no room for it, LimitError if it is too large, RnnvizError if something does not fit.
    """
    task = file.tasks.get(wanted.stack, "")
    if file.entered.get(wanted.stack) != wanted or task not in catalogue.tasks():
        model = file.model(wanted)
        catalogue.remove(file.tasks.pop(wanted.stack, ""))
        task = catalogue.add(catalogue.slug(wanted.name), wanted.name, {model.network.cell_name: model})
        file.tasks[wanted.stack], file.entered[wanted.stack] = task, wanted
        choose(task)
    return task


def enter_archive(file: OpenedFile) -> None:
    """Put the models of an archive into the catalogue, those of one task together.

    Raises BusyError if there is no room for all of them, LimitError if one is too large, and then adds none.
    """
    file.tasks = _add_all([*file.contents.models.values()])
    choose(next(iter(file.tasks.values())))


def choose(task: str) -> None:
    """Choose a task's model in the other parts of the Models page, before these are drawn."""
    name = list(catalogue.tasks()[task].models.values())[-1]
    for parameter in ("model", "one"):
        link_parameters.model(parameter, [name], name).set(name)


def _add_all(models: Sequence[Model]) -> dict[str, str]:
    together = len({model.network.cell_name for model in models}) == len(models) and all(
        (model.vocabulary, model.labels) == (models[0].vocabulary, models[0].labels) for model in models
    )
    tasks: dict[str, str] = {}
    for group in [models] if together else [[model] for model in models]:
        title = str(group[0].card.get("title") or group[0].card.get("task") or "a model")
        name = group[0].name.removesuffix(f"-{group[0].network.cell_name}")
        by_cell = {model.network.cell_name: model for model in group}
        try:
            tasks[name] = catalogue.add(catalogue.slug(name), f"{name}: {title}", by_cell)
        except (BusyError, LimitError):
            for added in tasks.values():
                catalogue.remove(added)
            raise
    return tasks
