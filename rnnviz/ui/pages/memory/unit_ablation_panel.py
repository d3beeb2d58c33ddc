"""Which units matter? Every unit silenced in turn, ranked by how much the prediction changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ....analysis import ablation
from ....instrument.payload import trace_id
from ....text.tokens import visible
from ...shared.downloads import LINE_END
from ...shared.link_state import plain
from ...shared.long_work import Progress, kept
from ...shared.subject import Case, standing, strip
from ...shared.text_box import CARRIED, TOKENS

STRONGEST = 3  # units with a link of their own


def answer(case: Case) -> None:
    trace = case.trace
    if trace.probabilities is None:
        st.info("This model has no readout, and so no prediction that a unit could change.")
        return
    strip(case)
    step, _ = standing(trace, case.layer)
    table = measure(case, step)
    st.markdown(_told(case, table, step))
    shown = pd.DataFrame(
        {
            "unit": table["unit"],
            "change": table["change"],
            "without it": table["without"],
            "points": 100 * (table["without"] - table["probability"]),
            "says without it": [visible(label) for label in table["label_without"]],
        },
        index=table.index,
    )
    share = st.column_config.ProgressColumn
    likeliest = visible(str(table["label"].iloc[0]))
    chosen = st.dataframe(
        shown,
        key=f"ablation-{trace_id(trace)}-{step}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "unit": st.column_config.NumberColumn("unit", width="small"),
            "change": share(
                "prediction changed by", format="percent", min_value=0.0, max_value=float(table["change"].max()) or 1.0,
                help="Half the sum of all probabilities’ changes: the share that moves elsewhere",
            ),
            "without it": st.column_config.NumberColumn(f"{likeliest} without it", format="percent"),
            "points": st.column_config.NumberColumn("difference, points", format="%+.2f"),
        },
        alt=f"Every unit silenced in turn, ranked. {_told(case, table, step)}",
    )  # fmt: skip
    rows = [*chosen["selection"]["rows"], *range(STRONGEST)]
    units = list(dict.fromkeys(int(table["unit"].iloc[row]) for row in rows if row < len(table)))
    with st.container(horizontal=True, vertical_alignment="center"):
        for unit in units:
            _open(case, unit, step)
        st.download_button(
            "The table as CSV",
            lambda: table.to_csv(lineterminator=LINE_END),
            f"{trace.model}-ablation.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    st.caption("Choose a row to open its unit in the instrument; a click on a column’s title sorts by it.")


def measure(case: Case, step: int) -> pd.DataFrame:
    """The table, computed once for the text and step."""
    progress = Progress("Silencing one unit after another.")

    def work() -> pd.DataFrame:
        return ablation(case.model, case.text, *case.where, step=step, limit=TOKENS, tick=progress)

    found = kept(case.model.network, ("ablation", case.trace.fingerprint, case.where, step), work)
    progress.end()
    return found


def _told(case: Case, table: pd.DataFrame, step: int) -> str:
    first = table.iloc[0]
    now, without = plain(visible(str(first["label"]))), plain(visible(str(first["label_without"])))
    end = f"the model then says **{without}**" if now != without else f"the model still says **{now}**"
    return (
        f"After {plain(case.named(step))} the model says **{now}** with {first['probability']:.1%}. Without unit "
        f"{first['unit']}, {first['change']:.1%} of the probability moves elsewhere, more than for any other: {end}."
    )


def _open(case: Case, unit: int, step: int) -> None:
    """A unit in the instrument of Explore, at the step that was asked about."""
    st.page_link(
        "pages/explore.py",
        label=f"Open unit {unit}",
        icon=":material/visibility:",
        query_params={
            "task": case.task.name, "cell": case.trace.cell, CARRIED: case.text, "step": str(step), "unit": str(unit),
        },
    )  # fmt: skip
