"""Which arrays a difference from a framework's numbers points to.

Two things tell. In the first step that a direction reads its old state is still zero, so that the recurrent weights
have no part in it. And a step fed with the framework's own old states goes wrong only in units whose own rows are
wrong, because what one unit does reaches the others through the hidden state alone (but for a reset gate before the
product).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...cells import Cell
from ...cells.activations import Array
from ...network import Network, reverse_if_backward
from ...network.merging import merge_directions
from ..stack import Stack
from .comparison import Compared, apart

MOST = 2000  # steps that are fed one by one
_BIASES = ("bias_ih", "bias_hh")


def where(stack: Stack, network: Network, compared: Compared, tolerance: float) -> tuple[int | None, str]:
    """The first step, from 1 and in the order of reading, that differs; and in words what that points to."""
    wrong, quantity = compared.differs > tolerance, compared.quantity
    if len(wrong) < len(compared.inputs):
        return None, "Only the last step was given; the output of every step would tell which array is wrong."
    layer, ways = quantity.layer, network.directions_by_layer[quantity.layer]
    way = quantity.way or (ways[0] if len(ways) == 1 else None)
    if way is None and quantity.kind == "top" and network.merge == "concat":
        halves = np.split(wrong, 2, axis=2)
        way = ways[int(np.argmax([half.any((1, 2)).sum() for half in halves]))]
        wrong = halves[ways.index(way)]
    if way is None:
        told = "Both directions have a part in it; the hidden states of one of them would tell which array is wrong."
        return int(wrong.any((1, 2)).argmax()) + 1, told
    order = reverse_if_backward(np.arange(len(wrong)), way)
    first = next(int(step) for step in order if wrong[step].any())
    arrays = {name: source.name for name, source in stack.layers[layer][way].items()}
    outputs = np.flatnonzero(wrong.any((0, 1)))
    if quantity.kind == "logits" and len(outputs) <= wrong.shape[2] // 2:
        return first + 1, f"Only {_listed('output', outputs, 'differ')}: look there in the readout."
    which, few = "", False
    fed = _fed(network, compared, way)
    if fed is not None:
        off = fed > tolerance
        units = np.flatnonzero(off.any((0, 1)))
        if not len(units):
            return first + 1, (
                "Every step agrees if it is fed the framework’s own states before it: no array is wrong, but small "
                "differences add up, as those of half precision do."
            )
        few = len(units) <= off.shape[2] // 2
        which = (
            f" Fed the framework’s own states, only {_listed('unit', units, 'come')} out wrong: look at the rows there."
        )
        which = which if few else _tokens(network, compared, layer, off)
    if layer > 0 and not few:
        return first + 1, (
            f"All layers up to layer {layer} can have a part in it: compare the states of layer 0 to tell them apart."
        )
    besides, own = _besides(network, quantity.kind, layer), network.initial is not None
    blank = network.embedding is None and layer == 0 and bool((compared.inputs[order[0]] == 0).all(0).any())
    return first + 1, _told(network.cell(layer, way), arrays, first == order[0], besides, own, blank) + which


def _told(cell: Cell, arrays: Mapping[str, str], begins: bool, besides: tuple[str, ...], own: bool, blank: bool) -> str:
    """What the first step says. own: whether the network starts from states of its own; blank: whether some of the
    numbers that it reads first are all zero."""
    reads = ["weight_ih", *(name for name in _BIASES if name in arrays)]
    lacking = ("a bias that the file does not have",) if len(reads) < 3 else ()
    if own:
        return f"One of {_either([*arrays.values(), *besides, *lacking])} is wrong, or what was taken of the cell."
    if begins:
        named = _either([*(arrays[name] for name in reads), *besides, *lacking])
        return (
            f"The very first step differs, in which the old state is still zero and {arrays['weight_hh']} has no part: "
            f"{named} is wrong, or what was taken of the cell."
        )
    late = {"lstm": "forget gate", "peephole": "forget gate", "gru": "reset gate"}.get(cell.name)
    others = [f"rows of the {late} in {_either([arrays[name] for name in reads])}"] if late else []
    if blank:
        others.append(f"columns of {arrays['weight_ih']} for numbers that were still zero")
    if "embedding" in besides:
        others.append("the embedding of a token that comes later")
    also = f" Or else {' or '.join(others)}, which had no part in it." if others else ""
    return f"The first step is right and a later one is not: that points to {arrays['weight_hh']}.{also}"


def _tokens(network: Network, compared: Compared, layer: int, off: Array) -> str:
    """A sentence on tokens all of whose steps are wrong while those of all others are right, if there are such."""
    if network.embedding is None or layer > 0:
        return ""
    steps = off.any(2)
    bad, good = np.unique(compared.inputs[steps]), np.unique(compared.inputs[~steps])
    if len(bad) > len(good) or np.isin(bad, good).any():
        return ""
    return f" Fed the framework’s own states, only the steps that read {_listed('token', bad)} come out wrong."


def _besides(network: Network, kind: str, layer: int) -> tuple[str, ...]:
    """What else has a part in every step."""
    below = ("embedding",) if network.embedding is not None and layer == 0 else ()
    return (*below, "readout") if kind in ("logits", "probabilities") else below


def _fed(network: Network, compared: Compared, way: str) -> Array | None:
    """How far each step of a way is off if it starts from the framework's own hidden states, (T, B, H).

    None where these are not known. An LSTM's cell states are its own: each unit's depends on that unit's rows alone.
    """
    quantity = compared.quantity
    if quantity.kind not in ("hidden", "top") or len(compared.inputs) > MOST:
        return None
    cell, ways = network.cell(quantity.layer, way), network.directions_by_layer[quantity.layer]
    theirs = compared.theirs
    if quantity.kind == "top" and len(ways) == 2:
        theirs = np.split(theirs, 2, axis=2)[ways.index(way)]
    run, k = network.forward(compared.inputs), quantity.layer
    below = run.inputs
    if k:
        hidden = [
            reverse_if_backward(one["hidden"], w)
            for w, one in zip(network.directions_by_layer[k - 1], run.records[k - 1], strict=True)
        ]
        below = merge_directions(hidden, network.merge)
    x, given = (np.ascontiguousarray(reverse_if_backward(array, way), cell.dtype) for array in (below, theirs))
    states = run.records[k][ways.index(way)].initial
    found = []
    for now, after in zip(x, given, strict=True):
        record = cell.forward(now[None], states)
        found.append(record["hidden"][0])
        states = {**record.final, "hidden": after}
    return reverse_if_backward(apart(np.stack(found), given), way)


def _either(names: list[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _listed(what: str, places: Array, verb: str = "") -> str:
    shown = ", ".join(map(str, places[:8]))
    if len(places) == 1:
        return f"{what} {shown} {verb}{'s' if verb else ''}".rstrip()
    return f"{what}s {shown}{' and others' if len(places) > 8 else ''} {verb}".rstrip()
