"""Principal components of the hidden states of many runs: in how few directions the states differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError, ArrayError, UnknownNameError
from ...model import Model
from ...trace import Trace


@dataclass(frozen=True)
class Components:
    """The principal components of the hidden states of a layer.

    Parameters
    ----------
    mean : ndarray of shape (H,)
        The mean hidden state.
    directions : ndarray of shape (H, H)
        Orthonormal rows, the component of the largest variance first.
    variances : ndarray of shape (H,)
        The variance along each.
    steps : int
        The number of states.
    """

    mean: Array
    directions: Array
    variances: Array
    steps: int

    @property
    def shares(self) -> Array:
        """The share of the variance that is along each component, of shape (H,); zeros if the states never differ."""
        total = self.variances.sum()
        return self.variances / total if total > 0 else np.zeros_like(self.variances)

    @property
    def participation_ratio(self) -> float:
        """The effective number of components: (sum of the variances)^2 / sum of their squares; from 1 to H.

        0 if the states never differ (Gao et al. 2017).
        """
        squares = (self.variances**2).sum()
        return float(self.variances.sum() ** 2 / squares) if squares > 0 else 0.0

    def project(self, hidden: Array, count: int = 2) -> Array:
        """Find where hidden states lie along the first components.

        Parameters
        ----------
        hidden : ndarray of shape (..., H)
            Hidden states of this layer.
        count : int, default 2
            K, the number of components; where there are fewer, the other coordinates are 0.

        Returns
        -------
        ndarray of shape (..., K)
            The coordinates, with the mean state at zero.

        Raises
        ------
        ArrayError
            If the states have another size.
        """
        if hidden.shape[-1] != len(self.mean):
            raise ArrayError(
                f"The hidden states have shape {hidden.shape}; expected (..., {len(self.mean)}).",
                code="shape", name="hidden", shape=hidden.shape, expected=len(self.mean),
            )  # fmt: skip
        places = (hidden - self.mean) @ self.directions[:count].T
        return np.pad(places, [(0, 0)] * (places.ndim - 1) + [(0, count - places.shape[-1])])

    def turn(self, vector: Array) -> Array:
        """Find the components of a direction, such as a readout's.

        Parameters
        ----------
        vector : ndarray of shape (H,)
            A direction of any length but 0.

        Returns
        -------
        ndarray of shape (H,)
            The cosines of its angles to all components; their squares add up to 1.
        """
        return self.directions @ (vector / np.linalg.norm(vector))

    def pointing_along(self, vector: Array) -> Components:
        """Turn those components around that point against a direction; which end of one is positive is arbitrary.

        Parameters
        ----------
        vector : ndarray of shape (H,)
            A direction.

        Returns
        -------
        Components
            The same components.
        """
        signs = np.where(self.directions @ vector < 0, -1.0, 1.0)
        return replace(self, directions=self.directions * signs[:, None])


def components(traces: Sequence[Trace], layer: int = 0, direction: str = "forward") -> Components:
    """Compute the principal components of the hidden states of runs.

    Every step of every run counts the same.

    Parameters
    ----------
    traces : sequence of Trace
        Runs with at least two steps together.
    layer : int, default 0
        The layer, counted from 0.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    Components
        The components, in float64. Of each, the largest entry is positive.

    Raises
    ------
    ArgumentError
        If there are fewer than two steps.
    UnknownQuantityError
        If a trace has no such layer or direction.

    References
    ----------
    .. [1] P. Gao, E. Trautmann, B. Yu, G. Santhanam, S. Ryu, K. Shenoy and S. Ganguli, "A theory of multineuronal
       dimensionality, dynamics and measurement", bioRxiv 214262, 2017.

    Examples
    --------
    >>> import rnnviz
    >>> model = rnnviz.load("reviews-gru")
    >>> bool(components([model.trace(text) for text in model.card["examples"]]).shares[0] > 0.8)
    True
    """
    states = [trace["hidden", layer, direction] for trace in traces]
    if sum(map(len, states)) < 2:
        raise ArgumentError("Components need at least two states.", code="too_few", name="traces", value=len(traces))
    hidden = np.concatenate(states).astype(np.float64)
    moved = hidden - hidden[0]  # exactly zero for a unit that never changes, of which the mean would be rounded
    mean = moved.mean(axis=0)
    moved -= mean
    return principal_components(hidden[0] + mean, moved.T @ moved / (len(hidden) - 1), len(hidden))


def principal_components(mean: Array, covariance: Array, steps: int) -> Components:
    """Compute the principal components of states from their covariance.

    Parameters
    ----------
    mean : ndarray of float64 of shape (H,)
        The mean state.
    covariance : ndarray of float64 of shape (H, H)
        The covariance.
    steps : int
        The number of states.

    Returns
    -------
    Components
        The components. Of each, the largest entry is positive.
    """
    variances, vectors = np.linalg.eigh(covariance)
    directions = vectors[:, ::-1].T
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    return Components(mean, directions * np.sign(largest), np.maximum(variances[::-1], 0.0), steps)


def readout_direction(
    model: Model, label: str, other: str | None = None, layer: int = 0, direction: str = "forward"
) -> Array:
    """Find the direction of the hidden states in which one logit gains most on another.

    Parameters
    ----------
    model : Model
        A model whose readout reads the hidden states of its top layer directly, and at every step.
    label : str
        One of its labels.
    other : str or None, default None
        The label that it gains on; None for the mean of all others.
    layer : int, default 0
        The layer, counted from 0, which must be the top one.
    direction : {"forward", "backward"}, default "forward"
        The direction of the layer.

    Returns
    -------
    ndarray of shape (H,)
        A difference of rows of the readout's weights; the row of the label itself, if it is the only one.

    Raises
    ------
    ArgumentError
        If the readout does not read this layer directly.
    UnknownNameError
        If there is no such label.
    """
    network = model.network
    is_top = layer == len(network.layers) - 1
    is_product = is_top and network.merge == "mul" and len(network.layers[layer]) > 1
    if network.readout_weight is None or not network.reads_directly or not is_top or is_product:
        raise ArgumentError(
            "This layer's hidden states have no direction of the readout: the readout does not read them directly.",
            code="not_direct", name="layer", value=layer,
        )  # fmt: skip
    column = network.directions_by_layer[layer].index(direction) if network.merge == "concat" else 0
    size = network.cell(layer, direction).units("hidden")
    rows = network.readout_weight[:, column * size : (column + 1) * size].astype(np.float64)
    number = _label_number(model, label)
    if len(rows) == 1:
        return rows[0]
    if other is not None:
        return rows[number] - rows[_label_number(model, other)]
    return rows[number] - np.delete(rows, number, axis=0).mean(axis=0)


def _label_number(model: Model, label: str) -> int:
    if label in model.labels:
        return model.labels.index(label)
    raise UnknownNameError(
        f"There is no label {label!r}; the model has {', '.join(model.labels)}.",
        kind="output", name=label, allowed=tuple(model.labels),
    )  # fmt: skip
