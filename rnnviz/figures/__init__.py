"""Figures: from a trace to a Plotly figure that works in a notebook as on a page."""

from .heatmaps import heatmaps
from .predictions import bars

__all__ = ["bars", "heatmaps"]
