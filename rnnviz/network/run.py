"""What one run through a network records, and the names of directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..cells import Edit, Record
from ..cells.activations import Array

DIRECTIONS = ("forward", "backward")
SUFFIXES = {"forward": "", "backward": "_reverse"}  # of the names of arrays

States = list[list[dict[str, Array]]]  # by layer and direction
Edits = Mapping[tuple[int, str], Sequence[Edit]]  # by layer and direction


@dataclass
class Run:
    """Everything that one run through a network of T steps computed.

    Parameters
    ----------
    ids : ndarray
        The token ids, or the vectors where there is no embedding.
    inputs : ndarray of shape (T, D) or (T, B, D)
        What the first layer read.
    records : list of list of Record
        By layer and direction. Those of the backward direction are in the order in which it read, last token first.
    top : ndarray of shape (T, N) or (T, B, N)
        What the head read of the top layer, after every step.
    logits : ndarray of shape (T, C) or (T, B, C), or None
        What the readout computed; None without a readout.
    """

    ids: Array
    inputs: Array
    records: list[list[Record]]
    top: Array
    logits: Array | None

    @property
    def final(self) -> States:
        """The states after the last step, by layer and direction: the `initial` of a run that continues."""
        return [[record.final for record in layer] for layer in self.records]


@dataclass
class Masks:
    """Dropout for one training run.

    Parameters
    ----------
    inputs : ndarray of shape (T, B, D)
        Factors for what the first layer reads.
    top : ndarray of shape (T, B, N)
        Factors for what the readout reads.
    """

    inputs: Array
    top: Array


def reverse_if_backward(values: Array, direction: str) -> Array:
    """Bring values from the order of the text to that in which a direction reads, or back.

    Parameters
    ----------
    values : ndarray of shape (T, ...)
        Values by step.
    direction : {"forward", "backward"}
        The direction.

    Returns
    -------
    ndarray of shape (T, ...)
        A view, last step first for the backward direction.
    """
    return values if direction == "forward" else values[::-1]


def softmax(logits: Array) -> Array:
    """Compute probabilities from logits.

    Parameters
    ----------
    logits : ndarray of shape (..., C)
        Logits.

    Returns
    -------
    ndarray of shape (..., C)
        Values in (0, 1) that add up to 1 along the last axis.
    """
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
