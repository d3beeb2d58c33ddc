"""How many units vectors have. A size is a letter: D of the input, H of all else, and further ones of a cell's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .expressions import Expression, Value
from .weight_nodes import Matrix, WeightNode

INPUT_SIZE, UNITS = "D", "H"

Sizes = Mapping[str, str]  # letters by the name of the quantity


@dataclass(frozen=True)
class ParameterLayout:
    """The shape of a parameter: blocks of rows, and columns if it is a matrix.

    Parameters
    ----------
    blocks : tuple of str
        The quantities that the blocks of rows belong to, in their order.
    rows : tuple of str
        The size of each block.
    columns : str or None
        The size of the vectors that a matrix is applied to; None for a vector.
    """

    blocks: tuple[str, ...]
    rows: tuple[str, ...]
    columns: str | None

    def shape(self, lengths: Mapping[str, int]) -> tuple[int, ...]:
        """Work out the shape from the number of units by size."""
        count = sum(lengths[size] for size in self.rows)
        return (count,) if self.columns is None else (count, lengths[self.columns])


def size_of(node: Expression, sizes: Sizes) -> str:
    """Find the size of an expression's value.

    Parameters
    ----------
    node : Expression
        The expression, without contradictions.
    sizes : mapping of str to str
        Sizes by the name of the quantity.

    Returns
    -------
    str
        The letter of its size; empty for numbers, which fit vectors of any size.
    """
    if isinstance(node, Value):
        return sizes[node.name]
    inner = (size_of(part, sizes) for part in node.parts)
    return sizes[node.block] if isinstance(node, WeightNode) else max(inner, default="")


def contradiction(right: Expression, target: str, sizes: Sizes, columns: dict[str, str]) -> str | None:
    """Find what is wrong with the sizes in an equation.

    Parameters
    ----------
    right : Expression
        The right side.
    target : str
        The quantity that it computes.
    sizes : mapping of str to str
        Sizes by the name of the quantity.
    columns : dict of str to str
        Sizes of what matrices are applied to, by parameter; receives those of this equation.

    Returns
    -------
    str or None
        The end of a sentence about the equation; None if all sizes fit.
    """
    for node in right.walk():
        if isinstance(node, Matrix):
            size = size_of(node.of, sizes)
            if not size:
                return f"applies {node.parameter} to a number"
            if columns.setdefault(node.parameter, size) != size:
                return f"applies {node.parameter} to a vector of another size than before"
        elif len({size_of(each, sizes) for each in (node, *node.parts)} - {""}) > 1:
            return "combines vectors of different sizes"
    size, own = size_of(right, sizes), sizes[target]
    if not size:
        return "is a number"
    return None if size == own else f"has the size {size}, and the quantity the size {own}"


def parameter_layouts(
    equations: Mapping[str, Expression], blocks: Mapping[str, Sequence[str]], sizes: Sizes
) -> dict[str, ParameterLayout]:
    """Find the layouts of all parameters.

    Parameters
    ----------
    equations : mapping of str to Expression
        The right sides by the quantity.
    blocks : mapping of str to sequence of str
        By parameter, the quantities that its blocks belong to.
    sizes : mapping of str to str
        Sizes by the name of the quantity.

    Returns
    -------
    dict of str to ParameterLayout
        The layouts by parameter, in the order of `blocks`.
    """
    nodes = (node for right in equations.values() for node in right.walk())
    columns = {node.parameter: size_of(node.of, sizes) for node in nodes if isinstance(node, Matrix)}
    return {
        name: ParameterLayout(tuple(names), tuple(sizes[block] for block in names), columns.get(name))
        for name, names in blocks.items()
    }


def all_lengths(
    sizes: Sizes, input_size: int, hidden_size: int, lengths: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Fill in the number of units of all sizes of a cell.

    Parameters
    ----------
    sizes : mapping of str to str
        Sizes by the name of the quantity.
    input_size : int
        D, the size of the input.
    hidden_size : int
        H, the number of units.
    lengths : mapping of str to int, optional
        The numbers of units of the cell's own sizes; half of H where left out.

    Returns
    -------
    dict of str to int
        The numbers by the letter of the size.
    """
    own = {size: max(1, hidden_size // 2) for size in sizes.values()}
    return own | dict(lengths or {}) | {INPUT_SIZE: input_size, UNITS: hidden_size}
