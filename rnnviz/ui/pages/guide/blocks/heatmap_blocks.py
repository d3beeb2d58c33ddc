"""Panels of the stacked heatmaps, under the instrument's playhead."""

from __future__ import annotations

from .....cells.definition import INPUT_VECTOR
from ....shared import charts
from ..registry import Page, block


@block
def heatmap(page: Page, quantity: str = "", quantities: list[str] | None = None) -> None:
    """One quantity over the text, or several; "says" is what the readout says. Those the cell lacks are left out."""
    if page.trace is None:
        return
    known = {*page.trace.definition.by_name, "says"}
    if names := [name for name in quantities or [quantity] if name in known]:
        charts.heatmaps(page.trace, names, key=page.key)


@block
def embedding(page: Page) -> None:
    """The vector that each token becomes: its row of the embedding."""
    heatmap(page, INPUT_VECTOR.name)
