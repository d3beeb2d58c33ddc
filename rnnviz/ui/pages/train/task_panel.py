"""A task before anything is trained for it, and the learning curves of the bundled models."""

from __future__ import annotations

import streamlit as st

from .... import zoo
from ....figures import learning_curves
from ....training import Level, Task
from ...shared.charts import chart
from ...shared.markdown import percent, plain


def show(task: Task) -> None:
    """Show a task in a few sentences with an example, and the curves of the bundled models, if there are any."""
    st.header(task.title, anchor=False)
    st.markdown(
        f"The network reads {plain(task.reads)}, and predicts {plain(task.predicts)}. An answer is due "
        f"{plain(task.answer_due)}. For example:"
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
    st.caption("Press Start to see your own runs here as they learn.")


def _level(level: Level) -> str:
    parts = []
    if level.accuracy is not None:
        parts.append(f"{percent(level.accuracy)} right")
    if level.loss is not None:
        parts.append(f"a loss of {level.loss:.3g} nats")
    return f"{' and '.join(parts)}." if parts else "unknown."
