"""Which arrays a difference from a framework's output points to.

Two observations tell. At the first step that a direction reads, its old state is still zero, so the recurrent weights
have no effect. And if every step starts from the framework's own old state, only the units go wrong whose own rows are
wrong, because one unit reaches the others through the hidden state alone (except for a reset gate before the product).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...cells import Cell
from ...cells.activations import Array
from ...cells.gated_equations import hidden_projection
from ...network import Network, reverse_if_backward
from ...network.merging import merge_directions
from ..stack import Stack
from .comparison import Comparison, relative_differences

MOST = 2000  # steps that are computed one by one
_BIASES = ("bias_ih", "bias_hh")
# Gates that multiply nothing but the old state, which is zero at first.
_LATE = {"lstm": "forget gate", "peephole": "forget gate", "lstmp": "forget gate", "gru": "reset gate"}
_FROM_OLD = "If every step starts from the framework’s own old state"


@dataclass(frozen=True)
class Location:
    """Where a difference comes from.

    Parameters
    ----------
    first : int or None
        The first step, in the order of reading and counted from 1, that differs; None if it is unknown.
    cause : str
        A short key: "start" if the first step already differs, "later" if a later one does, "readout", "rounding",
        "initial" for a network with its own initial states, "other_start" for a framework that started from other
        states, "setting" if another value of a setting explains all, or, if it cannot be told, "last_step",
        "directions" or "layers".
    words : str
        The same in sentences.
    arrays : tuple of str
        The arrays of the file that the difference points to.
    units : tuple of int
        The units, or the outputs of the readout, that are wrong by themselves; empty if these are most or all.
    tokens : tuple of int
        The tokens whose steps are wrong, if only these are.
    """

    first: int | None
    cause: str
    words: str
    arrays: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()


def locate(stack: Stack, network: Network, comparison: Comparison, tolerance: float) -> Location:
    """Find out where a difference comes from."""
    wrong, quantity = comparison.differences > tolerance, comparison.quantity
    if len(wrong) < len(comparison.inputs):
        words = "Only the last step was given; the output at every step would show which array is wrong."
        return Location(None, "last_step", words)
    layer, directions = quantity.layer, network.directions_by_layer[quantity.layer]
    direction = quantity.direction or (directions[0] if len(directions) == 1 else None)
    if direction is None and quantity.kind == "top" and network.merge == "concat":
        halves = np.split(wrong, 2, axis=2)
        direction = directions[int(np.argmax([half.any((1, 2)).sum() for half in halves]))]
        wrong = halves[directions.index(direction)]
    if direction is None:
        words = "Both directions contribute to it; the hidden states of one of them would show which array is wrong."
        return Location(int(wrong.any((1, 2)).argmax()) + 1, "directions", words)
    order = reverse_if_backward(np.arange(len(wrong)), direction)
    first = next(int(step) for step in order if wrong[step].any())
    sources = stack.layers[layer][direction]
    outputs = np.flatnonzero(wrong.any((0, 1)))
    if quantity.kind == "logits" and len(outputs) <= wrong.shape[2] // 2:
        words = f"Only {_listed('output', outputs, 'differ')}: look there in the readout."
        return Location(first + 1, "readout", words, units=tuple(map(int, outputs)))
    rows, units, tokens = "", np.zeros(0, int), np.zeros(0, int)
    from_old = _differences_from_old_states(network, comparison, direction)
    if (
        from_old is not None
        and first == order[0]
        and _started_elsewhere(network, comparison, order, from_old, tolerance)
    ):
        own = "those of the file" if network.initial is not None else "zeros"
        words = (
            f"{_FROM_OLD}, only the beginning differs: no array is wrong, but the framework started from other states "
            f"than {own}."
        )
        return Location(first + 1, "other_start", words)
    if from_old is not None:
        off = from_old > tolerance
        units = np.flatnonzero(off.any((0, 1)))
        if not len(units):
            words = (
                f"{_FROM_OLD}, every step agrees: no array is wrong, but small differences add up, as those of half "
                "precision do."
            )
            return Location(first + 1, "rounding", words)
        if len(units) <= off.shape[2] // 2:
            rows = f" {_FROM_OLD}, only {_listed('unit', units, 'differ')}: look at the rows there."
        else:
            units, tokens = units[:0], _wrong_tokens(network, comparison, layer, off)
    if len(tokens):
        rows = f" {_FROM_OLD}, only the steps that read {_listed('token', tokens)} differ."
    if layer > 0 and not len(units):
        words = f"Any layer up to layer {layer + 1} can be the cause: the states of layer 1 would show which."
        return Location(first + 1, "layers", words)
    zeros = network.embedding is None and layer == 0 and bool((comparison.inputs[order[0]] == 0).all(0).any())
    names = {name: source.name for name, source in sources.items()}
    others = _other_causes(network, quantity.kind, layer)
    cause, words, arrays = _cause(network, network.cell(layer, direction), names, first == order[0], others, zeros)
    return Location(first + 1, cause, words + rows, arrays, tuple(map(int, units)), tuple(map(int, tokens)))


def _cause(
    network: Network, cell: Cell, names: Mapping[str, str], at_start: bool, others: tuple[str, ...], zeros: bool
) -> tuple[str, str, tuple[str, ...]]:
    """What the first differing step points to: its cause, sentences and arrays.

    zeros: whether some of the input values are zero at the first step of every sequence.
    """
    inputs = ["weight_ih", *(name for name in _BIASES if name in names)]
    missing = ("a bias that the file lacks",) if len(inputs) < 3 else ()
    if (projection := hidden_projection(cell.definition.equations)) is not None:
        inputs.append(projection.parameter)
    if network.initial is not None:
        words = f"One of {_either([*names.values(), *others, *missing])} is wrong, or a setting of the cell."
        return "initial", words, tuple(names.values())
    read = [names[name] for name in inputs]
    recurrent = next((names[name] for name in ("weight_hh", *cell.extra_blocks()) if name in names), read[0])
    if at_start:
        words = (
            f"The very first step differs, at which the old state is still zero and {recurrent} has no effect: "
            f"{_either([*read, *others, *missing])} is wrong, or a setting of the cell."
        )
        return "start", words, tuple(read)
    late = {"lstm": "forget gate", "peephole": "forget gate", "lstmp": "forget gate", "gru": "reset gate"}.get(
        cell.name
    )
    rest = [f"rows of the {late} in {_either(read)}"] if late else []
    if zeros:
        rest.append(f"columns of {names['weight_ih']} for values that were still zero")
    if "embedding" in others:
        rest.append("the embedding of a token that comes later")
    also = f" It can also be {' or '.join(rest)}, which had no effect there." if rest else ""
    arrays = (recurrent, *(read if late else [names["weight_ih"]] if zeros else []))
    return "later", f"The first step agrees and a later one differs, which points to {recurrent}.{also}", arrays


def _wrong_tokens(network: Network, comparison: Comparison, layer: int, off: Array) -> Array:
    """The tokens all of whose steps are wrong while those of all others are right, if there are any."""
    none = np.zeros(0, int)
    if network.embedding is None or layer > 0:
        return none
    steps = off.any(2)
    bad, good = np.unique(comparison.inputs[steps]), np.unique(comparison.inputs[~steps])
    return none if len(bad) > len(good) or np.isin(bad, good).any() else bad


def _other_causes(network: Network, kind: str, layer: int) -> tuple[str, ...]:
    """What else affects every step."""
    below = ("embedding",) if network.embedding is not None and layer == 0 else ()
    return (*below, "readout") if kind in ("logits", "probabilities") else below


def _started_elsewhere(
    network: Network, comparison: Comparison, order: Array, from_old: Array, tolerance: float
) -> bool:
    """Whether all but the first steps agree once the framework's own states are known, and no token explains it."""
    if len(order) < 4 or comparison.quantity.layer > 0:
        return False
    if network.embedding is not None and not np.isin(comparison.inputs[order[0]], comparison.inputs[order[2:]]).all():
        return False
    directions = network.directions_by_layer[0]
    direction = directions[0] if order[0] == 0 else directions[-1]
    if network.cell(0, direction).states == ("hidden",):
        return bool((from_old[order[0]] > tolerance).any() and (from_old[order[1:]] <= tolerance).all())
    later = _differences_from_cell_states(network, comparison, direction)
    return later is not None and bool((later[order[2:]] <= 10 * tolerance).all())


