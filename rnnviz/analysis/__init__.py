"""Analysis: what follows from a run beyond what it recorded. NumPy only; from Python as on a page."""

from .ablation import ablation
from .across import gradient_by_layers, input_gradient
from .difference import Difference, difference
from .experiments import Experiment, experiments, forget_at
from .flow import gradient_flow
from .growth import growth
from .jacobians import hidden_by_state, step_jacobians
from .memory import Shares, contributions, half_life, memory_of, shares, written_at
from .reach import largest_singular_values, reach

__all__ = [
    "Difference",
    "Experiment",
    "Shares",
    "ablation",
    "contributions",
    "difference",
    "experiments",
    "forget_at",
    "gradient_by_layers",
    "gradient_flow",
    "growth",
    "half_life",
    "hidden_by_state",
    "input_gradient",
    "largest_singular_values",
    "memory_of",
    "reach",
    "shares",
    "step_jacobians",
    "written_at",
]
