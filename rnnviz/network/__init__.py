"""Networks: recurrent layers between an optional embedding and an optional readout."""

from .merging import MERGES
from .network import Network
from .run import DIRECTIONS, SUFFIXES, Edits, Masks, Run, States, reverse_if_backward, softmax

__all__ = [
    "DIRECTIONS",
    "MERGES",
    "SUFFIXES",
    "Edits",
    "Masks",
    "Network",
    "Run",
    "States",
    "reverse_if_backward",
    "softmax",
]
