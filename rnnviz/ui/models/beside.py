"""Two models beside each other: architecture, arrays, and where their weights differ."""

from __future__ import annotations

import streamlit as st

from ...analysis.models_beside import models_beside
from ...figures import array_differences, weight_differences
from .. import explore
from ..charts import chart
from ..links import plain
from . import shelf


def answer() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        first = shelf.pick("one", "Model", "recall-lstm")
        second = shelf.pick("other", "against", "counter-lstm")
    one, other = shelf.model_of(first), shelf.model_of(second)
    found = models_beside(one, other)
    differ = [feature for feature in found.features if not feature.same]
    st.markdown(_told(one.name, other.name, len(differ), len(found.features)))
    left, right = st.columns([1, 1.1], gap="medium")
    with left:
        st.header("Architecture", anchor=False)
        st.table(
            {
                "": [plain(feature.title) for feature in found.features],
                plain(one.name): [plain(feature.one) for feature in found.features],
                plain(other.name): [plain(feature.other) for feature in found.features],
                " ": ["" if feature.same else ":material/difference: differs" for feature in found.features],
            }
        )
    with right:
        st.header("Array by array", anchor=False)
        words = f"How far the arrays of {one.name} and {other.name} are apart, relative to the second."
        chart(array_differences.ready(found), words, "arrays")
        with st.expander("In numbers", icon=":material/table_rows:"):
            st.dataframe(found.arrays, hide_index=True, alt=words)
    _weights(found)


def _told(one: str, other: str, differ: int, count: int) -> str:
    if differ == 0:
        return f"**{plain(one)}** and **{plain(other)}** are built alike."
    return f"**{plain(one)}** and **{plain(other)}** differ in {differ} of {count} features of their architecture."


def _weights(found: object) -> None:
    raise NotImplementedError
