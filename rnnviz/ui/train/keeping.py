"""What is left of the runs: a table, names, and the way to other pages, to a file, or out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ...cells import CELLS
from ...formats import archive
from ...model import Model
from .. import catalogue, links
from . import session
from .training import Training, differences

PAGES = {"Explore": "pages/explore.py", "Memory": "pages/memory.py", "Compare": "pages/compare.py"}
LONGEST = 60  # letters of a name


def table() -> None:
    """Every run of the session in a row: its settings, how it ended, and how good it is."""
    rows = []
    for training in session.all_trainings().values():
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
                    "steps": run.taken,
                    "loss, nats": last.get("validation_loss"),
                    "right": last.get("accuracy"),
                    "right at best": best,
                    "state": run.state,
                    "why": run.explained or "",
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
    if written and written not in (one.name for one in session.all_trainings().values()):
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
            on_click=session.remove, args=(training.number,), disabled=training.running,
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
    packed: Callable[[], bytes] = lambda: archive.pack(list(_models(training).values()))  # noqa: E731
    st.download_button(
        "Download", packed, f"{catalogue.slug(training.name)}.zip", "application/zip", on_click="ignore",
        icon=":material/download:", key="train-download",
        help="A zip with the weights (safetensors) and the card (JSON) of every cell.",
    )  # fmt: skip


def load() -> None:
    """An uploader for models that were downloaded before; they join the session's models."""
    opened = st.expander("Load a model from a file", icon=":material/upload:", key="train-load", on_change="rerun")
    if not opened.open:
        return
    with opened:
        files = st.file_uploader(
            "A zip saved here, or a .safetensors file and its .json", ["zip", "safetensors", "json"],
            accept_multiple_files=True, key="train-models", max_upload_size=64,
        )  # fmt: skip
        if not files:
            return
        ids = tuple(file.file_id for file in files)
        if st.session_state.get("train-loaded-ids") != ids:
            st.session_state["train-loaded-ids"] = ids
            st.session_state["train-loaded"] = _loaded({file.name: file.getvalue() for file in files})
        names, error = st.session_state["train-loaded"]
        if error:
            st.error(links.plain(error), icon=":material/description:")
        for task in names:
            if task in catalogue.tasks():
                known = catalogue.tasks()[task]
                st.page_link(
                    "pages/explore.py",
                    label=f"Open {links.plain(known.title)} in Explore",
                    icon=":material/visibility:",
                    query_params={"task": task, "cell": known.cells[-1]},
                )


def _loaded(files: dict[str, bytes]) -> tuple[list[str], str | None]:
    """The names under which the models of these files now stand in the catalogue, and what is wrong with them."""
    try:
        models = archive.unpack(files)
        together = len({model.network.cell_name for model in models}) == len(models) and all(
            (model.vocabulary, model.labels) == (models[0].vocabulary, models[0].labels) for model in models
        )
        names = []
        for group in [models] if together else [[model] for model in models]:
            title = str(group[0].card.get("title") or group[0].card.get("task") or "a model")
            stem = group[0].name.removesuffix(f"-{group[0].network.cell_name}")
            by_cell = {model.network.cell_name: model for model in group}
            names.append(catalogue.add(catalogue.slug(stem), f"{stem}: {title}", by_cell))
        return names, None
    except ValueError as error:
        return [], str(error)
