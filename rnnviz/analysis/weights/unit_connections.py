"""What one unit is connected to: the tokens and units that drive it, and the labels that it speaks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cells.activations import Array
from ...errors import ArgumentError
from ...model import Model
from .gate_weights import weights_by_gate


@dataclass(frozen=True)
class UnitConnections:
    """The weights to and from a unit.

    Parameters
    ----------
    row : str
        The quantity that the row of weights computes: the one asked about, or what is written into that state.
    tokens : ndarray of shape (V,) or None
        What each token's vector adds to the unit's sum; None above the first layer, and for vectors.
    inputs : ndarray of shape (D,)
        The weights for what the layer reads.
    recurrent : ndarray of shape (H,)
        The weights for the old hidden state.
    answers : ndarray of shape (C,) or None
        What one unit of its hidden state adds to each logit; None where the readout does not read it directly.
    """

    row: str
    tokens: Array | None
    inputs: Array
    recurrent: Array
    answers: Array | None


def unit_connections(
    model: Model, unit: int, quantity: str = "hidden", layer: int = 0, direction: str = "forward"
) -> UnitConnections:
    """Look up what drives a unit, and what it does to the answer.

    Parameters
    ----------
    model : Model
        A model.
    unit : int
        The unit, counted from 0.
    quantity : str, default "hidden"
        The quantity. A state without a row of weights of its own has that of the candidate, which is written into it.
    layer : int, default 0
        The layer.
    direction : {"forward", "backward"}, default "forward"
        The direction.

    Returns
    -------
    UnitConnections
        The weights.

    Raises
    ------
    UnknownNameError
        If there is no such layer or direction.
    ArgumentError
        If there is no such unit or quantity.

    Examples
    --------
    >>> import rnnviz
    >>> unit_connections(rnnviz.load("counter-lstm"), 3).row
    'candidate'
    """
    network, cell = model.network, model.network.cell(layer, direction)
    if quantity not in cell.definition.by_name:
        raise ArgumentError(f"A {cell.title} has no {quantity!r}.", code="quantity", name="quantity", value=quantity)
    if not 0 <= unit < cell.units(quantity):
        raise ArgumentError(
            f"There is no unit {unit}; {quantity} has units 0 to {cell.units(quantity) - 1}.",
            code="out_of_range", name="unit", value=unit, allowed=(0, cell.units(quantity) - 1),
        )  # fmt: skip
    gates = {weights.gate.name: weights for weights in weights_by_gate(cell)}
    written = [name for name in gates if cell.definition.by_name[name].role == "candidate"]
    row = quantity if quantity in gates else next(iter(written), next(iter(gates)))
    weights = gates[row]
    if unit >= len(weights.input):  # a projected state has fewer units, and no row of its own
        raise ArgumentError(f"Unit {unit} has no row.", code="out_of_range", name="unit", value=unit)
    tokens = None
    if layer == 0 and network.embedding is not None:
        tokens = network.embedding @ weights.input[unit]
    return UnitConnections(
        row, tokens, weights.input[unit], weights.recurrent[unit], _answers(model, unit, layer, direction)
    )


def _answers(model: Model, unit: int, layer: int, direction: str) -> Array | None:
    """The readout's weights for a unit of the top layer, where it reads hidden states and nothing between."""
    network = model.network
    top = layer == len(network.layers) - 1
    if network.readout_weight is None or not top or network.head.layers:
        return None
    directions = network.directions_by_layer[layer]
    size = network.cell(layer, direction).units("hidden")
    if unit >= size or (len(directions) > 1 and network.merge not in ("concat", "sum")):
        return None
    offset = size * directions.index(direction) if network.merge == "concat" else 0
    return np.asarray(network.readout_weight[:, offset + unit])
