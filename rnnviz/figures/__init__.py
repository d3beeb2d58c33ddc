"""Figures: from a trace, an analysis or a card to a Plotly figure that works in a notebook as on a page."""

from .activation import activation_curve
from .curves import delays, learning_curves, regimes
from .growth import growth
from .over_text import reach_curve, said
from .scores import scores
from .stack import heatmaps

__all__ = [
    "activation_curve",
    "delays",
    "growth",
    "heatmaps",
    "learning_curves",
    "reach_curve",
    "regimes",
    "said",
    "scores",
]
