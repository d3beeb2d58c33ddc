"""The weights of a cell, gate by gate.

Everything follows from the cell's `rows`, `parameters` and `definition`, so that a new kind of cell needs no code here.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...cells import Cell, Quantity
from ...cells.activations import Array
from ...network import Network
from ...network.parameter_names import name_suffix

if TYPE_CHECKING:
    import pandas as pd

MATRICES = ("weight_ih", "weight_hh")
BIASES = ("bias_ih", "bias_hh")


@dataclass(frozen=True)
class GateWeights:
    """The rows of one gate (or candidate, or state that has rows of its own), with H units and D inputs.

    Parameters
    ----------
    gate : Quantity
        What these rows compute.
    input : ndarray of shape (H, D)
        Weights by unit and input; a view of the cell's own array.
    recurrent : ndarray of shape (H, H)
        Weights by unit and unit of the old hidden state; a view of the cell's own array.
    bias : ndarray of shape (H,)
        bias_ih + bias_hh where the cell adds the two, otherwise bias_ih alone.
    recurrent_bias : ndarray of shape (H,) or None
        bias_hh where a gate multiplies it before it is added (the candidate of a GRU with ``reset="after"``); None
        where the two biases are added.
    more : dict of str to ndarray
        Rows of any further parameter that has rows for every gate, by its name.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    bias: Array
    recurrent_bias: Array | None = None
    more: dict[str, Array] = field(default_factory=dict)

    @property
    def biases(self) -> dict[str, Array]:
        """The biases, (H,) each, by their titles: "bias", and "recurrent bias" where it is separate."""
        return {"bias": self.bias} | ({} if self.recurrent_bias is None else {"recurrent bias": self.recurrent_bias})


def cells_of(network: Network) -> Iterator[tuple[int, str, Cell]]:
    """Yield every cell with its layer and its direction, from the bottom up."""
    for layer in range(len(network.layers)):
        for direction in network.directions_by_layer[layer]:
            yield layer, direction, network.cell(layer, direction)


def weights_by_gate(cell: Cell) -> tuple[GateWeights, ...]:
    """Split the weights of a cell into those of each gate.

    Parameters
    ----------
    cell : Cell
        A cell.

    Returns
    -------
    tuple of GateWeights
        In the order of the cell's rows.
    """
    gates, adds, named = [], _recurrent_bias_is_added(cell), {*MATRICES, *BIASES}
    for name in cell.rows:
        blocks = gate_blocks(cell, name)
        together = bool(adds[cell.row(name)].all())
        gates.append(
            GateWeights(
                gate=cell.definition.by_name[name],
                input=blocks["weight_ih"],
                recurrent=blocks["weight_hh"],
                bias=blocks["bias_ih"] + blocks["bias_hh"] if together else blocks["bias_ih"],
                recurrent_bias=None if together else blocks["bias_hh"],
                more={key: block for key, block in blocks.items() if key not in named},
            )
        )
    return tuple(gates)


def gate_blocks(cell: Cell, gate: str) -> dict[str, Array]:
    """A gate's rows of every parameter that has rows for all gates, by the parameter's name."""
    stacked = len(cell.rows) * cell.hidden_size
    return {name: array[cell.row(gate)] for name, array in cell.parameters.items() if len(array) == stacked}


def weight_statistics(network: Network, *, by_gate: bool = False) -> pd.DataFrame:
    """Summarise every array of a network in a few numbers.

    Parameters
    ----------
    network : Network
        A network.
    by_gate : bool, default False
        Split the arrays of the recurrent layers into the rows of each gate.

    Returns
    -------
    DataFrame
        One row for each array, or for each gate's rows of it. Columns:

        - ``array``: the name in `Network.parameters`.
        - ``gate``: the gate that the rows belong to, "" for a whole array.
        - ``shape``, ``elements``: the shape and the number of elements.
        - ``norm``: the root of the sum of squares.
        - ``mean``, ``std``: mean and standard deviation.
        - ``largest``: the largest absolute value.
        - ``zeros``: the share of elements that are exactly 0, from 0 to 1.
        - ``finite``: whether no element is NaN or infinite.
    """
    import pandas as pd

    rows = []
    for name, gate, array in _parts(network, by_gate):
        values = array.astype(np.float64).reshape(-1)
        rows.append(
            {
                "array": name,
                "gate": gate,
                "shape": array.shape,
                "elements": array.size,
                "norm": euclidean_norm(values),
                "mean": float(values.mean()),
                "std": float(values.std()),
                "largest": float(np.abs(values).max()),
                "zeros": float((values == 0).mean()),
                "finite": bool(np.isfinite(values).all()),
            }
        )
    return pd.DataFrame(rows)


def euclidean_norm(values: Array) -> float:
    """The root of the sum of squares, also of values whose squares overflow or underflow."""
    most = float(np.abs(values).max(initial=0.0))
    return most if most == 0 or not np.isfinite(most) else most * float(np.sqrt(np.square(values / most).sum()))


def _parts(network: Network, by_gate: bool) -> Iterator[tuple[str, str, Array]]:
    """Name, gate and elements of every array, or of every gate's rows of it."""
    split: dict[str, list[tuple[str, Array]]] = {}
    for layer, direction, cell in cells_of(network) if by_gate else ():
        for gate in cell.rows:
            for name, block in gate_blocks(cell, gate).items():
                split.setdefault(array_name(name, layer, direction), []).append((gate, block))
    for name, array in network.parameters.items():
        for gate, block in split.get(name, [("", array)]):
            yield name, gate, block


def array_name(parameter: str, layer: int, direction: str) -> str:
    """The name that a network gives a parameter of one of its cells: "rnn.weight_ih_l0_reverse"."""
    return f"rnn.{parameter}{name_suffix(layer, direction)}"


def _recurrent_bias_is_added(cell: Cell) -> Array:
    """(G*H,): whether bias_hh is simply added to the sums. Asks the cell itself, with ones in place of bias_hh."""
    probe = copy(cell)
    probe.bias_ih, probe.bias_hh = np.zeros_like(cell.bias_ih), np.ones_like(cell.bias_hh)
    return probe.input_bias() != 0
