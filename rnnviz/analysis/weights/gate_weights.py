"""The weights themselves, gate by gate: what a cell has learned, before it has read anything.

All of it is read off what the cell says of itself (`rows`, `parameters`, `definition`), so that a new kind of cell
needs no line here.
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
    """The rows of one gate (or candidate, or state that is computed like one), H units reading D numbers.

    gate: what these rows compute. input: (H, D), by [unit, number of the input]. recurrent: (H, H), by [unit, unit of
    the old hidden state]. These two are views of the cell's own arrays. bias: (H,), bias_ih + bias_hh where the two
    add up, else bias_ih alone; recurrent_bias is then bias_hh, which a gate is multiplied with before it is added (the
    candidate's in a GRU with reset="after"), and None where they add up. more: rows of any further parameter that has
    some for every gate, by its name.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    bias: Array
    recurrent_bias: Array | None = None
    more: dict[str, Array] = field(default_factory=dict)

    @property
    def biases(self) -> dict[str, Array]:
        """The biases (H,) by what they are called: "bias", and "recurrent bias" if it stands apart."""
        return {"bias": self.bias} | ({} if self.recurrent_bias is None else {"recurrent bias": self.recurrent_bias})


def cell_of(network: Network, layer: int = 0, direction: str = "forward") -> Cell:
    """The cell of a layer, counted from 0, in a direction. Raises ValueError if the network has no such cell."""
    if not 0 <= layer < len(network.layers):
        raise ValueError(f"there is no layer {layer}; the network has {len(network.layers)}, counted from 0")
    directions = network.directions_by_layer[layer]
    if direction not in directions:
        raise ValueError(f"layer {layer} has no direction {direction!r}; it reads {' and '.join(directions)}")
    return network.cell(layer, direction)


def cells_of(network: Network) -> Iterator[tuple[int, str, Cell]]:
    """Every cell with its layer and its direction, from the bottom up."""
    for layer in range(len(network.layers)):
        for direction in network.directions_by_layer[layer]:
            yield layer, direction, cell_of(network, layer, direction)


def gates_of(cell: Cell) -> tuple[GateWeights, ...]:
    """The weights of each gate of a cell, in the order of its rows."""
    found, adds, outside = [], _recurrent_bias_adds(cell), {*MATRICES, *BIASES}
    for name in cell.rows:
        rows = cell.row(name)
        blocks = blocks_of(cell, name)
        together = bool(adds[rows].all())
        found.append(
            GateWeights(
                gate=cell.definition.by_name[name],
                input=blocks["weight_ih"],
                recurrent=blocks["weight_hh"],
                bias=blocks["bias_ih"] + blocks["bias_hh"] if together else blocks["bias_ih"],
                recurrent_bias=None if together else blocks["bias_hh"],
                more={key: block for key, block in blocks.items() if key not in outside},
            )
        )
    return tuple(found)


def blocks_of(cell: Cell, gate: str) -> dict[str, Array]:
    """A gate's rows of every parameter that has rows for all gates, by the parameter's name."""
    stacked = len(cell.rows) * cell.hidden_size
    return {name: array[cell.row(gate)] for name, array in cell.parameters.items() if len(array) == stacked}


def statistics(network: Network, *, by_gate: bool = False) -> pd.DataFrame:
    """What can be said of every array of a network in a few numbers.

    by_gate: take the arrays of the recurrent layers apart into the rows of each gate.

    Columns: array, its name in `Network.parameters`; gate, whose rows these are ("" for a whole array); shape; numbers,
    how many; norm, the root of the sum of squares; mean and std; largest, the largest absolute value; zeros, the share
    of numbers that are exactly 0, from 0 to 1; finite, whether it is free of NaN and infinities.
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
                "numbers": array.size,
                "norm": norm(values),
                "mean": float(values.mean()),
                "std": float(values.std()),
                "largest": float(np.abs(values).max()),
                "zeros": float((values == 0).mean()),
                "finite": bool(np.isfinite(values).all()),
            }
        )
    return pd.DataFrame(rows)


def norm(values: Array) -> float:
    """The root of the sum of squares, of numbers so large or so small that their squares are none as well."""
    most = float(np.abs(values).max(initial=0.0))
    return most if most == 0 or not np.isfinite(most) else most * float(np.sqrt(np.square(values / most).sum()))


def _parts(network: Network, by_gate: bool) -> Iterator[tuple[str, str, Array]]:
    """Name, gate and numbers of every array, or of every gate's rows of it."""
    split: dict[str, list[tuple[str, Array]]] = {}
    for layer, direction, cell in cells_of(network) if by_gate else ():
        for gate in cell.rows:
            for name, block in blocks_of(cell, gate).items():
                split.setdefault(array_name(name, layer, direction), []).append((gate, block))
    for name, array in network.parameters.items():
        for gate, block in split.get(name, [("", array)]):
            yield name, gate, block


def array_name(parameter: str, layer: int, direction: str) -> str:
    """What a network calls a parameter of one of its cells: "rnn.weight_ih_l0_reverse"."""
    return f"rnn.{parameter}{name_suffix(layer, direction)}"


def _recurrent_bias_adds(cell: Cell) -> Array:
    """(G*H,) whether bias_hh is simply added to the sums. Asked of the cell itself, with ones in place of bias_hh."""
    probe = copy(cell)
    probe.bias_ih, probe.bias_hh = np.zeros_like(cell.bias_ih), np.ones_like(cell.bias_hh)
    return probe.input_bias() != 0
