"""Two models side by side: architecture, arrays, and where their weights differ."""

from __future__ import annotations

import streamlit as st

from ....analysis import ModelComparison, compare_models
from ....figures import array_differences, weight_differences
from ...shared.charts import chart
from ...shared.markdown import plain, series
from ...shared.model_card import score_line
from ...shared.pickers import pick_layer
from . import model_table


def show() -> None:
    """Show two models side by side."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        first = model_table.pick("one", "Model", "names-gru")
        second = model_table.pick("against", "Against", "names-lstm")
    model, reference = model_table.model_of(first), model_table.model_of(second)
    comparison = compare_models(model, reference)
    st.markdown(_summary(comparison))
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        st.header("Architecture", anchor=False)
        st.table(
            {
                "feature": [
                    f"{'' if feature.agrees else '≠ '}{plain(feature.title)}" for feature in comparison.features
                ],
                plain(model.name): [plain(feature.value) for feature in comparison.features],
                plain(reference.name): [plain(feature.reference_value) for feature in comparison.features],
            }
        )
        st.header("Held out", anchor=False)
        for shown in (model, reference):
            score_line(shown)
            if "scores" not in shown.card:
                st.caption(plain(f"{shown.name} has no held-out score."))
    with right:
        st.header("Array by array", anchor=False)
        words = f"The distance between the arrays of {model.name} and {reference.name}, relative to the second."
        chart(array_differences.ready(comparison), words, "arrays")
        table = st.expander("In numbers", icon=":material/table_rows:", key="models-arrays", on_change="rerun")
        if table.open:
            table.dataframe(comparison.arrays, hide_index=True, alt=words)
    _gate_differences(comparison)


def _summary(comparison: ModelComparison) -> str:
    names = f"**{plain(comparison.model.name)}** and **{plain(comparison.reference.name)}**"
    if not comparison.differing:
        architecture = f"{names} have the same architecture."
    else:
        titles = series([title.lower() for title in comparison.differing])
        architecture = f"{names} differ in {plain(titles)}."
    return f"{architecture} {plain(comparison.conversion)}".strip()


def _gate_differences(comparison: ModelComparison) -> None:
    """The difference of the matrices gate by gate, if their shapes allow it."""
    model, reference = comparison.model, comparison.reference
    network = model.network
    layer, direction = pick_layer(model) if len(network.layers) > 1 else (0, network.directions_by_layer[0][0])
    try:
        figure = weight_differences.ready(comparison, layer, direction)
    except ValueError as error:
        st.caption(":material/info: " + plain(str(error)))
        return
    st.header("Gate by gate", anchor=False)
    chart(figure, f"The matrices of {model.name} minus those of {reference.name}, gate by gate.", "differences")
