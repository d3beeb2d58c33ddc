"""Layers that are the two directions of one, by a word in their names: rnn_f and rnn_b, lstm_left and lstm_right."""

from __future__ import annotations

from collections.abc import Mapping

from .array_names import backward_names, short_name, without_direction
from .layer_groups import Arrays, LayerGroup


def pair_directions(groups: Mapping[str, LayerGroup], arrays: Arrays) -> dict[str, LayerGroup]:
    """Groups of one direction each whose names differ in a word for it alone, as both directions of one."""
    partners = {
        owner: partner
        for owner, group in groups.items()
        if (partner := next((other for other in backward_names(owner) if other in groups), None)) is not None
        and _are_directions(group, groups[partner], arrays)
    }
    result: dict[str, LayerGroup] = {}
    for owner, group in groups.items():
        partner = partners.get(owner)
        if owner in partners.values():
            continue
        if partner is not None:
            layers = {(k, "forward"): names for (k, _), names in group.layers.items()}
            layers |= {(k, "backward"): names for (k, _), names in groups[partner].layers.items()}
            members = {owner: group.layers, partner: groups[partner].layers}
            reason = f"By their names, {short_name(owner)} reads forwards and {short_name(partner)} backwards."
            result[without_direction(owner, partner)] = LayerGroup(layers, members, True, True, reason)
        else:
            result[owner] = group
    return result


def _are_directions(first: LayerGroup, second: LayerGroup, arrays: Arrays) -> bool:
    """Whether two groups of one direction have arrays of the same shapes."""
    shapes = [
        {(k, p): arrays[n.name].shape for (k, _), names in group.layers.items() for p, n in names.items()}
        for group in (first, second)
    ]
    only_forward = {d for group in (first, second) for _, d in group.layers} == {"forward"}
    return shapes[0] == shapes[1] and only_forward
