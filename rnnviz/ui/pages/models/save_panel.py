"""A model taken along: files in formats that others read too, and the lines of Python that use them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ....checkpoints import snippets
from ....checkpoints.native.writers import WRITERS
from ....model import Model
from ...shared.markdown import plain
from .model_table import Entry

TITLES = {"safetensors": "safetensors, for PyTorch", "npz": "npz, for NumPy", "onnx": "ONNX, for any runtime"}
MIME = "application/octet-stream"


def take_along(model: Model, entry: Entry) -> None:
    """Downloads, and the same in Python and in PyTorch."""
    st.header("Take it with you", anchor=False)
    with st.container(horizontal=True):
        for end, write in WRITERS.items():
            st.download_button(
                TITLES[end], _written(model, write), f"{model.name}.{end}", MIME, on_click="ignore",
                icon=":material/download:", key=f"models-save-{end}",
            )  # fmt: skip
    st.caption(
        "Each file holds vocabulary, labels and card as well, and loads back here to the same numbers, bit for bit."
    )
    left, right = st.columns(2, gap="medium")
    file = f"{model.name}.safetensors"
    with left:
        st.markdown("**With rnnviz**")
        st.code(snippets.in_python(model, file if entry.task.own else model.name), language="python", wrap_lines=True)
    with right:
        st.markdown("**With PyTorch alone**")
        why = snippets.why_not_torch(model)
        if why is None:
            st.code(snippets.in_torch(model, file), language="python", wrap_lines=True)
        else:
            st.caption(":material/info: " + plain(why))


def _written(model: Model, write: Callable[[Model], bytes]) -> Callable[[], bytes]:
    """The file, written on the click."""
    return lambda: write(model)
