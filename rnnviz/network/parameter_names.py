"""The names of a network's arrays, PyTorch's for a module with members `embedding`, `rnn` and `readout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from ..cells import CELLS, Cell
from ..cells.activations import Array
from .run import DIRECTIONS, SUFFIXES, States

T = TypeVar("T")
DirectionsByLayer = tuple[tuple[str, ...], ...]


def named_layers(
    parameters: Mapping[str, Array], cell: str, options: Mapping[str, str]
) -> tuple[list[list[Cell]], DirectionsByLayer, States | None]:
    """The layers among named arrays, by layer their directions, and the initial states if there are any.

    Raises ValueError for an unknown cell, a missing array, or shapes that contradict each other.
    """
    if cell not in CELLS:
        raise ValueError(f"there is no cell {cell!r}; known are {', '.join(CELLS)}")
    layers: list[list[Cell]] = []
    directions: list[tuple[str, ...]] = []
    while there := tuple(d for d in DIRECTIONS if f"rnn.weight_ih_l{len(layers)}{SUFFIXES[d]}" in parameters):
        ends = [name_suffix(len(layers), direction) for direction in there]
        layers.append([_cell(CELLS[cell], parameters, end, options) for end in ends])
        directions.append(there)
    if not layers:
        raise ValueError("the arrays hold no recurrent layer: 'rnn.weight_ih_l0' is missing")
    return layers, tuple(directions), _initial(parameters, layers, directions)


def named_arrays(
    layers: Sequence[Sequence[Cell]], directions: DirectionsByLayer, initial: States | None
) -> dict[str, Array]:
    """The arrays of layers and of their initial states by name."""
    found = {
        f"rnn.{name}{end}": array for end, cell in _each(layers, directions) for name, array in cell.parameters.items()
    }
    for end, states in _each(initial or [], directions):
        found |= {f"initial.{state}{end}": array for state, array in states.items()}
    return found


def name_suffix(layer: int, direction: str) -> str:
    """What stands behind the names of a layer's arrays: "_l0", "_l1_reverse"."""
    return f"_l{layer}{SUFFIXES[direction]}"


def _each(layers: Sequence[Sequence[T]], directions: Sequence[Sequence[str]]) -> Iterator[tuple[str, T]]:
    """What every layer and direction has, with the suffix of its names."""
    for k, layer in enumerate(layers):
        for direction, one in zip(directions[k], layer, strict=True):
            yield name_suffix(k, direction), one


def _initial(
    parameters: Mapping[str, Array], layers: Sequence[Sequence[Cell]], directions: Sequence[Sequence[str]]
) -> States | None:
    """The initial states among the parameters, None if there are none."""
    found = [
        [
            {
                s: parameters[name]
                for s in cell.states
                if (name := f"initial.{s}{name_suffix(k, direction)}") in parameters
            }
            for direction, cell in zip(directions[k], cells, strict=True)
        ]
        for k, cells in enumerate(layers)
    ]
    return found if any(states for layer in found for states in layer) else None


def _cell(kind: type[Cell], parameters: Mapping[str, Array], end: str, options: Mapping[str, str]) -> Cell:
    weights = [f"rnn.weight_ih{end}", f"rnn.weight_hh{end}"]
    if missing := [name for name in weights if name not in parameters]:
        raise ValueError(f"the arrays lack {missing[0]!r}")
    arrays = [parameters.get(f"rnn.{name}{end}") for name in kind.parameter_names()]
    try:
        return kind.from_parameters(arrays, options)
    except (TypeError, ValueError) as error:
        raise type(error)(f"among the arrays rnn.*{end}, {error}") from error
