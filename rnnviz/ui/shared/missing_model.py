"""A link to a model that is not in this session: it lived in another tab. If the browser keeps it, it is offered."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from ...errors import RnnvizError
from ...wording import abridged
from . import catalogue, kept_choices, kept_models, link_parameters, link_state, notices
from .catalogue import LONGEST_NAME
from .link_state import Parameter
from .markdown import plain
from .opened_file import OpenedFile, StackModel, enter, enter_archive, open_in_session
from .session_keys import MISSING_MODEL, PAGE

NOTICE = "link-task"
MOST = 3  # models of one name that are offered


class MissingModel(NamedTuple):
    """A task that a link names, the whole link, and the page that it opened."""

    task: str
    link: dict[str, str]
    page: str | None


def offer() -> None:
    """Offer what the page's link names, if it is missing and the browser keeps it. To be called before the pickers.

    Until the browser has told what it keeps, and if it does not keep this, a message says where the model was.
    """
    state = st.session_state
    task = link_state.unread(link_parameters.TASK)
    if task is not None and task not in catalogue.tasks():
        state[MISSING_MODEL] = MissingModel(task, link_state.all_parameters(), state.get(PAGE))
        link_state.pass_over(link_parameters.TASK)
        notices.add(
            NOTICE,
            f"The link leads to “{abridged(task, LONGEST_NAME)}”, which is not open here. A model of your own lives in "
            "the tab where it was opened or trained: load its file on the Models page. Until then, the model that is "
            "chosen here reads the text.",
        )
    missing: MissingModel | None = state.get(MISSING_MODEL)
    if missing is None:
        return
    if missing.page != state.get(PAGE):
        _forget()
        return
    arrival = kept_models.arrived()
    if arrival is not None:
        _open(missing, *arrival)
    kept_models.talk()
    report = kept_models.report()
    if report is None:
        return
    found = [model for model in report.models if missing.task in model.tasks][:MOST]
    if not found:
        _forget()
        return
    notices.remove(NOTICE)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="missing-model"):
        kept = "it" if len(found) == 1 else "several of this name"
        st.markdown(
            f":material/history: **{plain(missing.task)}** lived in the tab where it was opened. This browser keeps "
            f"{kept}; below is another model.",
            width="content",
        )
        for model in found:
            st.button(
                "Open it again" if len(found) == 1 else f"Open that of {plain(model.date)}",
                key=f"missing-open-{model.id}", type="primary", help=plain(f"{model.title}, kept {model.date}"),
                on_click=_ask, args=(model.id,), disabled=bool(kept_models.opening()),
            )  # fmt: skip
        st.button("Dismiss", key="missing-dismiss", type="tertiary", on_click=_forget)


def is_offered(chosen: Parameter[str]) -> bool:
    """Whether the link still names the missing model: until it is opened or dismissed, or another one is chosen."""
    if MISSING_MODEL in st.session_state and chosen.value != chosen.default:
        _forget()
    return MISSING_MODEL in st.session_state


def _ask(id: str) -> None:
    kept_models.command(open=id)


def _forget() -> None:
    st.session_state.pop(MISSING_MODEL, None)


def _open(missing: MissingModel, files: dict[str, bytes], choices: bytes) -> None:
    """Open a model that the browser has sent, and the page as its link says."""
    _forget()
    file = open_in_session(files)
    try:
        task = _enter(file, kept_choices.restore(file, choices), missing.task)
    except RnnvizError as error:
        notices.add(NOTICE, str(error))
        return
    if task:
        link_state.open_again(missing.link | {link_parameters.TASK: task})
    elif file.error:
        notices.add(NOTICE, file.error)


def _enter(file: OpenedFile, models: dict[str, StackModel], wanted: str) -> str:
    """Put what a link wants of a file into the catalogue. Returns its task; empty if there is none."""
    if file.checkpoint is None:
        return ""
    if file.is_archive:
        enter_archive(file)
        return wanted if wanted in file.tasks.values() else next(iter(file.tasks.values()))
    model = models.get(wanted)
    return "" if model is None else enter(file, model)