def _differences_from_cell_states(network: Network, comparison: Comparison, direction: str) -> Array | None:
    """As `_differences_from_old_states` for an LSTM, whose old cell state is computed from the framework's hidden one.

    h = o tanh(c), where the output gate o needs the old hidden state alone. None for cells with other equations.
    """
    cell = network.cell(0, direction)
    if cell.name != "lstm" or cell.options["squash"] != "tanh":
        return None
    reference = comparison.reference
    if comparison.quantity.kind == "top" and len(network.directions_by_layer[0]) == 2:
        halves = np.split(reference, 2, axis=2)
        reference = halves[network.directions_by_layer[0].index(direction)]
    inputs = network.forward(comparison.inputs).inputs
    x, targets = (
        np.ascontiguousarray(reverse_if_backward(array, direction), cell.dtype) for array in (inputs, reference)
    )
    hidden = [np.zeros_like(targets[0])]
    states = {"hidden": targets[0], "cell": np.zeros_like(targets[0])}
    for one, target in zip(x[1:], targets[1:], strict=True):
        record = cell.forward(one[None], states)
        hidden.append(record["hidden"][0])
        gate = np.maximum(record["output"][0].astype(np.float64), 1e-12)
        inside = np.clip(target / gate, -1 + 1e-7, 1 - 1e-7)
        states = {"hidden": target, "cell": np.arctanh(inside).astype(cell.dtype)}
    return reverse_if_backward(relative_differences(np.stack(hidden), targets), direction)


