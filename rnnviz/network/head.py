"""The head of a network: which states its readout reads, what is between them and it, and what becomes of its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cells.activations import ACTIVATION_KINDS, Array, activation
from ..errors import ArgumentError, UnknownNameError
from .merging import merge_directions, split_gradient
from .run import softmax

SOFTMAX, SIGMOID, LINEAR = "softmax", "sigmoid", "linear"
EVERY_STEP, LAST_STEP, LAST_STATES, SUM, MEAN, MAX = "every step", "last step", "last states", "sum", "mean", "max"
READINGS = {
    EVERY_STEP: "the hidden state of every step",
    LAST_STEP: "the hidden state of the last step",
    LAST_STATES: "the last state of each direction; for the backward one, that at the first step",
    SUM: "the sum of the hidden states over time",
    MEAN: "the mean of the hidden states over time",
    MAX: "the largest value of each unit over time",
}


@dataclass(frozen=True, eq=False)
class HeadLayer:
    """A linear layer with an activation, between the hidden states and the readout.

    Parameters
    ----------
    weight : ndarray of shape (K, N)
        The weights.
    bias : ndarray of shape (K,)
        The biases.
    activation : str, default "linear"
        The name of an activation, as `rnnviz.cells.activations.activation` reads it.
    """

    weight: Array
    bias: Array
    activation: str = LINEAR

    def __call__(self, read: Array) -> Array:
        """The values (..., K) for values (..., N)."""
        sums = read @ self.weight.T + self.bias
        return sums if self.activation == LINEAR else activation(self.activation)(sums).astype(sums.dtype)


@dataclass(frozen=True)
class Head:
    """How a network comes from hidden states to its answer.

    Parameters
    ----------
    activation : str, default "softmax"
        What is applied to the sums of the readout: "softmax", or an activation such as "sigmoid" or "linear".
    reading : str, default "every step"
        A key of `READINGS`: which hidden states it reads.
    layers : tuple of HeadLayer, default ()
        Layers between them and the readout, from below.

    Raises
    ------
    UnknownNameError
        If there is no such activation or reading.

    Notes
    -----
    A network that is asked about a whole sequence gives one answer. Here it is given after every step, as if the text
    ended there, so that row t of the outputs rests on the steps up to t: a sum, mean or maximum over time is that of
    the steps so far. The last row is the network's own answer. A backward direction has read the whole text at every
    step, from its end.
    """

    activation: str = SOFTMAX
    reading: str = EVERY_STEP
    layers: tuple[HeadLayer, ...] = ()

    def __post_init__(self) -> None:
        if self.reading not in READINGS:
            raise UnknownNameError(
                f"A readout reads {', '.join(map(repr, READINGS))}, not {self.reading!r}.",
                code="unknown", kind="reading", name=self.reading, allowed=tuple(READINGS),
            )  # fmt: skip
        if self.activation != SOFTMAX:
            check_activation(self.activation)
        for layer in self.layers:
            check_activation(layer.activation)

    def to_json(self) -> dict[str, Any]:
        """Write everything but the arrays as plain JSON data.

        Returns
        -------
        dict
            The activation and the reading, and the activations of the layers if there are any.
        """
        layers = {"layers": [layer.activation for layer in self.layers]} if self.layers else {}
        return {"activation": self.activation, "reading": self.reading, **layers}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], parameters: Mapping[str, Array]) -> Head:
        """Read a head from JSON data.

        Parameters
        ----------
        data : mapping
            What `to_json` gives; what is missing has its default.
        parameters : mapping of str to ndarray
            The arrays of the network, among them "head.0.weight" and "head.0.bias" for the first of the layers.

        Returns
        -------
        Head
            The head.

        Raises
        ------
        UnknownNameError
            If there is no such activation or reading, or an array is missing.
        """
        layers = []
        for k, name in enumerate(data.get("layers", ())):
            for array in (f"head.{k}.weight", f"head.{k}.bias"):
                if array not in parameters:
                    raise UnknownNameError(
                        f"The array {array!r} is missing.",
                        code="missing", kind="array", name=array, allowed=tuple(parameters),
                    )  # fmt: skip
            layers.append(HeadLayer(parameters[f"head.{k}.weight"], parameters[f"head.{k}.bias"], name))
        return cls(data.get("activation", SOFTMAX), data.get("reading", EVERY_STEP), tuple(layers))

    @property
    def is_distribution(self) -> bool:
        """Whether the outputs are probabilities that add up to 1."""
        return self.activation == SOFTMAX

    def reads_directly(self, directions: Sequence[str]) -> bool:
        """Tell whether row t of the readout's sums is a linear function of the hidden states at step t alone.

        Parameters
        ----------
        directions : sequence of str
            The directions of the top layer.

        Returns
        -------
        bool
            False for what is pooled over time, and for a head of several layers.
        """
        return not self.layers and (self.reading in (EVERY_STEP, LAST_STEP) or self._is_forward(directions))

    def _is_forward(self, directions: Sequence[str]) -> bool:
        """Whether the last states are those of one forward direction, which has them at the last step."""
        return self.reading == LAST_STATES and tuple(directions) == ("forward",)

    def read(self, hidden: Sequence[Array], directions: Sequence[str], merge: str) -> Array:
        """Gather what the first layer of the head reads, after every step.

        Parameters
        ----------
        hidden : sequence of ndarray of shape (T, ..., H)
            The hidden states of the top layer's directions, in the order of the text.
        directions : sequence of str
            Its directions.
        merge : str
            How they become one vector, see `merging.merge_directions`.

        Returns
        -------
        ndarray of shape (T, ..., N)
            The vectors.
        """
        if self.reading == LAST_STATES:
            hidden = _last_read(hidden, directions)
        merged = merge_directions(hidden, merge)
        match self.reading:
            case "sum":
                return np.cumsum(merged, axis=0, dtype=merged.dtype)
            case "mean":
                return np.cumsum(merged, axis=0, dtype=merged.dtype) / _counts(merged)
            case "max":
                return np.maximum.accumulate(merged, axis=0)
        return np.ascontiguousarray(merged) if self.reading == LAST_STATES else merged

    def read_back(self, d_read: Array, hidden: Sequence[Array], directions: Sequence[str], merge: str) -> list[Array]:
        """Carry a gradient by what `read` returned back to the hidden states.

        Parameters
        ----------
        d_read : ndarray of shape (T, ..., N)
            The gradient.
        hidden : sequence of ndarray of shape (T, ..., H)
            The hidden states that `read` was given.
        directions : sequence of str
            Their directions.
        merge : str
            How they become one vector.

        Returns
        -------
        list of ndarray of shape (T, ..., H)
            The gradients by the hidden states of each direction.
        """
        d_merged = d_read
        if self.reading in (SUM, MEAN):
            shares = d_read / _counts(d_read) if self.reading == MEAN else d_read
            d_merged = np.cumsum(shares[::-1], axis=0, dtype=d_read.dtype)[::-1]
        elif self.reading == MAX:
            merged = merge_directions(hidden, merge)
            # The step that holds the largest value so far gets the gradient: the first of several.
            record = np.ones(merged.shape, bool)
            record[1:] = merged[1:] > np.maximum.accumulate(merged, axis=0)[:-1]
            steps = np.arange(len(merged)).reshape(-1, *[1] * (merged.ndim - 1))
            holder = np.maximum.accumulate(np.where(record, steps, 0), axis=0)
            d_merged = np.zeros_like(d_read)
            np.add.at(d_merged, (holder, *np.indices(merged.shape)[1:]), d_read)
        if self.reading != LAST_STATES:
            return split_gradient(d_merged, hidden, merge)
        gradients = []
        split = split_gradient(d_merged, _last_read(hidden, directions), merge)
        for direction, gradient in zip(directions, split, strict=True):
            if direction == "backward":
                at_first = np.zeros_like(gradient)
                at_first[0] = gradient.sum(0)
                gradient = at_first
            gradients.append(gradient)
        return gradients

    def inner(self, read: Array) -> list[Array]:
        """Compute the values of every layer between what is read and the readout.

        Parameters
        ----------
        read : ndarray of shape (..., N)
            What `read` returned.

        Returns
        -------
        list of ndarray
            `read` itself, and the values of each layer; the readout reads the last.
        """
        values = [read]
        for layer in self.layers:
            values.append(layer(values[-1]))
        return values

    def inner_back(self, d_top: Array, values: Sequence[Array]) -> tuple[Array, list[tuple[Array, Array]]]:
        """Carry a gradient through the layers between the readout and what is read.

        Parameters
        ----------
        d_top : ndarray of shape (..., K)
            The gradient by what the readout reads.
        values : sequence of ndarray
            What `inner` returned.

        Returns
        -------
        d_read : ndarray of shape (..., N)
            The gradient by what is read.
        parameters : list of tuple of ndarray
            For each layer from below, the gradients by weight and bias.
        """
        parameters = []
        for layer, below in zip(reversed(self.layers), reversed(values[:-1]), strict=True):
            if layer.activation != LINEAR:
                sums = below @ layer.weight.T + layer.bias
                d_top = (d_top * activation(layer.activation).slope(sums)).astype(d_top.dtype)
            axes = tuple(range(d_top.ndim - 1))
            parameters.append((np.tensordot(d_top, below, axes=(axes, axes)), d_top.sum(axes)))
            d_top = d_top @ layer.weight
        return d_top, parameters[::-1]

    def outputs(self, logits: Array) -> Array:
        """Apply the activation to the sums of the readout.

        Parameters
        ----------
        logits : ndarray of shape (..., C)
            The sums.

        Returns
        -------
        ndarray of shape (..., C)
            What the network answers.
        """
        if self.activation == SOFTMAX:
            return softmax(logits)
        if self.activation == LINEAR:
            return logits
        return activation(self.activation)(logits).astype(logits.dtype)


def check_activation(name: str) -> None:
    """Check that a head can have an activation.

    Parameters
    ----------
    name : str
        Its name.

    Raises
    ------
    UnknownNameError
        If there is none of this name.
    """
    try:
        activation(name)
    except (UnknownNameError, ArgumentError) as error:
        raise UnknownNameError(
            f"The outputs of a readout cannot have the activation {name[:60]!r}; they can have {SOFTMAX}, "
            f"{', '.join(ACTIVATION_KINDS)}.",
            code="unknown", kind="activation", name=name, allowed=(SOFTMAX, *ACTIVATION_KINDS),
        ) from error  # fmt: skip


def _last_read(hidden: Sequence[Array], directions: Sequence[str]) -> list[Array]:
    """The last state of each direction by each step; a backward one has read the whole text, to its start."""
    return [
        np.broadcast_to(states[:1], states.shape) if direction == "backward" else states
        for direction, states in zip(directions, hidden, strict=True)
    ]


def _counts(values: Array) -> Array:
    """How many steps there are up to each, in the shape of the values' time axis."""
    counts: Array = np.arange(1, len(values) + 1, dtype=values.dtype).reshape(-1, *[1] * (values.ndim - 1))
    return counts
