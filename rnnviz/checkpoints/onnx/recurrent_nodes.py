"""One RNN, GRU or LSTM node of an ONNX graph: its attributes and inputs as parameters and settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...wording import printable
from ..gate_orders import ORDERS
from ..settings import Basis, InferredSetting, inferred
from ..stack import Parameters, SourceArray
from .constant_folding import Constant, ConstantFolder
from .flat_graph import Node
from .node_activations import clip_bound, decimal, is_symmetric, node_activations
from .tensor_data import UnreadablePartError

OPS = ("RNN", "GRU", "LSTM")
FEW = 8  # names and lengths that are looked at for a sentence
DIRECTIONS = {"forward": ("forward",), "reverse": ("backward",), "bidirectional": ("forward", "backward")}
ROWS = {"RNN": 1, "GRU": 3, "LSTM": 4}
ORDER = {"RNN": "h", "GRU": "zrn", "LSTM": "iofg"}
STATES = {"hidden": 5, "cell": 6}  # by the input that they come from
# Our options that a node's activations f, g and h set, in ONNX's order, and their defaults.
OPTIONS = {
    "RNN": {"activation": "tanh"},
    "GRU": {"gates": "sigmoid", "activation": "tanh"},
    "LSTM": {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"},
}


@dataclass(frozen=True)
class RecurrentLayer:
    """The content of a recurrent node.

    directions: parameters by direction. initial: states by direction and state. See `Stack` for the rest.
    """

    node: Node
    cell: str
    directions: dict[str, Parameters]
    settings: tuple[InferredSetting, ...]
    initial: dict[tuple[str, str], SourceArray] = field(default_factory=dict)
    max_steps: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, str]:
        """What distinguishes layers of one stack from those of another."""
        return {setting.name: setting.value for setting in self.settings if setting.name != "initial"}

    @property
    def input_size(self) -> int:
        """D, the size of the vectors that it reads."""
        return next(iter(self.directions.values()))["weight_ih"].array.shape[1]

    @property
    def hidden_size(self) -> int:
        """H, the units of one direction."""
        return next(iter(self.directions.values()))["weight_hh"].array.shape[1]

    @property
    def width(self) -> int:
        """The size of the vectors that it passes on, two directions concatenated."""
        return self.hidden_size * len(self.directions)


def recurrent_layer(node: Node, folder: ConstantFolder) -> RecurrentLayer:
    """The layer of a node. Raises UnreadablePartError if it contradicts itself or its weights are not in the file."""
    direction = node.text("direction", "forward")
    if direction not in DIRECTIONS:
        raise UnreadablePartError(
            f"{node.called} has the direction {printable(direction)!r}; valid are {', '.join(DIRECTIONS)}",
            code="direction",
        )
    directions = DIRECTIONS[direction]
    folder.budget.spend("layers", len(directions))
    weights = {letter: _weights(node, folder, place, letter) for letter, place in {"W": 1, "R": 2}.items()}
    hidden, notes = _hidden_size(node, weights["R"])
    rows = ROWS[node.op] * hidden
    _check_shape(node, "W", weights["W"], (len(directions), rows, "D"))
    _check_shape(node, "R", weights["R"], (len(directions), rows, hidden))
    arrays: dict[str, Constant] = {"weight_ih": weights["W"], "weight_hh": weights["R"]}
    if (biases := _optional_weights(node, folder, 3, "B")) is not None:
        _check_shape(node, "B", biases, (len(directions), 2 * rows))
        arrays |= {
            "bias_ih": _part(biases, slice(0, rows), "first half"),
            "bias_hh": _part(biases, slice(rows, None), "second half"),
        }
    peephole = _optional_weights(node, folder, 7, "P") if node.op == "LSTM" else None
    if peephole is not None:
        _check_shape(node, "P", peephole, (len(directions), 3 * hidden))
        i, o, f = np.split(peephole.array, 3, axis=1)
        reordered = np.concatenate([i, f, o], axis=1)
        changes = (*peephole.changes, "blocks i, o, f reordered to i, f, o")
        arrays["weight_peephole"] = replace(peephole, array=reordered, changes=changes)
    settings, more = _settings(node, len(directions))
    if node.op == "LSTM" and node.get("input_forget", "int", 0):
        arrays, note = _with_forget_rows(node, arrays, settings, hidden)
        more.append(note)
    if any(array.array.size == 0 for array in arrays.values()):
        raise UnreadablePartError(f"{node.called} has empty weights", code="empty")
    if len({array.array.dtype == np.float64 for array in arrays.values()}) > 1:
        raise UnreadablePartError(
            f"{node.called} has some of its weights in float64 and others not, which no runtime accepts", code="dtype"
        )
    initial, from_outside, about_states = _initial_states(node, folder, directions, hidden)
    max_steps, about_lengths = _max_steps(node, folder)
    return RecurrentLayer(
        node,
        "peephole" if peephole is not None else node.op.lower(),
        {d: {name: _source(array, k) for name, array in arrays.items()} for k, d in enumerate(directions)},
        (*settings, *from_outside),
        initial,
        max_steps,
        tuple(notes + more + about_states + about_lengths),
    )


def _settings(node: Node, directions: int) -> tuple[list[InferredSetting], list[str]]:
    """Gate order, activations and conventions; and notes."""
    cell = node.op.lower()
    usual = OPTIONS[node.op]
    activations = node_activations(node, directions, list(usual.values()))
    bound = clip_bound(node)
    basis: Basis = "stated" if activations.stated else "fixed"
    reason = "ONNX stacks the gates of this cell in one order only."
    settings = [inferred("order", ORDER[node.op], "fixed", reason, ORDERS[cell])]
    reason = (
        "The node names it." if activations.stated else "The node names no activations, and ONNX fixes the default."
    )
    for (name, default), plain in zip(usual.items(), activations.texts, strict=True):
        value = plain if bound is None else f"{plain} within {decimal(bound)}"
        choices = {text: text for text in dict.fromkeys((plain if name == "squash" else value, value, default))}
        if name == "squash" and bound is not None:
            why = (
                f"The node clips sums at {bound:g}; the standard can be read so that this bounds the cell state too, "
                "but ONNX Runtime leaves it unbounded."
            )
            settings.append(inferred(name, plain, "assumed", why, choices))
        else:
            settings.append(inferred(name, value, "stated" if bound is not None else basis, reason, choices))
    if node.op == "GRU":
        stated = "linear_before_reset" in node.attributes
        after = bool(node.get("linear_before_reset", "int", 0))
        why = (
            f"The node states linear_before_reset = {int(after)}."
            if stated
            else "The node leaves out linear_before_reset, whose default is 0."
        )
        settings.append(inferred("reset", "after" if after else "before", "stated" if stated else "fixed", why))
        settings.append(inferred("update", "keeps", "fixed", "ONNX's formula is h' = (1 - z) n + z h."))
    return settings, list(activations.notes)


# ---- weights ---------------------------------------------------------------------------------------


def _weights(node: Node, folder: ConstantFolder, place: int, letter: str) -> Constant:
    value = node.input(place)
    constant = folder.constant(value)
    if constant is None:
        graph = folder.graph
        why = "is left out" if value is None else "is computed while the graph runs"
        if value in graph.inputs:
            why = (
                f"is the graph's input {printable(graph.names[value])!r} and not in the file. Save the graph's inputs "
                "as npz under their names, and give that file together with this one; beside this one it is found if "
                "it has the same name"
            )
        raise UnreadablePartError(
            f"{node.called} has no weights to show: its {letter} {why}", code="weights", part=letter
        )
    if constant.array.dtype.kind != "f":
        raise UnreadablePartError(
            f"{node.called} has {letter} of {constant.array.dtype}; only weights of float16 to float64 can be read",
            code="dtype",
            part=letter,
        )
    folder.budget.use(constant.array, constant.array.size * max(constant.array.itemsize, 4))
    return constant


def _optional_weights(node: Node, folder: ConstantFolder, place: int, letter: str) -> Constant | None:
    """None if they are left out, or zeros of an unknown size."""
    value = node.input(place)
    if value is None or (folder.is_zero(value) and folder.constant(value) is None):
        return None
    return _weights(node, folder, place, letter)


def _hidden_size(node: Node, recurrent: Constant) -> tuple[int, list[str]]:
    """H, and a note if the node does not state it."""
    stated = node.get("hidden_size", "int")
    if stated is not None:
        if stated < 1:
            raise UnreadablePartError(f"{node.called} has hidden_size {stated}, which must be at least 1", code="size")
        return int(stated), []
    if recurrent.array.ndim != 3 or recurrent.array.shape[2] < 1:
        raise UnreadablePartError(
            f"{node.called} has no hidden_size, and its R of shape {recurrent.array.shape} does not show it",
            code="shape",
        )
    size = recurrent.array.shape[2]
    return size, [f"{node.called} has no hidden_size; {size} is read off its R."]


def _check_shape(node: Node, letter: str, constant: Constant, expected: tuple[int | str, ...]) -> None:
    shape = constant.array.shape
    if len(shape) != len(expected) or any(isinstance(e, int) and e != s for e, s in zip(expected, shape, strict=True)):
        needed = ", ".join(map(str, expected))
        raise UnreadablePartError(
            f"{node.called} has {letter} of shape {shape}; its other inputs and attributes require ({needed})",
            code="shape",
            part=letter,
        )


def _part(constant: Constant, part: slice, change: str) -> Constant:
    return replace(constant, array=constant.array[:, part], changes=(*constant.changes, change))


def _with_forget_rows(
    node: Node, arrays: dict[str, Constant], settings: list[InferredSetting], hidden: int
) -> tuple[dict[str, Constant], str]:
    """The gate f = 1 - i as an LSTM whose forget rows are the input's, negated, which is equal, as 1 - s(a) = s(-a)."""
    gates = next(setting.value for setting in settings if setting.name == "gates")
    if not is_symmetric(gates):
        raise UnreadablePartError(
            f"{node.called} couples its gates by input_forget, f = 1 - i. With gates of {gates} this cannot be written "
            "as an LSTM with its own forget gate",
            code="input_forget",
        )
    coupled = {}
    for name, constant in arrays.items():
        array, at = constant.array.copy(), hidden if name == "weight_peephole" else 2 * hidden
        array[:, at : at + hidden] = -array[:, :hidden]
        changes = (*constant.changes, "forget rows set to the negated input rows")
        coupled[name] = replace(constant, array=array, changes=changes)
    return coupled, (
        f"{node.called} couples its gates (input_forget): f = 1 - i is written as a forget gate whose rows are the "
        "negated rows of the input gate, which is equal."
    )


