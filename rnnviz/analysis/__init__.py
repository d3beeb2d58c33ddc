"""Analysis: what follows from a run beyond what it recorded. NumPy only; from Python as on a page."""

from .ablation import ablation
from .across import gradient_by_layers, input_gradient
from .flow import gradient_flow
from .growth import growth
from .jacobians import hidden_by_state, step_jacobians
from .memory import contributions, half_life, memory_of, written_at
from .reach import reach

__all__ = [
    "ablation",
    "contributions",
    "gradient_by_layers",
    "gradient_flow",
    "growth",
    "half_life",
    "hidden_by_state",
    "input_gradient",
    "memory_of",
    "reach",
    "step_jacobians",
    "written_at",
]
