"""All models of a session, bundled and its own: a table, and a picker for one of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from .... import zoo
from ....analysis.weights.gate_weights import units_in_words
from ....cells.cell_kind import cell_title
from ....figures.score_chart import format_score
from ....model import Model
from ...shared import catalogue, link_parameters
from ...shared.catalogue import TaskModels
from ...shared.markdown import plain

TABLE = "models-table"
MOST_ROWS = 16  # that are shown without scrolling: the bundled models


class Entry(NamedTuple):
    """A model by its task and cell; its name is `task.models[cell]`."""

    task: TaskModels
    cell: str


def entries() -> dict[str, Entry]:
    """By name: the session's own models first, then the bundled ones in the order of the tasks."""
    models = {task.models[cell]: Entry(task, cell) for task in catalogue.tasks().values() for cell in task.models}
    return dict(sorted(models.items(), key=lambda item: not item[1].task.own))


def model_of(entry: Entry) -> Model:
    """The model of an entry."""
    return catalogue.model(*entry)


def pick(parameter: str, label: str, default: str) -> Entry:
    """A picker for one model, saved in the link under `parameter`."""
    models = entries()
    default = default if default in models else next(iter(models))
    choice = link_parameters.model(parameter, list(models), default)
    st.selectbox(
        label, list(models), format_func=lambda name: _title(name, models[name]), key=choice.restore(), width=420
    )
    return models[choice.save()]


def _title(name: str, entry: Entry) -> str:
    return f"{name}: {entry.task.title}" if not entry.task.own else f"{entry.task.title} (yours)"


def table(parameter: str, default: str) -> None:
    """Show a row for every model: task, architecture, size and held-out score; a click on one chooses it.

    parameter, default: as for `pick`, which shows the same choice.
    """
    models = entries()
    names, rows = list(models), [_row(name, entry) for name, entry in models.items()]
    choice = link_parameters.model(parameter, names, default if default in models else names[0])
    choice.restore()

    def choose() -> None:
        selection = st.session_state[TABLE]["selection"]
        chosen = [row for row, _ in selection["cells"]] or selection["rows"]
        if chosen and chosen[0] < len(names):
            choice.set(names[chosen[0]])

    # The mark follows when another model is chosen elsewhere.
    st.session_state[TABLE] = {"selection": {"rows": [names.index(choice.value)] if choice.value in names else []}}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key=TABLE,
        on_select=choose,
        selection_mode=["single-row-required", "single-cell"],
        # Half a row at the end says that there are more.
        height="content" if len(rows) <= MOST_ROWS else MOST_ROWS * 35 + 56,
        column_config={"parameters": st.column_config.NumberColumn(format="localized")},
        alt="All models: task, cell, layers, units, number of parameters, and held-out score.",
    )
    own = {entry.task.name: entry.task for entry in entries().values() if entry.task.own}
    if own:
        with st.container(horizontal=True):
            for name, task in own.items():
                st.button(
                    f"Remove {plain(task.title)}", key=f"models-remove-{name}", icon=":material/delete:",
                    type="tertiary", on_click=catalogue.remove, args=(name,),
                )  # fmt: skip


def _row(name: str, entry: Entry) -> dict[str, Any]:
    own = entry.task.own.get(entry.cell)
    card = own.card if own is not None else zoo.card(name)
    row: dict[str, Any] = {"model": name, "task": entry.task.title, "cell": cell_title(entry.cell)}
    if own is not None:
        network = own.network
        row |= {
            "layers": len(network.layers),
            "units": " then ".join(dict.fromkeys(units_in_words(layer[0]) for layer in network.layers)),
            "parameters": sum(array.size for array in network.parameters.values()),
        }
    else:
        architecture = card.get("architecture", {})
        row |= {
            "layers": architecture.get("layers"),
            "units": str(architecture.get("hidden", "")),
            "parameters": architecture.get("parameters"),
        }
    scores = card.get("scores")
    return row | {
        "held out": f"{format_score(scores)} {scores['metric'].removeprefix('nats ')}" if scores else "not measured"
    }
