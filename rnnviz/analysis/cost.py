"""What a cell costs: how many numbers it has to learn, and how many multiplications a step takes.

Counted from what the cell says of itself, its rows of weights and its equations, so that a new
kind of cell is counted without a line here.

A multiply-add is one multiplication, together with the addition that takes it into a sum.
Not counted are: adding the biases, additions and subtractions without a multiplication (the
GRU's 1 - z), the activations (those of states included), the embedding,
the readout, and what training adds. Equations are counted as they are written; an engine may
do with fewer (one for the GRU's blend, as n + z (h - n)). Sizes say nothing of time, which also
goes into all that is not counted.
"""

from __future__ import annotations

from typing import NamedTuple

from ..cells import CELLS


class Cost(NamedTuple):
    """Counts for one cell, G blocks of weight rows, reading D numbers into H units.

    weights: G*H*(D+H), the numbers in weight_ih and weight_hh, and H for each peephole. Each takes part
    in one multiply-add at every step. biases: 2*G*H, in PyTorch's two vectors. elementwise: the
    multiplications of gates with states and candidates, H for each further \\odot in the equations.
    """

    weights: int
    biases: int
    elementwise: int

    @property
    def parameters(self) -> int:
        """All numbers that training sets."""
        return self.weights + self.biases

    @property
    def multiply_adds(self) -> int:
        """Of one step of one sequence: those of the weight matrices and the element-wise ones."""
        return self.weights + self.elementwise


def cost(cell: str, input_size: int, hidden_size: int, **options: str) -> Cost:
    """What one layer in one direction costs, for a cell by its name and its options.

    Raises ValueError for a cell or an option that is not known, and for sizes below one.
    """
    if cell not in CELLS:
        raise ValueError(f"there is no cell {cell!r}; known are {', '.join(CELLS)}")
    if input_size < 1 or hidden_size < 1:
        raise ValueError(f"the sizes are {input_size} and {hidden_size}; each must be at least 1")
    kind = CELLS[cell]
    rows = len(kind.rows) * hidden_size
    equations = [equation for phase in kind.define(**options).phases for equation in phase.equations]
    peepholes = sum(len(seen) for seen in kind.extra_parameters.values())
    products = sum(equation.count(r"\odot") for equation in equations) - peepholes
    weights = rows * (input_size + hidden_size) + peepholes * hidden_size
    return Cost(weights, 2 * rows, products * hidden_size)


def parameters(cell: str, input_size: int, hidden_size: int, **options: str) -> int:
    """How many numbers a layer has: weights and biases, without embedding and readout. See `cost`."""
    return cost(cell, input_size, hidden_size, **options).parameters


def multiply_adds(cell: str, input_size: int, hidden_size: int, **options: str) -> int:
    """How many multiply-adds a step takes, weight matrices and element-wise products together. See `cost`."""
    return cost(cell, input_size, hidden_size, **options).multiply_adds
