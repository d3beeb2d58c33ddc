"""Figures: from a trace to a Plotly figure that works in a notebook as on a page."""

from .stack import heatmaps

__all__ = ["heatmaps"]
