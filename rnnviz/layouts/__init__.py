"""How others lay out recurrent layers: their names, their orders of gates, their orientation, and the way to ours."""

from .build import Built, Mapped, build
from .live import keras_stacks, torch_stacks
from .stack import Fact, Readout, Source, Stack, one_of

__all__ = [
    "Built",
    "Fact",
    "Mapped",
    "Readout",
    "Source",
    "Stack",
    "build",
    "keras_stacks",
    "one_of",
    "torch_stacks",
]
