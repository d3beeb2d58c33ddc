"""The states that a run starts from: whether those that are given fit the network, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..cells import Cell
from ..cells.activations import Array
from ..errors import ArgumentError, ArrayError
from ..wording import counted
from .run import States

if TYPE_CHECKING:
    from .network import Network


def check_states(network: Network, initial: States) -> None:
    """Check that states are those of a network's layers, such as the final ones of another network.

    Parameters
    ----------
    network : Network
        The network that is to start from them.
    initial : list of list of dict
        States by layer and direction. A direction without any starts from zeros.

    Raises
    ------
    ArgumentError
        If they are those of other layers or directions, code "layers", or of another cell, code "states".
    ArrayError
        If a state has another size: code "size".
    """
    counts, expected = ([len(layer) for layer in layers] for layers in (initial, network.layers))
    if len(counts) != len(expected):
        raise _other_layers(
            f"they are those of {counted(len(counts), 'layer')}, and the network has {len(expected)}", counts, expected
        )
    for k, (cells, given) in enumerate(zip(network.layers, initial, strict=True)):
        if len(cells) != len(given):
            ways = counted(len(cells), "direction")
            raise _other_layers(f"layer {k} reads in {ways}, and states of {len(given)} are given", counts, expected)
        for direction, cell, states in zip(network.directions_by_layer[k], cells, given, strict=True):
            place = f"layer {k}" if len(cells) == 1 else f"layer {k}, {direction},"
            _check_layer(place, cell, states)


def _check_layer(place: str, cell: Cell, states: Mapping[str, Array]) -> None:
    """Check the states of one layer and direction."""
    if states and set(states) != set(cell.states):
        raise ArgumentError(
            f"The initial states do not fit: {place} is of the {cell.title}, whose states are {_names(cell.states)}; "
            f"those given are {_names(states)}.",
            code="states", name="initial", value=tuple(states), allowed=tuple(cell.states),
        )  # fmt: skip
    for state, array in states.items():
        units, shape = cell.units(state), np.shape(array)
        if shape[-1:] != (units,):
            raise ArrayError(
                f"The initial states do not fit: the {state} state of {place} has {units} units, and the one given "
                f"has the shape {shape}.",
                code="size", name=f"initial {state}", shape=shape, expected=units,
            )  # fmt: skip


def can_begin_after(network: Network, other: Network) -> bool:
    """Tell whether a network can start from the states that another one ends with, as a decoder does.

    Parameters
    ----------
    network, other : Network
        The network, and the one that runs before it.

    Returns
    -------
    bool
        Whether their layers have the same cells, numbers of directions and sizes.
    """
    return _states_by_layer(network) == _states_by_layer(other)


def _states_by_layer(network: Network) -> list[list[tuple[str, dict[str, int]]]]:
    """The cell and the units of each state, by layer and direction."""
    return [
        [(cell.name, {state: cell.units(state) for state in cell.states}) for cell in layer] for layer in network.layers
    ]


def zero_states(network: Network) -> States:
    """Make states of zeros, for a network that has learned others.

    Parameters
    ----------
    network : Network
        The network.

    Returns
    -------
    list of list of dict
        By layer and direction, the states (H,).
    """
    return [
        [{state: np.zeros(cell.units(state), network.dtype) for state in cell.states} for cell in layer]
        for layer in network.layers
    ]


def starting_from(network: Network, initial: States) -> Network:
    """Copy a network, so that every run of it starts from states, as one that has learned them.

    Parameters
    ----------
    network : Network
        The network.
    initial : list of list of dict
        States by layer and direction.

    Returns
    -------
    Network
        The copy.

    Raises
    ------
    ArrayError, ArgumentError
        If the states do not fit.
    """
    check_states(network, initial)
    return replace(network, initial=initial)


def complete_states(network: Network, initial: States) -> States:
    """Check states to start from as a run would, and fill in zeros where states are left out."""
    check_states(network, initial)
    return [
        [
            {state: array[:, 0] for state, array in cell.initial_states(states, 1, batched=False).items()}
            for cell, states in zip(cells, layer, strict=True)
        ]
        for cells, layer in zip(network.layers, initial, strict=True)
    ]


def own_states(network: Network, inputs: Array) -> States | None:
    """The network's own initial states, for every sequence of a batch."""
    if network.initial is None or inputs.ndim == 2:
        return network.initial
    batch = inputs.shape[1]
    return [
        [{state: np.repeat(array[None], batch, axis=0) for state, array in states.items()} for states in layer]
        for layer in network.initial
    ]


def _other_layers(how: str, counts: list[int], expected: list[int]) -> ArgumentError:
    return ArgumentError(
        f"The initial states do not fit: {how}.", code="layers", name="initial", value=counts, allowed=expected
    )


def _names(names: Mapping[str, Array] | tuple[str, ...]) -> str:
    return " and ".join(names)
