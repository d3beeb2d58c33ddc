"""Networks: recurrent layers between an optional embedding and an optional readout."""

from .head import READINGS, Head, HeadLayer
from .merging import MERGES
from .network import Network
from .predictions import NO_PREDICTION, likeliest, output_name, predicted
from .run import DIRECTIONS, SUFFIXES, Edits, Masks, Run, States, reverse_if_backward, softmax

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
    "likeliest",
    "output_name",
    "predicted",
    "reverse_if_backward",
    "softmax",
]
