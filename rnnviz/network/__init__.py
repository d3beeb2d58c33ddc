"""Networks: recurrent layers between an optional embedding and an optional readout."""

from .network import Network
from .run import DIRECTIONS, SUFFIXES, Edits, Masks, Run, States, reverse_if_backward, softmax

__all__ = ["DIRECTIONS", "SUFFIXES", "Edits", "Masks", "Network", "Run", "States", "reverse_if_backward", "softmax"]
