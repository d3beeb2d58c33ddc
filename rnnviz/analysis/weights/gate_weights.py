"""The weights of a cell, gate by gate.

Everything follows from the cell's `rows`, `parameters` and `definition`, so that a new kind of cell needs no code here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...cells import Cell, Definition, Quantity
from ...cells.activations import Array
from ...cells.expressions import Expression, Value
from ...cells.gated_equations import hidden_projection
from ...cells.weight_nodes import Diagonal, Matrix
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
    recurrent : ndarray of shape (H, H), or (H, P) where the hidden state has P units
        Weights by unit and unit of what `recurrent_of` names; a view of the cell's own array. A diagonal matrix where
        each unit sees itself alone, and zeros where the gate does not see the state.
    bias : ndarray of shape (H,)
        The sum of the biases that the cell adds, bias_ih + bias_hh in most cells; zeros if there are none.
    recurrent_bias : ndarray of shape (H,) or None
        bias_hh where a gate multiplies it before it is added (the candidate of a GRU with ``reset="after"``); None
        where the two biases are added.
    more : dict of str to ndarray
        Rows of any further parameter that has rows for this gate, by its name.
    recurrent_of : str, default "old hidden state"
        What the recurrent weights are applied to; "" for a gate without any.
    """

    gate: Quantity
    input: Array
    recurrent: Array
    bias: Array
    recurrent_bias: Array | None = None
    more: dict[str, Array] = field(default_factory=dict)
    recurrent_of: str = "old hidden state"

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
    gates, named = [], {*MATRICES, *BIASES}
    for name in cell.rows:
        blocks = gate_blocks(cell, name)
        added = [bias.parameter for bias in cell.plan.biases(name)]
        gates.append(
            GateWeights(
                gate=cell.definition.by_name[name],
                input=blocks["weight_ih"],
                recurrent=blocks["weight_hh"] if "weight_hh" in blocks else _diagonal(cell, name),
                bias=sum((blocks[parameter] for parameter in added), np.zeros(cell.units(name), cell.dtype)),
                recurrent_bias=blocks["bias_hh"] if "bias_hh" in blocks and "bias_hh" not in added else None,
                more={key: block for key, block in blocks.items() if key not in named},
                recurrent_of=_recurrent_of(cell.definition, name),
            )
        )
    return tuple(gates)


def _diagonal(cell: Cell, gate: str) -> Array:
    """The matrix of a gate that sees the old hidden state unit by unit, or not at all."""
    matrix = np.zeros((cell.units(gate), cell.units("hidden")), cell.dtype)
    for node in cell.definition.equations[gate].walk():
        if isinstance(node, Diagonal) and node.of == Value("hidden").before:
            np.fill_diagonal(matrix, cell.rows_of(node.parameter, node.block))
    return matrix


def _recurrent_of(definition: Definition, gate: str) -> str:
    """What the recurrent weights of a gate are applied to, in words: "old hidden state", "r ⊙ old h"."""
    for node in (node for right in definition.equations.values() for node in right.walk()):
        matrix = isinstance(node, Matrix) and node.parameter == "weight_hh"
        diagonal = isinstance(node, Diagonal) and node.of == Value("hidden").before
        if isinstance(node, Matrix | Diagonal) and (matrix or diagonal) and node.block == gate:
            return _in_words(node.of, definition)
    return ""


def _in_words(vector: Expression, definition: Definition) -> str:
    if isinstance(vector, Value):
        return f"{'old ' if vector.is_before else ''}{definition.by_name[vector.name].title}"
    values = [node for node in vector.walk() if isinstance(node, Value)]
    return " ⊙ ".join(f"{'old ' if value.is_before else ''}{definition.by_name[value.name].symbol}" for value in values)


def units_in_words(cell: Cell) -> str:
    """The number of units, and that of the hidden state where it is another: "64", "64, hidden state 32"."""
    hidden = cell.units("hidden")
    return str(cell.hidden_size) if hidden == cell.hidden_size else f"{cell.hidden_size}, hidden state {hidden}"


def projection_matrix(cell: Cell) -> Array | None:
    """The matrix (P, H) by which the hidden state is a projection of another quantity; None if it is none."""
    node = hidden_projection(cell.definition.equations)
    return None if node is None else cell.rows_of(node.parameter, node.block)


def gate_blocks(cell: Cell, gate: str) -> dict[str, Array]:
    """A gate's rows of every parameter that has rows for it, by the parameter's name."""
    return {name: cell.rows_of(name, gate) for name, blocks in cell.parameter_blocks().items() if gate in blocks}


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
                if set(cell.plan.blocks(name)) <= set(cell.rows):
                    split.setdefault(array_name(name, layer, direction), []).append((gate, block))
    for name, array in network.parameters.items():
        for gate, block in split.get(name, [("", array)]):
            yield name, gate, block


def array_name(parameter: str, layer: int, direction: str) -> str:
    """The name that a network gives a parameter of one of its cells: "rnn.weight_ih_l0_reverse"."""
    return f"rnn.{parameter}{name_suffix(layer, direction)}"
