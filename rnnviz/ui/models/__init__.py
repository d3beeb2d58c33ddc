"""The Models page: a checkpoint of your own, the weights of any model, and two models beside each other."""

from __future__ import annotations

from .. import tabs
from . import beside, inside, yours

PARTS = {"yours": "Your model", "inside": "Weights", "beside": "Compare two"}


def pick_part() -> str:
    """Which part of the page is shown, by its name in PARTS."""
    return tabs.choose("part", PARTS, "a part", page="models")


def answer(part: str) -> None:
    """Show a part of the page."""
    {"yours": yours.answer, "inside": inside.answer, "beside": beside.answer}[part]()
