"""Figures: from a trace, an analysis or a card to a Plotly figure that works in a notebook as on a page."""

from .activation_chart import activation_curve
from .answer_charts import recall_by_label, reliability
from .attribution_bars import attribution_bars
from .attribution_map import attribution_map
from .card_charts import accuracy_by_delay, learning_curves, training_regimes
from .counting_chart import counting_ends
from .curves_over_text import difference_curves, prediction_curves, reach_curve
from .dynamics_charts import lyapunov_exponents, modifier_gains
from .gated_vector import vector_times_gate
from .gradient_charts import gradient_map, gradient_routes, layer_gradient_map, singular_value_curves
from .growth_chart import growth_curves
from .intervention_charts import prediction_change, what_if_heatmaps
from .machine_graph import machine_graph
from .margin_chart import margin_curves
from .memory_charts import kept_chart, memory_map
from .model_differences import array_differences, weight_differences
from .plain_figure import PlainFigure
from .point_eigenvalues import point_eigenvalues
from .probe_chart import probed_positions
from .rate_chart import loss_by_rate
from .score_chart import held_out_scores
from .seed_chart import seed_scores
from .spectrum_charts import eigenvalue_chart, weight_spectrum
from .state_paths import state_path
from .temperature_chart import temperature_bars
from .text_comparison import disagreeing_steps, predictions_by_cell, predictions_by_text, text_heatmaps
from .trace_heatmaps import HeatmapTemplate, heatmaps
from .training_curves import RunCurve, accuracy_curves, dynamics_curves, loss_curves, norm_curves, probe_gradient
from .unit_histogram import unit_histogram
from .value_curves import values_by_cell
from .weight_charts import gate_biases, weight_maps

__all__ = [
    "HeatmapTemplate",
    "PlainFigure",
    "RunCurve",
    "accuracy_by_delay",
    "accuracy_curves",
    "activation_curve",
    "array_differences",
    "attribution_bars",
    "attribution_map",
    "counting_ends",
    "difference_curves",
    "disagreeing_steps",
    "dynamics_curves",
    "eigenvalue_chart",
    "gate_biases",
    "gradient_map",
    "gradient_routes",
    "growth_curves",
    "heatmaps",
    "held_out_scores",
    "kept_chart",
    "layer_gradient_map",
    "learning_curves",
    "loss_by_rate",
    "loss_curves",
    "lyapunov_exponents",
    "machine_graph",
    "margin_curves",
    "memory_map",
    "modifier_gains",
    "norm_curves",
    "point_eigenvalues",
    "prediction_change",
    "prediction_curves",
    "predictions_by_cell",
    "predictions_by_text",
    "probe_gradient",
    "probed_positions",
    "reach_curve",
    "recall_by_label",
    "reliability",
    "seed_scores",
    "singular_value_curves",
    "state_path",
    "temperature_bars",
    "text_heatmaps",
    "training_regimes",
    "unit_histogram",
    "values_by_cell",
    "vector_times_gate",
    "weight_differences",
    "weight_maps",
    "weight_spectrum",
    "what_if_heatmaps",
]
