"""Analysis: what follows from a run, or from the weights, beyond what a trace records. NumPy only."""

from ..cells.gated_equations import Factor, GatedState, OutputGating
from .asked_steps import asked_steps
from .cell_cost import Cost, cost
from .dynamics import (
    Components,
    Disagreement,
    FixedPoints,
    Lyapunov,
    MachineCheck,
    ModifierEffect,
    StateMachine,
    components,
    fixed_points,
    lyapunov,
    modifier_effect,
    multiply_repeatedly,
    readout_direction,
    state_machine,
)
from .effects.attribution_agreement import Agreement, agreement
from .effects.attribution_over_time import attribution_over_time
from .effects.gate_experiments import Experiment, experiments, forgetting_intervention
from .effects.margin_curve import margin_curve
from .effects.run_difference import Difference, difference
from .effects.run_outcome import RunOutcome, run_outcome
from .effects.token_attribution import Attribution, attribution
from .effects.unit_ablation import ablation
from .effects.unit_effects import UnitEffects, unit_effects
from .gradients.flow import ExtremeRange, GradientFlow, gradient_flow
from .gradients.jacobians import hidden_jacobians, reach, step_jacobians
from .gradients.network_gradients import LayerGradients, gradient_by_layers, input_gradient
from .linalg.singular_values import largest_singular_values
from .memory.decomposition import KeptByGate, Memory, kept_by_gate, memory_of, memory_shares
from .memory.gated_states import gated_state, is_jacobian_of_gate, output_gating, writes_input_alone
from .memory.logit_contributions import (
    Contributions,
    ContributionsOverTime,
    contributions,
    contributions_over_time,
)
from .probes.class_probe import ClassProbe, class_probe
from .probes.control_task import Selectivity, control_targets, selectivity
from .probes.line_position import LineProbe, line_positions, line_probe
from .probes.linear_probe import LinearProbe, linear_probe
from .weights.gate_weights import GateWeights, weight_statistics, weights_by_gate
from .weights.model_comparison import ArrayDistance, Feature, ModelComparison, array_distance, compare_models
from .weights.weight_spectra import OriginStability, Spectrum, origin_stability, spectra

__all__ = [
    "Agreement",
    "ArrayDistance",
    "Attribution",
    "ClassProbe",
    "Components",
    "Contributions",
    "ContributionsOverTime",
    "Cost",
    "Difference",
    "Disagreement",
    "Experiment",
    "ExtremeRange",
    "Factor",
    "Feature",
    "FixedPoints",
    "GateWeights",
    "GatedState",
    "GradientFlow",
    "KeptByGate",
    "LayerGradients",
    "LineProbe",
    "LinearProbe",
    "Lyapunov",
    "MachineCheck",
    "Memory",
    "ModelComparison",
    "ModifierEffect",
    "OriginStability",
    "OutputGating",
    "RunOutcome",
    "Selectivity",
    "Spectrum",
    "StateMachine",
    "UnitEffects",
    "ablation",
    "agreement",
    "array_distance",
    "asked_steps",
    "attribution",
    "attribution_over_time",
    "class_probe",
    "compare_models",
    "components",
    "contributions",
    "contributions_over_time",
    "control_targets",
    "cost",
    "difference",
    "experiments",
    "fixed_points",
    "forgetting_intervention",
    "gated_state",
    "gradient_by_layers",
    "gradient_flow",
    "hidden_jacobians",
    "input_gradient",
    "is_jacobian_of_gate",
    "kept_by_gate",
    "largest_singular_values",
    "line_positions",
    "line_probe",
    "linear_probe",
    "lyapunov",
    "margin_curve",
    "memory_of",
    "memory_shares",
    "modifier_effect",
    "multiply_repeatedly",
    "origin_stability",
    "output_gating",
    "reach",
    "readout_direction",
    "run_outcome",
    "selectivity",
    "spectra",
    "state_machine",
    "step_jacobians",
    "unit_effects",
    "weight_statistics",
    "weights_by_gate",
    "writes_input_alone",
]
