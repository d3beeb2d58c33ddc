"""Which layers a stack of named arrays consists of, where these were joined or kept apart by inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..settings import InferredSetting, inferred
from ..stack import Parameters, Stack
from .array_names import short_name
from .layer_groups import LayerGroup

MOST = 16  # layers that can each be had alone

Layers = tuple[dict[str, Parameters], ...]


def with_arrangements(stack: Stack, group: LayerGroup, members: Mapping[str, Layers]) -> Stack:
    """The stack with the setting that joins or parts its layers.

    members: by owner, the layers that could be joined, the lowest first, or both directions of the same layers.
    """
    members = {short_name(owner): layers for owner, layers in members.items()}
    owners = list(members)
    if len(owners) < 2:
        return stack
    if group.directions:
        whole = tuple(
            {direction: one for each in same for direction, one in each.items()}
            for same in zip(*members.values(), strict=True)
        )
        described = f"{owners[0]} forwards and {owners[1]} backwards"
    else:
        whole = tuple(layer for layers in members.values() for layer in layers)
        described = f"{', '.join(owners[:-1])} and {owners[-1]}, one above the other"
    arrangements: dict[str, Layers] = {"all": whole, **members}
    own = "all" if group.joined else next((owner for owner in owners if members[owner] == stack.layers), "own")
    if own == "own":
        arrangements["own"] = stack.layers
    choices = {"all": described, **{owner: f"{owner} alone" for owner in owners}}
    if own == "own":
        choices["own"] = stack.name
    setting: InferredSetting = inferred("layers", own, "assumed", group.reason, choices)
    return replace(stack, settings=(*stack.settings, setting), arrangements=arrangements)
