"""Interventions: what if a gate were held, a unit silenced, a token another one?"""

from .apply import intervened, remaining, where_set
from .kinds import Freeze, Hold, Inside, Intervention, Remove, Swap, Zero, parse, parse_all, text_of
from .phrases import described

__all__ = [
    "Freeze",
    "Hold",
    "Inside",
    "Intervention",
    "Remove",
    "Swap",
    "Zero",
    "described",
    "intervened",
    "parse",
    "parse_all",
    "remaining",
    "text_of",
    "where_set",
]
