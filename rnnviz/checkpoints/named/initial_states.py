"""Learned initial states among named arrays: h0 and c0 beside a layer, which its network starts from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...cells import CELLS
from ..settings import inferred
from ..stack import SourceArray, Stack
from .array_names import LONGEST

_STATES = {
    **dict.fromkeys(("h", "hx", "hidden", "hid", "hn"), "hidden"),
    **dict.fromkeys(("c", "cx", "cell", "cn", "memory"), "cell"),
}
_MOST = 8  # sentences on states that are not used
_MARKS = {"0", "init", "initial", "learned", "start", "begin", "zero"}


def with_initial_states(
    stacks: Sequence[Stack], free: Mapping[str, SourceArray], work: Callable[[int], None]
) -> tuple[Stack, ...]:
    """The stacks with the initial states among arrays that belong to no layer, each given to the stack that it fits.

    work: spends steps of the opening.
    """
    result = list(stacks)
    names = [tuple(stack.array_names) for stack in stacks]
    units = [{state: _units(stack, state) for state in _states_of(stack)} for stack in stacks]
    left_out: list[str] = []
    for name, source in free.items():
        state, sure = _state(name)
        if state is None:
            continue
        work(sum(map(len, names)))
        if len(split := _both_states(result, units, state, source)) == 1:
            k = split[0]
            for row, (each, places) in enumerate(units[k].items()):
                part = replace(source, array=source.array.reshape(2, -1)[row])
                result[k] = _with_state(result[k], places, each, part, sure)
            continue
        fitting = [k for k, stack in enumerate(result) if _fits(stack, units[k].get(state, []), state, source)]
        alike = {k: max(_shared(name, other) for other in names[k]) for k in fitting}
        best = [k for k in fitting if alike[k] == max(alike.values())]
        if len(best) == 1:
            result[best[0]] = _with_state(result[best[0]], units[best[0]][state], state, source, sure)
        elif sure and len(left_out) < _MOST:
            why = "fits several of them" if best else "has the size of none of them"
            words = f"{name} {source.shape} is called like an initial state and {why}: states start from zeros instead."
            left_out.append(words)
    return tuple(replace(stack, left_out=(*stack.left_out, *left_out)) for stack in result)


def _state(name: str) -> tuple[str | None, bool]:
    """The state that an array seems to be, None for any other array, and whether its name says that it is a start."""
    if len(name) > LONGEST:
        return None, False
    last = re.split(r"[./]", name.lower().removesuffix(":0"))[-1]
    words = last.split("_")
    found, marked = None, False
    for word in words:
        bare = word.rstrip("0123456789") if word.endswith("0") and len(word) > 1 else word
        if bare in _STATES:
            found = _STATES[bare]
            marked = marked or bare != word
        marked = marked or word in _MARKS
    if found is None and marked and {"state", "states"} & set(words):
        found = "hidden"
    alone = set(words) <= {*_STATES, "state", "states"}
    return (found, marked) if marked or alone else (None, False)


def _states_of(stack: Stack) -> list[str]:
    """The states of any of a stack's cells."""
    return list(dict.fromkeys(state for cell in stack.cells for state in CELLS[cell].define().states))


def _units(stack: Stack, state: str) -> list[tuple[int, str, int]]:
    """Layer, direction and size of a state, in PyTorch's order."""
    size = stack.output_size if state == "hidden" else stack.hidden_size
    return [
        (k, d, size(k))
        for k, directions in enumerate(stack.layers)
        if state in CELLS[stack.cells[k]].define().states
        for d in directions
    ]


def _fits(stack: Stack, units: Sequence[tuple[int, str, int]], state: str, source: SourceArray) -> bool:
    """Whether an array has the size of a state that a stack has, and has not been given yet."""
    sizes = [size for _, _, size in units]
    if len(set(sizes)) != 1 or source.array.size != sum(sizes) or source.array.shape[-1] not in (sizes[0], 1):
        return False
    return all(key[2] != state for key in stack.initial)


def _both_states(
    stacks: Sequence[Stack],
    units: Sequence[Mapping[str, Sequence[tuple[int, str, int]]]],
    state: str,
    source: SourceArray,
) -> list[int]:
    """The stacks of two states whose hidden and cell states an array has one above the other: (2, H)."""
    if state != "hidden" or len(source.array) != 2:
        return []
    halves = replace(source, array=source.array.reshape(2, -1)[:1])
    return [
        k
        for k, stack in enumerate(stacks)
        if list(units[k]) == ["hidden", "cell"]
        and sum(size for _, _, size in units[k]["hidden"]) != source.array.size
        and all(_fits(stack, places, each, halves) for each, places in units[k].items())
    ]


def _shared(name: str, other: str) -> tuple[int, int]:
    """How many parts of their paths two names share, and how many letters, where these are a word's."""
    count = 0
    for letter, same in zip(name, other, strict=False):
        if letter != same:
            break
        count += 1
    return name[:count].count(".") + name[:count].count("/"), count if count > 2 else 0


def _with_state(
    stack: Stack, places: Sequence[tuple[int, str, int]], state: str, source: SourceArray, sure: bool
) -> Stack:
    """The stack with an initial state; it is used only if its name says that it is one."""
    rows = source.array.reshape(len(places), -1)
    initial = dict(stack.initial)
    for k, (row, (layer, direction, _)) in enumerate(zip(rows, places, strict=True)):
        changes = "flattened" if len(places) == 1 else f"row {k}"
        initial[layer, direction, state] = replace(source, array=np.ascontiguousarray(row), changes=changes)
    settings, left_out = stack.settings, stack.left_out
    if stack.setting("initial") is None:
        reason = f"{source.name} is called like an initial state and has its size."
        if not sure:
            reason = f"{source.name} has the size of a state; the file does not say whether the network starts from it."
            left_out = (*left_out, f"{source.name} may be a state to start from; states start from zeros here.")
        settings = (*settings, inferred("initial", "file" if sure else "zeros", "assumed", reason))
    return replace(stack, initial=initial, settings=settings, left_out=left_out)
