"""The Models page: a checkpoint of your own, the weights of any model, and two models beside each other."""

from __future__ import annotations

from ...shared import link_parameters, pickers
from . import comparison_panel, upload_panel, weights_panel

PARTS = {"yours": "Your model", "inside": "Weights", "beside": "Compare two"}


def pick_part() -> str:
    """Which part of the page is shown, by its name in PARTS."""
    return pickers.pick_part("Part", link_parameters.models_part(list(PARTS)), PARTS)


def answer(part: str) -> None:
    """Show a part of the page."""
    {"yours": upload_panel.answer, "inside": weights_panel.answer, "beside": comparison_panel.answer}[part]()
