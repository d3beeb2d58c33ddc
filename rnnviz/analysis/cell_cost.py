"""Cost of a cell: how many parameters it has, and how many multiplications a step takes.

The counts follow from the cell's rows of weights and its equations, so that a new kind of cell needs no code here.

A multiply-add is one multiplication together with the addition that accumulates it. Not counted are the addition of
biases, additions and subtractions without a multiplication (the GRU's 1 - z), activations, the embedding, the readout,
and everything that training adds. Equations are counted as they are written; an implementation may need fewer (one for
the GRU's blend, as n + z (h - n)). Counts are not times: what is not counted takes time as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from ..cells import cell_class
from ..cells.expressions import Product
from ..cells.sizes import all_lengths, size_of
from ..cells.weight_nodes import Bias
from ..errors import ArgumentError


class Cost(NamedTuple):
    r"""Counts for one layer in one direction, with G blocks of weight rows, D inputs and H units.

    Attributes
    ----------
    weights : int
        Elements of all parameters but the biases: G * H * (D + H) for RNN, GRU and LSTM. Each takes part in one
        multiply-add at every step.
    biases : int
        Elements of the biases: 2 * G * H for RNN, GRU and LSTM, which have PyTorch's two bias vectors.
    elementwise : int
        Multiplications of gates with states and candidates in one step: H for each sign of multiplication in the
        equations.
    """

    weights: int
    biases: int
    elementwise: int

    @property
    def parameters(self) -> int:
        """Number of parameters: weights and biases."""
        return self.weights + self.biases

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds in one step of one sequence, in matrix products and element by element."""
        return self.weights + self.elementwise


def cost(
    cell: str, input_size: int, hidden_size: int, lengths: Mapping[str, int] | None = None, **options: str
) -> Cost:
    """Count the parameters and multiplications of one layer in one direction.

    Parameters
    ----------
    cell : str
        The name of a cell, for example "lstm".
    input_size, hidden_size : int
        D and H, at least 1.
    lengths : mapping of str to int, optional
        The numbers of units of the cell's own sizes; half of H where left out.
    **options : str
        Options of the cell, for example ``reset="before"``.

    Returns
    -------
    Cost
        The counts.

    Raises
    ------
    UnknownNameError
        If there is no such cell or option.
    ArgumentError
        If a size is below 1.

    Examples
    --------
    >>> cost("lstm", 10, 20).parameters
    2560
    """
    kind = cell_class(cell)
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if size < 1:
            raise ArgumentError(f"{name} is {size}; it must be at least 1.", name=name, value=size, allowed=">= 1")
    definition = kind.define(**options)
    nodes = [node for right in definition.equations.values() for node in right.walk()]
    numbers = all_lengths(definition.sizes, input_size, hidden_size, lengths)
    products = sum(
        (len(node.factors) - 1) * numbers[size_of(node, definition.sizes)]
        for node in nodes
        if isinstance(node, Product)
    )
    shapes = kind.parameter_shapes(input_size, hidden_size, lengths)
    biases = {node.parameter for node in nodes if isinstance(node, Bias)}
    weights = sum(prod(shape) for name, shape in shapes.items() if name not in biases)
    return Cost(weights, sum(prod(shapes[name]) for name in biases), products)
