"""What is left of the runs: a table, names, and the way to other pages, to a file, or out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ....cells import CELLS
from ....checkpoints.native import model_archive
from ....model import Model
from ...shared import catalogue
from . import training_session
from .training_group import Training, differences

PAGES = {"Explore": "pages/explore.py", "Memory": "pages/memory.py", "Compare": "pages/compare.py"}
LONGEST = 60  # letters of a name


def table() -> None:
    """Every run of the session in a row: its settings, how it ended, and how good it is."""
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
                    "other than usual": ", ".join(differences(run)) or "nothing",
                    "steps": run.steps_taken,
                    "loss, nats": last.get("validation_loss"),
                    "right": last.get("accuracy"),
                    "right at best": best,
                    "state": run.state,
                    "why": run.explanation or "",
                }
            )
    shares = {name: st.column_config.NumberColumn(format="percent") for name in ("right", "right at best")}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config=shares | {"loss, nats": st.column_config.NumberColumn(format="%.3g")},
        alt="The runs of this session, a row each: settings, steps, held-out loss and accuracy, and how they ended.",
    )


def name(training: Training) -> None:
    """A box to give a training another name."""
    key = f"train-name-{training.number}"
    st.session_state.setdefault(key, training.name)
    st.text_input("Name", key=key, max_chars=LONGEST, on_change=_rename, args=(training, key), width=220)


def _rename(training: Training, key: str) -> None:
    written = str(st.session_state[key] or "").strip()
    if written and written not in (one.name for one in training_session.all_trainings().values()):
        training.name = written
    else:
        st.session_state[key] = training.name


def carry_on(training: Training) -> None:
    """Buttons: onto other pages, into a file, or away."""
    with st.container(horizontal=True):
        for title, page in PAGES.items():
            if st.button(f"Open in {title}", key=f"train-open-{title}"):
                _open(training, page)
        _download(training)
        st.button(
            "Remove this run", key="train-remove", icon=":material/delete:", type="tertiary",
            on_click=training_session.remove, args=(training.number,), disabled=training.running,
            help="It is forgotten. What was opened on other pages stays there.",
        )  # fmt: skip


def _open(training: Training, page: str) -> None:
    """Put the models into the catalogue, once for a state of the training, and go where they are seen."""
    if training.opened is None or training.opened[1] != training.taken:
        with st.spinner("Measuring the models on held-out data"):
            found = _models(training)
        if not found:
            st.error("There is no model to open: even the untrained network gave numbers that are not finite.")
            return
        title = f"{training.name}: {training.task.title}"
        training.opened = (
            catalogue.add(catalogue.slug(training.name), title, found, training.task.examples),
            training.taken,
        )
    task = training.opened[0]
    cells = catalogue.tasks()[task].cells
    chosen = st.session_state.get(f"train-look-{training.number}")
    st.switch_page(page, query_params={"task": task, "cell": chosen if chosen in cells else cells[-1]})


def _models(training: Training) -> dict[str, Model]:
    return training.models(catalogue.slug(training.name))


def _download(training: Training) -> None:
    """The models in one file, packed on the click."""
    packed: Callable[[], bytes] = lambda: model_archive.pack(list(_models(training).values()))  # noqa: E731
    st.download_button(
        "Download", packed, f"{catalogue.slug(training.name)}.zip", "application/zip", on_click="ignore",
        icon=":material/download:", key="train-download",
        help="A zip with the weights (safetensors) and the card (JSON) of every cell.",
    )  # fmt: skip


def way_in() -> None:
    """The way to models that were downloaded before."""
    st.page_link("pages/models.py", label="Load a model from a file", icon=":material/upload:")
