"""Analysis: what follows from a run beyond what it recorded. NumPy only; from Python as on a page."""

from .attribution.experiments import Experiment, experiments, forget_at
from .attribution.run_difference import Difference, difference
from .attribution.unit_ablation import ablation
from .dynamics.repeated_product import growth
from .gradients.gradient_flow import gradient_flow
from .gradients.jacobians import hidden_by_state, step_jacobians
from .gradients.reach import largest_singular_values, reach
from .gradients.through_layers import gradient_by_layers, input_gradient
from .memory.decomposition import Shares, contributions, half_life, memory_of, shares, written_at
from .weights.gate_weights import GateWeights, cell_of, gates_of, statistics
from .weights.model_comparison import Apart, Feature, ModelsBeside, apart, models_beside
from .weights.spectra import AtOrigin, Spectrum, at_origin, spectra

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
