"""What a linear probe reads from the states of the three cells."""

from __future__ import annotations

import numpy as np
import streamlit as st

from .....analysis import LineProbe, line_probe
from .....figures import probed_positions
from .....zoo import BUNDLED
from ....shared import catalogue
from ....shared.catalogue import CELL_ORDER
from ....shared.charts import chart
from ..block_registry import ChapterContext, block


@block
def line_positions(context: ChapterContext, characters: int = 160) -> None:
    """The position in the line, read from the state by a linear probe, over the first lines that were held out."""
    text, found = probes_of_position()
    first = next(iter(found.values()))
    rows = np.flatnonzero(first.held_out)
    rows = rows[np.argsort(first.characters[rows])][:characters]  # one piece, in reading order
    start = int(first.characters[rows[0]])
    description = "The position in the line that a linear function reads from the state of each cell."
    probes = {cell: line.probe for cell, line in found.items()}
    chart(
        probed_positions.ready(probes, first.positions, text[start : start + len(rows)], rows), description, context.key
    )
    controls = ", ".join(f"{line.probe.control:.2f}".replace("-", "−") for line in found.values())
    st.caption(
        f"Fitted on {(~first.held_out).sum():,} characters of plays that no model was trained on, and tested on "
        f"{first.held_out.sum():,} others. The share of the variance is R². With shuffled positions it is {controls}."
    )


@st.cache_resource(show_spinner="Reading 24,000 characters with three networks")
def probes_of_position() -> tuple[str, dict[str, LineProbe]]:
    """The bundled text, and by cell the probe of the models of `shakespeare`."""
    text = (BUNDLED / "texts" / "shakespeare-test.txt").read_text(encoding="utf-8")
    task = catalogue.tasks()["shakespeare"]
    return text, {cell: line_probe(catalogue.model(task, cell), text) for cell in CELL_ORDER}
