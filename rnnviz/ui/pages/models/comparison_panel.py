"""Two models beside each other: architecture, arrays, and where their weights differ."""

from __future__ import annotations

import streamlit as st

from ....analysis import ModelComparison, compare_models
from ....figures import array_differences, weight_differences
from ...shared.charts import chart
from ...shared.markdown import plain
from ...shared.model_card import score_line
from ...shared.pickers import pick_layer
from . import model_table


def show() -> None:
    """Show two models side by side."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        first = model_table.pick("one", "Model", "names-gru")
        second = model_table.pick("against", "Against", "names-lstm")
    one, other = model_table.model_of(first), model_table.model_of(second)
    found = compare_models(one, other)
    st.markdown(_told(found))
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        st.header("Architecture", anchor=False)
        st.table(
            {
                "feature": [f"{'' if feature.agrees else '≠ '}{plain(feature.title)}" for feature in found.features],
                plain(one.name): [plain(feature.value) for feature in found.features],
                plain(other.name): [plain(feature.reference_value) for feature in found.features],
            }
        )
        st.header("Held out", anchor=False)
        for model in (one, other):
            score_line(model)
            if "scores" not in model.card:
                st.caption(plain(f"{model.name}: no held-out score is known."))
    with right:
        st.header("Array by array", anchor=False)
        words = f"How far the arrays of {one.name} and {other.name} are apart, relative to the second."
        chart(array_differences.ready(found), words, "arrays")
        numbers = st.expander("In numbers", icon=":material/table_rows:", key="models-arrays", on_change="rerun")
        if numbers.open:
            numbers.dataframe(found.arrays, hide_index=True, alt=words)
    _weights(found)


def _told(found: ModelComparison) -> str:
    names = f"**{plain(found.model.name)}** and **{plain(found.reference.name)}**"
    if not found.differing:
        alike = f"{names} are built alike."
    else:
        titles = ", ".join(title.lower() for title in found.differing)
        alike = f"{names} differ in {plain(titles)}."
    return f"{alike} {plain(found.conversion)}".strip()


def _weights(found: ModelComparison) -> None:
    """The difference of the matrices gate by gate, where there is one."""
    network = found.model.network
    layer, direction = pick_layer(found.model) if len(network.layers) > 1 else (0, network.directions_by_layer[0][0])
    try:
        figure = weight_differences.ready(found, layer, direction)
    except ValueError as error:
        st.caption(":material/info: " + plain(str(error)))
        return
    st.header("Gate by gate", anchor=False)
    chart(
        figure, f"The matrices of {found.model.name} less those of {found.reference.name}, gate by gate.", "differences"
    )
