"""The names of a network's arrays: PyTorch's, for a module with members `embedding`, `rnn` and `readout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from ..cells import Cell, cell_class
from ..cells.activations import Array
from ..cells.cell_kind import CellKind, CellKinds
from ..errors import RnnvizError, UnknownNameError
from .run import DIRECTIONS, SUFFIXES, States

T = TypeVar("T")
DirectionsByLayer = tuple[tuple[str, ...], ...]


def named_layers(
    parameters: Mapping[str, Array], cell: str | Sequence[CellKind], options: Mapping[str, str] | None
) -> tuple[list[list[Cell]], DirectionsByLayer, States | None]:
    """Find the recurrent layers among named arrays.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        The arrays.
    cell : str or sequence of CellKind
        The name of the cell of all layers; or, for each layer from below, its cell and options.
    options : mapping of str to str or None
        Options of the one cell.

    Returns
    -------
    layers : list of list of Cell
        By layer, the cells of its directions.
    directions_by_layer : tuple of tuple of str
        By layer, its directions.
    initial : list of list of dict, or None
        The initial states, if there are any.

    Raises
    ------
    UnknownNameError
        If the cell does not exist, or an array is missing.
    ArrayError
        If shapes contradict each other, or values are not finite.
    DtypeError
        If dtypes differ or are not floats.
    ArgumentError
        If there are not as many kinds of cells as layers.
    """
    directions_by_layer: list[tuple[str, ...]] = []
    while directions := tuple(
        d for d in DIRECTIONS if f"rnn.weight_ih_l{len(directions_by_layer)}{SUFFIXES[d]}" in parameters
    ):
        directions_by_layer.append(directions)
    count = len(directions_by_layer)
    kinds = CellKinds.of(cell, options, count)
    for name in [cell] if isinstance(cell, str) else [kind.name for kind in kinds]:
        cell_class(name)
    layers = [
        [_cell(kind, parameters, name_suffix(k, direction)) for direction in directions_by_layer[k]]
        for k, kind in enumerate(kinds)
    ]
    if not layers:
        raise UnknownNameError(
            "The arrays hold no recurrent layer: 'rnn.weight_ih_l0' is missing.",
            code="missing", kind="array", name="rnn.weight_ih_l0", allowed=tuple(parameters),
        )  # fmt: skip
    return layers, tuple(directions_by_layer), _initial(parameters, layers, directions_by_layer)


def named_arrays(
    layers: Sequence[Sequence[Cell]], directions_by_layer: DirectionsByLayer, initial: States | None
) -> dict[str, Array]:
    """Name the arrays of layers and of their initial states.

    Parameters
    ----------
    layers : sequence of sequence of Cell
        By layer, the cells of its directions.
    directions_by_layer : tuple of tuple of str
        By layer, its directions.
    initial : list of list of dict, or None
        The initial states by layer and direction.

    Returns
    -------
    dict of str to ndarray
        The arrays by name.
    """
    arrays = {
        f"rnn.{name}{suffix}": array
        for suffix, cell in _with_suffixes(layers, directions_by_layer)
        for name, array in cell.parameters.items()
    }
    for suffix, states in _with_suffixes(initial or [], directions_by_layer):
        arrays |= {f"initial.{state}{suffix}": array for state, array in states.items()}
    return arrays


def name_suffix(layer: int, direction: str) -> str:
    """Make the suffix of the names of a layer's arrays.

    Parameters
    ----------
    layer : int
        The layer, counted from 0.
    direction : {"forward", "backward"}
        The direction.

    Returns
    -------
    str
        "_l0", "_l1_reverse".
    """
    return f"_l{layer}{SUFFIXES[direction]}"


def _with_suffixes(
    layers: Sequence[Sequence[T]], directions_by_layer: Sequence[Sequence[str]]
) -> Iterator[tuple[str, T]]:
    """What every layer and direction has, with the suffix of its names."""
    for k, layer in enumerate(layers):
        for direction, part in zip(directions_by_layer[k], layer, strict=True):
            yield name_suffix(k, direction), part


def _initial(
    parameters: Mapping[str, Array], layers: Sequence[Sequence[Cell]], directions_by_layer: Sequence[Sequence[str]]
) -> States | None:
    """The initial states among the parameters, None if there are none."""
    states = [
        [
            {
                state: parameters[name]
                for state in cell.states
                if (name := f"initial.{state}{name_suffix(k, direction)}") in parameters
            }
            for direction, cell in zip(directions_by_layer[k], cells, strict=True)
        ]
        for k, cells in enumerate(layers)
    ]
    return states if any(given for layer in states for given in layer) else None


def _cell(given: CellKind, parameters: Mapping[str, Array], suffix: str) -> Cell:
    """The cell of one layer and direction."""
    kind = cell_class(given.name)
    weights = [f"rnn.{name}{suffix}" for name, layout in kind.layouts().items() if layout.columns is not None]
    if missing := [name for name in weights if name not in parameters]:
        raise UnknownNameError(
            f"The array {missing[0]!r} is missing.",
            code="missing", kind="array", name=missing[0], allowed=tuple(parameters),
        )  # fmt: skip
    arrays = [parameters.get(f"rnn.{name}{suffix}") for name in kind.parameter_names()]
    try:
        return kind.from_parameters(arrays, given.options)
    except RnnvizError as error:
        raise error.with_message(f"Among the arrays rnn.*{suffix}, {error}") from error