def _source(
    constant: Constant, direction: int, pick: Callable[[np.ndarray], np.ndarray] = lambda array: array
) -> SourceArray:
    array = pick(constant.array[direction])
    dtype = np.float64 if array.dtype == np.float64 else np.float32
    changes = ", ".join(constant.changes)
    whole = np.ascontiguousarray(array, dtype)
    return SourceArray(constant.name, whole, constant.shape, constant.dtype, changes, constant.names)


# ---- states and lengths ------------------------------------------------------------------------------


def _initial_states(
    node: Node, folder: ConstantFolder, directions: tuple[str, ...], hidden: int
) -> tuple[dict[tuple[str, str], SourceArray], list[InferredSetting], list[str]]:
    """Initial states by direction and name; a setting if they come from outside; notes."""
    states, notes, outside = {}, [], []
    for state, place in STATES.items():
        value = node.input(place)
        if (place == 6 and node.op != "LSTM") or folder.is_zero(value):
            continue
        constant = folder.constant(folder.before_expansion(value))
        if constant is None:
            outside += folder.graph_inputs_of(value) or ["a part of the graph that is not read"]
            continue
        folder.budget.use(constant.array)
        swapped = node.get("layout", "int", 0) and constant.array.ndim == 3
        array = constant.array.swapaxes(0, 1) if swapped else constant.array
        try:  # it may have one row for all directions or sequences
            array = np.broadcast_to(array, (len(directions), max(array.shape[-2], 1) if array.ndim > 1 else 1, hidden))
        except (ValueError, IndexError):
            raise UnreadablePartError(
                f"{node.called} starts from a {state} state of shape {constant.array.shape}; it has {hidden} units",
                code="shape",
            ) from None
        if not np.array_equal(array, np.broadcast_to(array[:, :1], array.shape), equal_nan=True):
            notes.append(
                f"{node.called} starts each sequence of a batch from another {state} state: the first is used."
            )
        for k, direction in enumerate(directions):
            states[direction, state] = _source(replace(constant, array=array), k, lambda rows: rows[0])
    if not outside:
        return states, [], notes
    named = " and ".join(printable(name) for name in list(dict.fromkeys(outside))[:FEW])
    reason = f"The initial states are not in the file: they come from {named} when the graph runs."
    return states, [inferred("initial", "zeros", "assumed", reason, {"zeros": "zeros"})], notes


def _max_steps(node: Node, folder: ConstantFolder) -> tuple[int | None, list[str]]:
    """How many steps are read at most, and notes."""
    value = node.input(4)
    if value is None:
        return None, []
    constant = folder.constant(value)
    if constant is None:
        name = printable(folder.graph.names[value])
        return None, [
            f"{node.called} gets the length of each sequence from {name!r}: here every text is read to its end."
        ]
    lengths = np.unique(constant.array[:FEW] if constant.array.ndim else constant.array)
    if len(lengths) == 1 and lengths[0] > 0 and (constant.array == lengths[0]).all():
        return int(lengths[0]), []
    some = [int(length) for length in lengths[:5]]
    return None, [f"{node.called} reads sequences of {some} steps: here every text is read to its end."]
