"""A graph without recurrent nodes whose stored arrays have the names of a recurrent layer, as a cell in a loop does."""

from __future__ import annotations

from dataclasses import replace

from ...cells.activations import Array
from ...errors import FileError, LimitError
from ..named.array_stacks import stacks_from_arrays
from ..stack import Stack
from .constant_folding import ConstantFolder
from .tensor_data import UnreadablePartError
from .written_out_steps import WrittenOutSteps

NOTE = (
    "The graph has no recurrent node: its steps are written out. Its arrays have the names of a recurrent layer and "
    "are read as one; what the graph computes with them is not followed, except what is said of embedding and readout."
)


def stacks_from_names(folder: ConstantFolder) -> tuple[Stack, ...]:
    """The recurrent stacks among the stored arrays of a graph, by their names; none if there are none that fit."""
    arrays: dict[str, Array] = {}
    dtypes: dict[str, str] = {}
    for value in folder.graph.stored:
        name = folder.graph.names[value]
        if name in arrays:
            continue
        try:
            constant = folder.constant(value)
        except UnreadablePartError:
            continue
        if constant is not None and constant.array.dtype.kind == "f":
            arrays[name], dtypes[name] = constant.array, constant.dtype
    try:
        stacks = stacks_from_arrays(arrays, dtypes, folder.budget)
    except LimitError:
        raise
    except FileError:
        return ()
    steps = WrittenOutSteps(folder.graph, folder.budget)
    return tuple(_marked(steps.checked(stack)) for stack in stacks)


def _marked(stack: Stack) -> Stack:
    """The stack with everything that only names say marked as assumed."""
    settings = tuple(replace(setting, basis="assumed") for setting in stack.settings)
    return replace(stack, settings=settings, notes=(NOTE, *stack.notes))
