"""A text that the user brings to train on: read into the session, and nowhere else."""

from __future__ import annotations

import streamlit as st

from ....text.decoding import LARGEST, decode_text
from ...shared import link_state

KEY = "train-text"  # file name and text, while the session lasts


def bring() -> tuple[str, str] | None:
    """An uploader, and the name and the text of the file that was brought last; None before the first."""
    state = st.session_state
    file = st.file_uploader(
        f"A text file, at most {LARGEST / 1e6:g} MB", key="train-file", max_upload_size=round(LARGEST / 1e6)
    )
    if file is not None and state.get("train-file-id") != file.file_id:
        state["train-file-id"] = file.file_id
        state.pop("train-refused", None)
        try:
            with st.spinner("Reading the text"):
                state[KEY] = file.name, decode_text(file.getvalue())
        except ValueError as error:
            state["train-refused"] = f"{file.name}: {error}"
            state.pop(KEY, None)  # nothing is trained on an older text under the name of this one
    if file is not None and "train-refused" in state:
        st.error(link_state.plain(state["train-refused"]), icon=":material/description:")
    found: tuple[str, str] | None = state.get(KEY)
    if found is not None:
        name, text = found
        st.caption(
            link_state.plain(f"{name}: {len(text):,} characters. ")
            + "The text stays in this session, in memory, and is gone with it; it is not written to a disk."
        )
    return found
