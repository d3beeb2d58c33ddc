"""Where states go: paths, points at which they settle, growth of small differences, machines."""

from .fixed_points import FixedPoints, fixed_points
from .lyapunov_exponents import Lyapunov, lyapunov
from .modifier_effect import ModifierEffect, modifier_effect
from .repeated_product import multiply_repeatedly
from .state_components import Components, components, readout_direction
from .state_machine import Disagreement, MachineCheck, StateMachine, state_machine

__all__ = [
    "Components",
    "Disagreement",
    "FixedPoints",
    "Lyapunov",
    "MachineCheck",
    "ModifierEffect",
    "StateMachine",
    "components",
    "fixed_points",
    "lyapunov",
    "modifier_effect",
    "multiply_repeatedly",
    "readout_direction",
    "state_machine",
]
