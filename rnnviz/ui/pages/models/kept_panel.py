"""The models that the reader's browser keeps: a list, with buttons that open one again or remove it."""

from __future__ import annotations

import streamlit as st

from ....checkpoints import summary
from ....limits import MILLION
from ....wording import counted
from ...shared import catalogue, kept_choices, kept_models
from ...shared.kept_models import Keep, KeptModel, KeptReport
from ...shared.markdown import plain, series
from ...shared.opened_file import OpenedFile, open_in_session, opened_file

SWITCH = "models-keep"


def open_again() -> None:
    """Open the model that the browser has sent, if it has sent one."""
    arrival = kept_models.arrived()
    if arrival is not None:
        files, choices = arrival
        kept_choices.restore(open_in_session(files), choices)


def show() -> None:
    """Show what the browser keeps, once it has told."""
    report = kept_models.report()
    if report is None:
        return
    if not report.possible:
        st.caption(
            ":material/info: This browser keeps nothing for this page, as in some private windows: a model lives in "
            "this tab, and is gone after a reload."
        )
        return
    title = f"Kept in this browser: {counted(len(report.models), 'model')}" if report.models else "Kept in this browser"
    with st.expander(title, icon=":material/inventory_2:", expanded=bool(report.models) and opened_file() is None):
        for model in report.models:
            _row(model)
        if len(report.models) > 1:
            st.button(
                "Remove all", key="models-kept-all", icon=":material/delete:", type="tertiary",
                on_click=_forget, args=tuple(model.id for model in report.models),
            )  # fmt: skip
        _switch(report)
    if report.large:
        most = kept_models.LARGEST // MILLION
        st.caption(
            f":material/info: {plain(report.large)} is not kept: it has more than {most} million bytes. Upload it "
            "again after a reload."
        )
    if report.left:
        st.caption(f":material/info: To make room, the browser has removed {plain(series(report.left))}.")


def _switch(report: KeptReport) -> None:
    if st.session_state.get(SWITCH) is None:
        st.session_state[SWITCH] = report.on
    st.checkbox(
        "Keep the models that I open or train across reloads and tabs", key=SWITCH, on_change=_set_on,
        help="Uncheck it on a computer that you share. What is kept already stays until you remove it.",
    )  # fmt: skip
    st.caption(
        "They stay on this computer until you remove them; the server keeps nothing. There is room for "
        f"{kept_models.MOST} models of at most {kept_models.LARGEST // MILLION} million bytes each and "
        f"{kept_models.MOST_BYTES // MILLION} million together; the oldest are removed first."
    )


def _set_on() -> None:
    kept_models.command(on=bool(st.session_state[SWITCH]))


def _forget(*ids: str) -> None:
    kept_models.command(forget=list(ids))


def _row(model: KeptModel) -> None:
    is_opening = kept_models.opening() == model.id
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        words = f"**{plain(model.title)}**  \n:small[{plain(model.date)}, {_size(model.bytes)}]"
        st.markdown(words, width=420)
        with st.container(horizontal=True, width="content"):
            st.button(
                "Opening" if is_opening else "Open again", key=f"models-kept-open-{model.id}", disabled=is_opening,
                icon=":material/refresh:", on_click=_open, args=(model.id,),
            )  # fmt: skip
            st.button(
                "Remove", key=f"models-kept-remove-{model.id}", icon=":material/delete:", type="tertiary",
                on_click=_forget, args=(model.id,),
            )  # fmt: skip


def _open(id: str) -> None:
    kept_models.command(open=id)


def _size(count: int) -> str:
    return f"{count / MILLION:.1f} MB" if count >= MILLION / 10 else f"{max(1, round(count / 1000))} kB"


def keep() -> None:
    """Let the browser keep the file that is open, as it is interpreted now."""
    file = opened_file()
    kept_models.talk(None if file is None or not file.id or file.checkpoint is None else _to_keep(file))


def _to_keep(file: OpenedFile) -> Keep:
    tasks = catalogue.tasks()
    if file.is_archive:
        entered = [tasks[task] for task in file.tasks.values() if task in tasks]
        title = "; ".join(f"{task.title}, with {', '.join(task.cells)}" for task in entered) or file.contents.name
        return Keep(file.id, title, [task.name for task in entered], "{}", file.sizes)
    stacks = [summary(stack.arranged(file.changed(stack))) for stack in file.contents.stacks[:1]]
    more = f" and {len(file.contents.stacks) - 1} more" if len(file.contents.stacks) > 1 else ""
    title = f"{file.contents.name}: {stacks[0]}{more}"
    return Keep(file.id, title, list(kept_choices.models(file)), kept_choices.to_text(file), file.sizes)
