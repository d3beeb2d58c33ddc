"""Figures: from a trace, an analysis or a card to a Plotly figure that works in a notebook as on a page."""

from .activation import activation_curve
from .compare import said_by_cells, text_heatmaps, texts_said
from .curves import delays, learning_curves, regimes
from .gradient import gradient_map, layers_flow, routes, singular_values, token_gradient
from .growth import growth
from .memory import half_lives, written_map
from .models_beside import array_differences, weight_differences
from .over_text import reach_curve, said
from .scores import scores
from .spectra import eigenvalues, weight_spectrum
from .stack import heatmaps
from .training import accuracy_curves, loss_curves, norm_curves, probe_gradient
from .weights import gate_biases, weight_maps
from .whatif import prediction_change, whatif_heatmaps

__all__ = [
    "accuracy_curves",
    "activation_curve",
    "array_differences",
    "delays",
    "eigenvalues",
    "gate_biases",
    "gradient_map",
    "growth",
    "half_lives",
    "heatmaps",
    "layers_flow",
    "learning_curves",
    "loss_curves",
    "norm_curves",
    "prediction_change",
    "probe_gradient",
    "reach_curve",
    "regimes",
    "routes",
    "said",
    "said_by_cells",
    "scores",
    "singular_values",
    "text_heatmaps",
    "texts_said",
    "token_gradient",
    "weight_differences",
    "weight_maps",
    "weight_spectrum",
    "whatif_heatmaps",
    "written_map",
]
