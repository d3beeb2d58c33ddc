"""What a task is about, before anything was trained for it, and how training of the bundled models went."""

from __future__ import annotations

import streamlit as st

from .... import zoo
from ....figures import learning_curves
from ....training import Level, Task
from ...shared.charts import chart
from ...shared.link_state import plain


def introduce(task: Task) -> None:
    """The task in a few sentences with an example, and the curves of the bundled models, where there are some."""
    st.header(task.title, anchor=False)
    st.markdown(
        f"The network reads {plain(task.reads)}, and says {plain(task.predicts)}. It is asked "
        f"{plain(task.answer_due)}. For instance:"
    )
    st.code(task.examples[0][:80], language=None, wrap_lines=True)
    st.markdown(
        f"**Chance**: {plain(_level(task.chance))} {plain(task.chance.why)}\n\n"
        f"**Best possible**: {plain(_level(task.best))} {plain(task.best.why)}"
    )
    cards = [card for name in zoo.models() if (card := zoo.card(name)).get("task") == task.name and "curve" in card]
    if cards:
        st.subheader("How the bundled models learned it", anchor=False)
        words = "Loss and accuracy of the bundled models on the validation split, by training step."
        with st.container(width=720):
            chart(learning_curves.ready(cards), words, "train-bundled")
    st.caption("Press Start, and your own runs are drawn here as they learn.")


def _level(level: Level) -> str:
    told = []
    if level.accuracy is not None:
        told.append(f"{level.accuracy:.1%} right")
    if level.loss is not None:
        told.append(f"a loss of {level.loss:.3g} nats")
    return f"{' and '.join(told)}." if told else "unknown."
