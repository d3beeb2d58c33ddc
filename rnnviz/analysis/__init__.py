"""Analysis: what follows from a run beyond what it recorded. NumPy only; from Python as on a page."""

from .ablation import ablation
from .across import gradient_by_layers, input_gradient
from .difference import Difference, difference
from .experiments import Experiment, experiments, forget_at
from .flow import gradient_flow
from .growth import growth
from .jacobians import hidden_by_state, step_jacobians
from .memory import Shares, contributions, half_life, memory_of, shares, written_at
from .models_beside import Apart, Feature, ModelsBeside, apart, models_beside
from .reach import largest_singular_values, reach
from .spectra import AtOrigin, Spectrum, at_origin, spectra
from .weights import GateWeights, cell_of, gates_of, statistics

__all__ = [
    "Apart",
    "AtOrigin",
    "Difference",
    "Experiment",
    "Feature",
    "GateWeights",
    "ModelsBeside",
    "Shares",
    "Spectrum",
    "ablation",
    "apart",
    "at_origin",
    "cell_of",
    "contributions",
    "difference",
    "experiments",
    "forget_at",
    "gates_of",
    "gradient_by_layers",
    "gradient_flow",
    "growth",
    "half_life",
    "hidden_by_state",
    "input_gradient",
    "largest_singular_values",
    "memory_of",
    "models_beside",
    "reach",
    "shares",
    "spectra",
    "statistics",
    "step_jacobians",
    "written_at",
]
