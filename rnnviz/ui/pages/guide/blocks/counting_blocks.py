"""How far networks count: where those of all seeds expect the end, and where it would be right."""

from __future__ import annotations

import streamlit as st

from ..... import zoo
from .....figures import counting_ends
from .....training.tasks.counter import LONGEST, Counter
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..block_registry import ChapterContext, block

SET_BY_HAND = "counting-lstm"


@block
def counting(context: ChapterContext, longest: int = 100) -> None:
    """After how many b's the counters of all seeds expect the end, against the number of a's."""
    ends, exact = ends_of_all_seeds(longest)
    description = "Where networks expect the end, against the number of a's. Three cells, five seeds each."
    chart(counting_ends.ready(ends, exact, LONGEST), description, context.key)


@st.cache_resource(show_spinner="Counting with all networks")
def ends_of_all_seeds(longest: int) -> tuple[dict[str, dict[int, list[int | None]]], list[int | None]]:
    """What `Counter.ends` finds, by cell and seed, and for the weights that are set by hand."""
    task = Counter()
    ends = {
        cell: {seed: task.ends(model.network, longest) for seed, model in zoo.seeds(f"counter-{cell}").items()}
        for cell in CELL_ORDER
    }
    return ends, task.ends(zoo.load(SET_BY_HAND).network, longest)
