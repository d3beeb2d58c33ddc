"""The results: a table of all runs, their names, and the trained models on other pages or in a file."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ....cells import CELLS
from ....checkpoints.native import model_archive
from ....errors import BusyError, LimitError
from ...shared import catalogue
from ...shared.catalogue import MODEL_PAGES
from ...shared.lasting_button import lasting_button
from ...shared.link_parameters import link_to
from ...shared.long_work import Progress
from ...shared.markdown import plain
from ...shared.session_keys import STOPPED
from . import training_session
from .training_group import Training, differences


def show(training: Training) -> None:
    """Show buttons for the models of a training, and a table of all runs of the session."""
    with st.container(horizontal=True):
        for title, page in MODEL_PAGES.items():
            if lasting_button(f"Open in {title}", f"train-open-{title}"):
                _open(training, page)
        _download(training)
        st.button(
            "Remove this run", key="train-remove", icon=":material/delete:", type="tertiary",
            on_click=training_session.remove, args=(training.number,), disabled=training.running,
            help="Models that you opened on other pages stay there.",
        )  # fmt: skip
    _table()


def _table() -> None:
    """Every run of the session in a row: its settings, how it ended, and its scores."""
    rows = []
    for training in training_session.all_trainings().values():
        for cell, run in training.runs.items():
            checks = run.history.checks
            last = checks[-1] if checks else {}
            best = max((check["accuracy"] for check in checks if "accuracy" in check), default=None)
            rows.append(
                {
                    "run": training.name,
                    "task": training.task.name,
                    "cell": CELLS[cell].title,
                    "changed settings": ", ".join(differences(run)) or "none",
                    "steps": run.steps_taken,
                    "loss, nats": last.get("validation_loss"),
                    "accuracy": last.get("accuracy"),
                    "best accuracy": best,
                    "state": run.state,
                    "explanation": run.explanation or "",
                }
            )
    shares = {name: st.column_config.NumberColumn(format="percent") for name in ("accuracy", "best accuracy")}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config=shares | {"loss, nats": st.column_config.NumberColumn(format="%.3g")},
        alt="The runs of this session: settings, steps, held-out loss and accuracy, and how they ended.",
    )


def name_box(training: Training) -> None:
    """A box to rename a training."""
    key = f"train-name-{training.number}"
    st.session_state.setdefault(key, training.name)
    st.text_input("Name", key=key, max_chars=catalogue.LONGEST_NAME, on_change=_rename, args=(training, key), width=220)


def _rename(training: Training, key: str) -> None:
    name = str(st.session_state[key] or "").strip()
    if name and name not in (other.name for other in training_session.all_trainings().values()):
        training.name = name
    else:
        st.session_state[key] = training.name


def _open(training: Training, page: str) -> None:
    """Put the models into the catalogue, unless they have not changed since, and go to a page."""
    if training.opened is None or training.opened[1] != training.steps_taken:
        st.session_state.pop(STOPPED, None)  # the click asks for it again
        progress = Progress("Measuring the models on held-out data.", ("measure", training.number))
        models = training.models(catalogue.slug(training.name), progress)
        progress.end()
        if not models:
            st.error("There is no model to open: the untrained network already had values that were not finite.")
            return
        title = f"{training.name}: {training.task.title}"
        try:
            task = catalogue.add(catalogue.slug(training.name), title, models, training.task.examples)
        except (BusyError, LimitError) as error:
            st.warning(plain(str(error)), icon=":material/inventory_2:")
            return
        training.opened = task, training.steps_taken
    task = training.opened[0]
    cells = catalogue.tasks()[task].cells
    chosen = st.session_state.get(f"train-look-{training.number}")
    st.switch_page(page, query_params=link_to(task, chosen if chosen in cells else cells[-1]))


def _download(training: Training) -> None:
    """The models in one file, packed on the click."""
    name = catalogue.slug(training.name)
    packed: Callable[[], bytes] = lambda: model_archive.pack(list(training.models(name).values()))  # noqa: E731
    st.download_button(
        "Download", packed, f"{name}.zip", "application/zip", on_click="ignore",
        icon=":material/download:", key="train-download",
        help="A zip file with the weights (safetensors) and the card (JSON) of every cell.",
    )  # fmt: skip


def show_upload_link() -> None:
    """Show the link to the page that opens downloaded models."""
    st.page_link("pages/models.py", label="Load a model from a file", icon=":material/upload:")
