"""Figures: from a trace to a Plotly figure that works in a notebook as on a page."""

from .predictions import bars
from .stack import heatmaps

__all__ = ["bars", "heatmaps"]
