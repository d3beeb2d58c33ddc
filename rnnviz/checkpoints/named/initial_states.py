"""Learned initial states among named arrays: h0 and c0 beside a layer, which its network starts from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
_MARKS = {"0", "init", "initial", "learned", "start", "begin", "zero"}


def with_initial_states(stacks: Sequence[Stack], free: Mapping[str, SourceArray]) -> tuple[Stack, ...]:
    """The stacks with the initial states among arrays that belong to no layer, each given to the stack that it fits."""
    result = list(stacks)
    for name, source in free.items():
        state = _state(name)
        if state is None:
            continue
        fitting = [k for k, stack in enumerate(result) if _fits(stack, state, source)]
        alike = {k: max(_shared(name, other) for other in result[k].array_names) for k in fitting}
        best = [k for k in fitting if alike[k] == max(alike.values())]
        if len(best) == 1:
            result[best[0]] = _with_state(result[best[0]], state, source)
            continue
        why = "fits several of them" if best else "has the size of none of them"
        words = f"{name} {source.shape} is called like an initial state and {why}: states start from zeros instead."
        result = [replace(stack, left_out=(*stack.left_out, words)) for stack in result]
    return tuple(result)


def _state(name: str) -> str | None:
    """The state that an array is the start of, by its name; None for any other array."""
    if len(name) > LONGEST:
        return None
    last = re.split(r"[./]", name.lower().removesuffix(":0"))[-1]
    words = last.split("_")
    found = marked = None
    for word in words:
        bare = word.rstrip("0123456789") if word.endswith("0") and len(word) > 1 else word
        if bare in _STATES:
            found = _STATES[bare]
            marked = marked or bare != word
        marked = marked or word in _MARKS
    if found is None and marked and {"state", "states"} & set(words):
        found = "hidden"
    return found if marked else None


def _units(stack: Stack, state: str) -> list[tuple[int, str, int]]:
    """Layer, direction and size of a state, in PyTorch's order."""
    size = stack.output_size if state == "hidden" else stack.hidden_size
    return [(k, d, size(k)) for k, directions in enumerate(stack.layers) for d in directions]


def _fits(stack: Stack, state: str, source: SourceArray) -> bool:
    if state not in CELLS[stack.cell].define().states or any(key[2] == state for key in stack.initial):
        return False
    sizes = [size for _, _, size in _units(stack, state)]
    return len(set(sizes)) == 1 and source.array.size == sum(sizes) and source.array.shape[-1] in (sizes[0], 1)


def _shared(name: str, other: str) -> int:
    """How many parts of their paths two names share, and then how many letters."""
    count = 0
    for letter, same in zip(name, other, strict=False):
        if letter != same:
            break
        count += 1
    return name[:count].count(".") + name[:count].count("/")


def _with_state(stack: Stack, state: str, source: SourceArray) -> Stack:
    places = _units(stack, state)
    rows = source.array.reshape(len(places), -1)
    initial = dict(stack.initial)
    for row, (layer, direction, _) in zip(rows, places, strict=True):
        changes = "flattened" if len(places) == 1 else f"row {len(initial) % len(places)}"
        initial[layer, direction, state] = replace(source, array=np.ascontiguousarray(row), changes=changes)
    settings = stack.settings
    if stack.setting("initial") is None:
        reason = f"{source.name} is called like an initial state and has its size."
        settings = (*settings, inferred("initial", "file", "assumed", reason))
    return replace(stack, initial=initial, settings=settings)
