"""Networks: recurrent layers between an optional embedding and an optional readout."""

from .network import Network
from .run import DIRECTIONS, SUFFIXES, Edits, Masks, Run, States, in_order, softmax

__all__ = ["DIRECTIONS", "SUFFIXES", "Edits", "Masks", "Network", "Run", "States", "in_order", "softmax"]
