"""Whether a network that reads characters knows where in the line it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from .linear_probe import LinearProbe, linear_probe


@dataclass(frozen=True)
class LineProbe:
    """A probe of the position in the line, and the samples that it was fitted on and tested with.

    Parameters
    ----------
    probe : LinearProbe
        The probe.
    positions : ndarray of shape (N,)
        The position of each sample: how many characters the line has so far, 0 at its end mark.
    held_out : ndarray of bool of shape (N,)
        Which samples were tested.
    characters : ndarray of int of shape (N,)
        Which character of the text each sample is.
    """

    probe: LinearProbe
    positions: Array
    held_out: Array
    characters: Array


def line_positions(text: str) -> Array:
    r"""Count the characters of the line so far, after each character of a text.

    Parameters
    ----------
    text : str
        A text of N characters.

    Returns
    -------
    ndarray of int of shape (N,)
        0 at the end of a line, and 1 at the first character after it.

    Examples
    --------
    >>> line_positions("ab\ncde").tolist()
    [1, 2, 0, 1, 2, 3]
    """
    at, ends = np.arange(len(text)), np.array([character == "\n" for character in text], bool)
    return at - np.maximum.accumulate(np.where(ends, at, -1))


def line_probe(model: Model, text: str, pieces: int = 24) -> LineProbe:
    """Probe the position in the line from what a network's first layer remembers.

    The text is cut into equal pieces, each read from the network's initial state. What comes before the first end of a
    line in a piece is left out: nobody could know the position there. The first half of the pieces is fitted, the
    second is held out. The state is the cell state, or the hidden state of a cell without one.

    Parameters
    ----------
    model : Model
        A model that reads characters.
    text : str
        A text with many lines, which the model has not been trained on.
    pieces : int, default 24
        The number of pieces, at least 2; characters that are left over are not read.

    Returns
    -------
    LineProbe
        The probe and its samples.

    Raises
    ------
    ArgumentError
        If the model does not read single characters of this text, or the text is too short.
    """
    inputs = model.vocabulary.encode(text).inputs
    steps = len(text) // max(pieces, 1)
    if model.vocabulary.kind != "characters" or len(inputs) != len(text) or pieces < 2 or steps < 1:
        raise ArgumentError(
            "The position in the line is probed in a text that is read by single characters, in at least two pieces.",
            code="not_characters",
            name="text",
        )
    record = model.network.forward(inputs[: steps * pieces].reshape(pieces, steps).T).records[0][0]
    state = record["cell" if "cell" in model.definition.states else "hidden"]  # (T, pieces, H)
    characters = np.arange(steps * pieces).reshape(pieces, steps).T
    positions = line_positions(text)[characters]
    known = np.maximum.accumulate(positions == 0, axis=0)
    held_out = np.broadcast_to(np.arange(pieces) >= pieces // 2, positions.shape)[known]
    probe = linear_probe(state[known], positions[known], held_out)
    return LineProbe(probe, positions[known], held_out, characters[known])
