"""Which units matter? Each unit is silenced in turn, and the units are ranked by how much the prediction changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ....analysis import ablation
from ....colours import largest_size
from ....number_format import short_number
from ....text.tokens import visible
from ...shared import link_parameters
from ...shared.downloads import csv
from ...shared.long_work import Progress, cached
from ...shared.markdown import percent, plain, prediction
from ...shared.text_box import TOKENS
from ...shared.text_run import TextRun, chosen_position, transport

STRONGEST = 3  # units with a link of their own


def show(run: TextRun) -> None:
    """Show a table of all units with the change of the prediction, or of the values, without each."""
    trace = run.trace
    if trace.outputs is None:
        st.info("This model has no readout, and so no prediction to change.")
        return
    transport(run)
    step, _ = chosen_position(trace, run.layer)
    table = _measure(run, step)
    values = trace.probabilities is None
    summary = _summary_of_values(run, table, step) if values else _summary(run, table, step)
    st.markdown(f"Each unit in turn is **silenced**: its states are set to 0 at every step. {summary}")
    shown, columns = (_values if values else _probabilities)(table)
    chosen = st.dataframe(
        shown,
        key=f"ablation-{trace.fingerprint}-{step}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"unit": st.column_config.NumberColumn("unit", width="small"), **columns},
        alt=f"All units, ranked by the change of the {'outputs' if values else 'prediction'} without them.",
    )
    rows = [*chosen["selection"]["rows"], *range(STRONGEST)]
    units = list(dict.fromkeys(int(table["unit"].iloc[row]) for row in rows if row < len(table)))
    with st.container(horizontal=True, vertical_alignment="center"):
        for unit in units:
            _open(run, unit, step)
        st.download_button(
            "The table as CSV",
            lambda: csv(table, index=True),
            f"{trace.model}-ablation.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    st.caption("Choose a row to open its unit in the instrument; click a column’s title to sort by it.")


def _probabilities(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table for a model that predicts labels, and its columns."""
    shown = {
        "unit": table["unit"],
        "change": table["change"],
        "without it": table["without"],
        "points": 100 * (table["without"] - table["probability"]),
        "prediction without it": [visible(label) for label in table["label_without"]],
    }
    label, most = visible(str(table["label"].iloc[0])), largest_size(table["change"].to_numpy())
    columns = {
        "change": st.column_config.ProgressColumn(
            "probability moved", format="percent", min_value=0.0, max_value=most or 1.0,
            help="Half the sum of the absolute changes of all probabilities: the share that moves to other labels",
        ),
        "without it": st.column_config.NumberColumn(f"{label} without it", format="percent"),
        "points": st.column_config.NumberColumn("difference, percentage points", format="%+.2f"),
    }  # fmt: skip
    return pd.DataFrame(shown, index=table.index), columns


def _values(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table for a model that gives values, and its columns."""
    several, most = table["label"].nunique() > 1, largest_size(table["change"].to_numpy())
    shown = {
        "unit": table["unit"],
        "change": table["change"],
        **({"label": [visible(label) for label in table["label"]]} if several else {}),
        "output": table["output"],
        "without it": table["without"],
        "difference": table["without"] - table["output"],
    }
    columns = {
        "change": st.column_config.ProgressColumn(
            "change", format="%.3g", min_value=0.0, max_value=most or 1.0,
            help="The sum of the absolute changes of all outputs",
        ),
        "label": st.column_config.TextColumn("output that changes most"),
        "output": st.column_config.NumberColumn("with it" if several else "output", format="%.3g"),
        "without it": st.column_config.NumberColumn("without it", format="%.3g"),
        "difference": st.column_config.NumberColumn("difference", format="%+.3g"),
    }  # fmt: skip
    return pd.DataFrame(shown, index=table.index), columns


def _measure(run: TextRun, step: int) -> pd.DataFrame:
    """The table, computed once for each text and step."""
    key = ("ablation", run.trace.fingerprint, run.location, step)
    progress = Progress("Silencing each unit in turn.", key)

    def work() -> pd.DataFrame:
        return ablation(run.model, run.text, *run.location, step=step, limit=TOKENS, tick=progress)

    table = cached(run.model.network, key, work)
    progress.end()
    return table


def _summary(run: TextRun, table: pd.DataFrame, step: int) -> str:
    first = table.iloc[0]
    label, label_without = str(first["label"]), str(first["label_without"])
    end = (
        f"The prediction becomes **{plain(visible(label_without))}**."
        if label != label_without
        else f"The prediction is still **{plain(visible(label))}**."
    )
    words = f"The prediction after {plain(run.step_label(step))}: {prediction(label, first['probability'])}."
    if np.isnan(first["change"]):
        return f"{words} No change of it can be measured."
    moved = percent(first["change"])
    return (
        f"{words} Without unit {first['unit']}, {moved} of the probability moves to other labels, more than without "
        f"any other unit. {end}"
    )


def _summary_of_values(run: TextRun, table: pd.DataFrame, step: int) -> str:
    """What becomes of the output that the strongest unit changes most, in Markdown."""
    first = table.iloc[0]
    name = "output" if len(run.trace.labels) == 1 else f"output {plain(visible(str(first['label'])))}"
    words = f"The {name} after {plain(run.step_label(step))} is **{short_number(float(first['output']))}**."
    if np.isnan(first["change"]):
        return f"{words} No change of it can be measured."
    return (
        f"{words} Without unit {first['unit']} it would be **{short_number(float(first['without']))}**: no other unit "
        "changes more."
    )


def _open(run: TextRun, unit: int, step: int) -> None:
    """A link to a unit on Explore, at the current step."""
    st.page_link(
        "pages/explore.py",
        label=f"Open unit {unit}",
        icon=":material/visibility:",
        query_params=link_parameters.link_to(run.task.name, run.trace.cell, run.text, step, unit),
    )
