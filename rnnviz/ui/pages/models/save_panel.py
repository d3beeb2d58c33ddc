"""Downloads of a model in formats that other programs read, and the lines of Python that use them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ....checkpoints import WritableFormat, snippets, writable
from ....model import Model
from ...shared.markdown import plain
from .model_table import Entry

MIME = "application/octet-stream"


def show(model: Model, entry: Entry) -> None:
    """Show downloads, and the same in Python and in PyTorch."""
    st.header("Take it with you", anchor=False)
    with st.container(horizontal=True):
        for format in writable():
            suffix, obstacle = format.suffixes[0], format.obstacle(model)
            st.download_button(
                format.label, _writer(model, format), f"{model.name}{suffix}", MIME, on_click="ignore",
                icon=":material/download:", key=f"models-save-{suffix.removeprefix('.')}",
                disabled=obstacle is not None, help=None if obstacle is None else plain(obstacle.message),
            )  # fmt: skip
    st.caption(
        "Each file includes vocabulary, labels and card, and loads here again with the same parameters, bit for bit."
    )
    left, right = st.columns(2, gap="medium")
    file = f"{model.name}.safetensors"
    with left:
        st.markdown("**With rnnviz**")
        source = file if entry.task.own else model.name
        st.code(snippets.python_code(model, source), language="python", wrap_lines=True)
    with right:
        st.markdown("**With PyTorch alone**")
        in_torch = snippets.torch_obstacle(model)
        if in_torch is None:
            st.code(snippets.torch_code(model, file), language="python", wrap_lines=True)
        else:
            st.caption(":material/info: " + plain(in_torch.message))


def _writer(model: Model, format: WritableFormat) -> Callable[[], bytes]:
    """The file, written on the click."""
    return lambda: format.save(model)
