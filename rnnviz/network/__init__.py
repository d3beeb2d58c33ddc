"""Networks: recurrent layers between an optional embedding and an optional readout."""

from .head import READINGS, Head, HeadLayer
from .merging import MERGES
from .network import Network
from .predictions import NO_PREDICTION, likeliest, output_name, predicted
from .run import DIRECTIONS, SUFFIXES, Edits, Masks, Run, States, reverse_if_backward, softmax
from .starting_states import can_begin_after, check_states, zero_states

__all__ = [
    "DIRECTIONS",
    "MERGES",
    "NO_PREDICTION",
    "READINGS",
    "SUFFIXES",
    "Edits",
    "Head",
    "HeadLayer",
    "Masks",
    "Network",
    "Run",
    "States",
    "can_begin_after",
    "check_states",
    "likeliest",
    "output_name",
    "predicted",
    "reverse_if_backward",
    "softmax",
    "zero_states",
]
