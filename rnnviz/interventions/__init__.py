"""Interventions: what happens if a gate is held, a unit silenced, or a token swapped?"""

from .application import cell_edits, held_and_frozen, remaining_steps
from .intervention_kinds import (
    Freeze,
    Hold,
    Intervention,
    Remove,
    Swap,
    ValueIntervention,
    Zero,
    format_all,
    parse,
    parse_all,
)
from .phrases import describe
from .prepared_text import PreparedText, prepare_nothing, prepare_text

__all__ = [
    "Freeze",
    "Hold",
    "Intervention",
    "PreparedText",
    "Remove",
    "Swap",
    "ValueIntervention",
    "Zero",
    "cell_edits",
    "describe",
    "format_all",
    "held_and_frozen",
    "parse",
    "parse_all",
    "prepare_nothing",
    "prepare_text",
    "remaining_steps",
]