def _differences_from_old_states(network: Network, comparison: Comparison, direction: str) -> Array | None:
    """The difference of each step if it starts from the framework's own hidden states, (T, B, H).

    None where these are unknown. An LSTM's cell states are its own: each unit's depends on that unit's rows alone.
    """
    quantity = comparison.quantity
    if quantity.kind not in ("hidden", "top") or len(comparison.inputs) > MOST:
        return None
    cell, directions = network.cell(quantity.layer, direction), network.directions_by_layer[quantity.layer]
    reference = comparison.reference
    if quantity.kind == "top" and len(directions) == 2:
        reference = np.split(reference, 2, axis=2)[directions.index(direction)]
    run, k = network.forward(comparison.inputs), quantity.layer
    below = run.inputs
    if k:
        records = zip(network.directions_by_layer[k - 1], run.records[k - 1], strict=True)
        below = merge_directions([reverse_if_backward(record["hidden"], d) for d, record in records], network.merge)
    x, targets = (
        np.ascontiguousarray(reverse_if_backward(array, direction), cell.dtype) for array in (below, reference)
    )
    states = run.records[k][directions.index(direction)].initial
    hidden = []
    for inputs, target in zip(x, targets, strict=True):
        record = cell.forward(inputs[None], states)
        hidden.append(record["hidden"][0])
        states = {**record.final, "hidden": target}
    return reverse_if_backward(relative_differences(np.stack(hidden), targets), direction)


def _either(names: list[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _listed(what: str, places: Array, verb: str = "") -> str:
    shown = ", ".join(map(str, places[:8]))
    if len(places) == 1:
        return f"{what} {shown} {verb}{'s' if verb else ''}".rstrip()
    return f"{what}s {shown}{' and others' if len(places) > 8 else ''} {verb}".rstrip()
