"""Figures: from a trace, an analysis or a card to a Plotly figure that works in a notebook as on a page."""

from .activation_curve import activation_curve
from .before_and_after import prediction_change, whatif_heatmaps
from .curves_over_text import reach_curve, said
from .gradient_maps import gradient_map, layers_flow, routes, singular_values, token_gradient
from .growth_chart import growth
from .heatmaps import heatmaps
from .layer_weights import gate_biases, weight_maps
from .learning_curves import delays, learning_curves, regimes
from .memory_charts import half_lives, written_map
from .model_differences import array_differences, weight_differences
from .score_chart import scores
from .spectrum_charts import eigenvalues, weight_spectrum
from .text_comparison import said_by_cells, text_heatmaps, texts_said
from .training_curves import accuracy_curves, loss_curves, norm_curves, probe_gradient

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
