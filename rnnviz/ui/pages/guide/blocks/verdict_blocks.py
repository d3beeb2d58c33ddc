"""How long a verdict lasts: the log odds of praise against complaint over words that say neither."""

from __future__ import annotations

import streamlit as st

from .....analysis import margin_curve
from .....cells.activations import Array
from .....figures import margin_curves
from ....shared import catalogue
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..block_registry import ChapterContext, block

ANSWERS = ("positive", "negative")
TIMES = [20, 40, 100, 200]


@block
def verdict(context: ChapterContext, texts: list[str], neutral: str = "the") -> None:
    """The log odds after each word of some texts, which a neutral word follows; how often it follows can be set."""
    _verdict(context.key, tuple(texts), neutral)


@st.fragment
def _verdict(key: str, texts: tuple[str, ...], neutral: str) -> None:
    with st.container(border=True):
        times = st.select_slider(f"How often “{neutral}” follows", TIMES, TIMES[0], key=f"times-{key}")
        margins = verdicts(texts, neutral, times)
        description = (
            f"The log odds of praise against complaint after each word, with {times} times “{neutral}” at the end."
        )
        chart(margin_curves.ready(margins, len(texts[0].split()), neutral, ANSWERS), description, f"margins-{key}")


def verdicts(texts: tuple[str, ...], neutral: str, times: int) -> dict[str, dict[str, Array]]:
    """The log odds (T,) after each word of the texts and of so many neutral words, by text and cell."""
    task = catalogue.tasks()["reviews"]
    models = {cell: catalogue.model(task, cell) for cell in CELL_ORDER}
    return {
        text: {
            cell: margin_curve(model.trace(f"{text} {' '.join([neutral] * times)}"), *ANSWERS)
            for cell, model in models.items()
        }
        for text in texts
    }
