"""Analysis: what follows from a run beyond what it recorded. NumPy only; from Python as on a page."""

from .growth import growth
from .jacobians import hidden_by_state, step_jacobians
from .reach import reach

__all__ = ["growth", "hidden_by_state", "reach", "step_jacobians"]
