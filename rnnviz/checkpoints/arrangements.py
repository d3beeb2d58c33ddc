"""Which layers a stack consists of, where these were joined or kept apart by inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .settings import inferred
from .stack import Parameters, Stack

MOST = 16  # layers that can each be had alone

Layers = tuple[dict[str, Parameters], ...]


def with_arrangements(stack: Stack, members: Mapping[str, Layers], reason: str, directions: bool = False) -> Stack:
    """The stack with the setting that joins or parts its layers.

    members: by name, the layers that could be joined, the lowest first; with `directions`, the two directions of the
    same layers. reason: what the stack's own arrangement rests on.
    """
    names = list(members)
    if not 1 < len(names) <= MOST:
        return stack
    if directions:
        whole = tuple(
            {direction: one for each in same for direction, one in each.items()}
            for same in zip(*members.values(), strict=True)
        )
        described = f"{names[0]} forwards and {names[1]} backwards"
    else:
        whole = tuple(layer for layers in members.values() for layer in layers)
        described = f"{', '.join(names[:-1])} and {names[-1]}, one above the other"
    arrangements: dict[str, Layers] = {"all": whole, **members}
    choices = {"all": described, **{name: f"{name} alone" for name in names}}
    own = next((value for value, layers in arrangements.items() if _same(layers, stack.layers)), "own")
    if own == "own":
        arrangements["own"], choices["own"] = stack.layers, stack.name
    setting = inferred("layers", own, "assumed", reason, choices)
    return replace(stack, settings=(*stack.settings, setting), arrangements=arrangements)


def _same(layers: Layers, others: Layers) -> bool:
    """Whether two arrangements have the same arrays."""
    return len(layers) == len(others) and all(
        one.keys() == other.keys() and all(one[d] is other[d] for d in one)
        for one, other in zip(layers, others, strict=True)
    )
