"""One RNN, GRU or LSTM node of an ONNX graph: its attributes and inputs in our words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..gate_orders import ORDERS
from ..stack import Fact, How, Source, Way
from . import node_activations as activations
from .constant_folding import Constant, Folder
from .flat_graph import Node
from .tensor_data import UnreadableError

KINDS = ("RNN", "GRU", "LSTM")
WAYS = {"forward": ("forward",), "reverse": ("backward",), "bidirectional": ("forward", "backward")}
ROWS = {"RNN": 1, "GRU": 3, "LSTM": 4}
ORDER = {"RNN": "h", "GRU": "zrn", "LSTM": "iofg"}
STATES = {"hidden": 5, "cell": 6}  # by the input that they come in by
# Our options that a node's activations f, g and h set, in ONNX's order, and what they are where it says nothing.
OPTIONS = {
    "RNN": {"activation": "tanh"},
    "GRU": {"gates": "sigmoid", "activation": "tanh"},
    "LSTM": {"gates": "sigmoid", "activation": "tanh", "squash": "tanh"},
}
TITLES = {
    "activation": "Activation of the candidate",
    "gates": "Activation of the gates",
    "squash": "Activation of the cell state on its way out",
    "order": "Order of the gates",
    "reset": "Placement of the reset gate",
    "update": "What the update gate does",
    "initial": "States to start from",
}
RESETS = {
    "after": "after the matrix product (PyTorch, Keras)",
    "before": "before the matrix product (Cho et al., ONNX's default)",
}
_LEFT_OUT = "The node leaves out linear_before_reset, which means 0."
UPDATES = {"keeps": "1 keeps the old state", "writes": "1 writes the candidate"}


@dataclass(frozen=True)
class Layer:
    """What a node holds. initial: by direction and state. See `Stack` for the rest."""

    node: Node
    cell: str
    ways: dict[str, Way]
    facts: tuple[Fact, ...]
    initial: dict[tuple[str, str], Source] = field(default_factory=dict)
    longest: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def options(self) -> dict[str, str]:
        """What tells layers of one stack from those of another."""
        return {fact.name: fact.value for fact in self.facts if fact.name != "initial"}

    @property
    def input_size(self) -> int:
        return next(iter(self.ways.values()))["weight_ih"].array.shape[1]

    @property
    def hidden_size(self) -> int:
        return next(iter(self.ways.values()))["weight_hh"].array.shape[1]

    @property
    def width(self) -> int:
        return self.hidden_size * len(self.ways)


def layer(node: Node, folder: Folder) -> Layer:
    """Raises UnreadableError, in half a sentence, if the node contradicts itself or its weights are not in the file."""
    direction = node.text("direction", "forward")
    if direction not in WAYS:
        raise UnreadableError(f"{node.called} has the direction {direction!r}; known are {', '.join(WAYS)}")
    ways = WAYS[direction]
    found = {letter: _weights(node, folder, place, letter) for letter, place in {"W": 1, "R": 2}.items()}
    hidden, notes = _hidden_size(node, found["R"])
    rows = ROWS[node.op] * hidden
    _shaped(node, "W", found["W"], (len(ways), rows, "D"))
    _shaped(node, "R", found["R"], (len(ways), rows, hidden))
    arrays: dict[str, Constant] = {"weight_ih": found["W"], "weight_hh": found["R"]}
    if (biases := _optional(node, folder, 3, "B")) is not None:
        _shaped(node, "B", biases, (len(ways), 2 * rows))
        arrays |= {
            "bias_ih": _part(biases, slice(0, rows), "first half"),
            "bias_hh": _part(biases, slice(rows, None), "second half"),
        }
    peephole = _optional(node, folder, 7, "P") if node.op == "LSTM" else None
    if peephole is not None:
        _shaped(node, "P", peephole, (len(ways), 3 * hidden))
        i, o, f = np.split(peephole.array, 3, axis=1)
        turned = np.concatenate([i, f, o], axis=1)
        arrays["weight_peephole"] = replace(
            peephole, array=turned, how=(*peephole.how, "blocks i, o, f put in the order i, f, o")
        )
    facts, more = _facts(node, len(ways))
    if node.op == "LSTM" and node.get("input_forget", "int", 0):
        arrays, note = _coupled(node, arrays, facts, hidden)
        more.append(note)
    if any(array.array.size == 0 for array in arrays.values()):
        raise UnreadableError(f"{node.called} has weights without numbers")
    if len({array.array.dtype == np.float64 for array in arrays.values()}) > 1:
        raise UnreadableError(
            f"{node.called} has some of its weights in float64 and others not, which no runtime takes"
        )
    initial, fact, about = _initial(node, folder, ways, hidden)
    longest, length = _lengths(node, folder)
    return Layer(
        node,
        "peephole" if peephole is not None else node.op.lower(),
        {way: {name: _source(array, k) for name, array in arrays.items()} for k, way in enumerate(ways)},
        (*facts, *fact),
        initial,
        longest,
        tuple(notes + more + about + length),
    )


def _facts(node: Node, directions: int) -> tuple[list[Fact], list[str]]:
    """Gate order, activations and conventions."""
    cell = node.op.lower()
    usual = OPTIONS[node.op]
    said = activations.understood(node, directions, list(usual.values()))
    bound = activations.clip(node)
    how: How = "said" if said.said else "fixed"
    order = ORDER[node.op]
    facts = [_fact("order", order, ORDERS[cell], "fixed", "ONNX stacks the gates of this cell in one order only.")]
    why = "The node names it." if said.said else "The node names no activations, and ONNX fixes what that means."
    for (name, default), plain in zip(usual.items(), said.texts, strict=True):
        value = plain if bound is None else f"{plain} within {activations.decimal(bound)}"
        options = {one: one for one in dict.fromkeys((plain if name == "squash" else value, value, default))}
        if name == "squash" and bound is not None:
            told = (
                f"The node clips sums at {bound:g}; the standard can be read so that this bounds the cell state too, "
                "but ONNX Runtime leaves it as it is."
            )
            facts.append(_fact(name, plain, options, "assumed", told))
        else:
            facts.append(_fact(name, value, options, "said" if bound is not None else how, why))
    if node.op == "GRU":
        given = "linear_before_reset" in node.attributes
        after = bool(node.get("linear_before_reset", "int", 0))
        told = f"The node says linear_before_reset = {int(after)}." if given else _LEFT_OUT
        facts.append(_fact("reset", "after" if after else "before", RESETS, "said" if given else "fixed", told))
        facts.append(_fact("update", "keeps", UPDATES, "fixed", "ONNX's formula is h' = (1 - z) n + z h."))
    return facts, list(said.notes)


def _fact(name: str, value: str, options: dict[str, str], how: How, why: str) -> Fact:
    return Fact(name, TITLES[name], value, options, how, why)


# ---- weights ---------------------------------------------------------------------------------------


def _weights(node: Node, folder: Folder, place: int, letter: str) -> Constant:
    value = node.input(place)
    found = folder.constant(value)
    if found is None:
        graph = folder.graph
        where = "is left out" if value is None else "is computed while the graph runs"
        if value in graph.given:
            where = f"comes in by the graph's input {graph.names[value]!r} instead of standing in the file"
        raise UnreadableError(f"{node.called} has no weights to show: its {letter} {where}")
    if found.array.dtype.kind != "f":
        raise UnreadableError(
            f"{node.called} has {letter} of {found.array.dtype}; weights of float16 to float64 can be read"
        )
    return found


def _optional(node: Node, folder: Folder, place: int, letter: str) -> Constant | None:
    """None if it is left out, or zeros of a size that is not known."""
    value = node.input(place)
    if value is None or (folder.zero(value) and folder.constant(value) is None):
        return None
    return _weights(node, folder, place, letter)


def _hidden_size(node: Node, recurrent: Constant) -> tuple[int, list[str]]:
    """H, and a note if the node does not say it."""
    said = node.get("hidden_size", "int")
    if said is not None:
        if said < 1:
            raise UnreadableError(f"{node.called} has hidden_size {said}; at least 1 is needed")
        return int(said), []
    if recurrent.array.ndim != 3 or recurrent.array.shape[2] < 1:
        raise UnreadableError(
            f"{node.called} has no hidden_size, and its R of shape {recurrent.array.shape} does not show it"
        )
    size = recurrent.array.shape[2]
    return size, [f"{node.called} has no hidden_size; {size} is read off its R."]


def _shaped(node: Node, letter: str, found: Constant, expected: tuple[int | str, ...]) -> None:
    shape = found.array.shape
    if len(shape) != len(expected) or any(isinstance(e, int) and e != s for e, s in zip(expected, shape, strict=True)):
        wanted = ", ".join(map(str, expected))
        raise UnreadableError(
            f"{node.called} has {letter} of shape {shape}; its other inputs and attributes ask for ({wanted})"
        )


def _part(found: Constant, part: slice, how: str) -> Constant:
    return replace(found, array=found.array[:, part], how=(*found.how, how))


def _coupled(
    node: Node, arrays: dict[str, Constant], facts: list[Fact], hidden: int
) -> tuple[dict[str, Constant], str]:
    """f = 1 - i as an LSTM whose forget rows are the input's, negated: the very same, as 1 - s(a) = s(-a)."""
    gates = next(fact.value for fact in facts if fact.name == "gates")
    if not activations.mirrored(gates):
        raise UnreadableError(
            f"{node.called} couples its gates by input_forget, f = 1 - i, which with gates of {gates} no LSTM with a "
            "forget gate of its own can say"
        )
    found = {}
    for name, constant in arrays.items():
        array, at = constant.array.copy(), hidden if name == "weight_peephole" else 2 * hidden
        array[:, at : at + hidden] = -array[:, :hidden]
        found[name] = replace(constant, array=array, how=(*constant.how, "forget rows set to the negated input rows"))
    return found, (
        f"{node.called} couples its gates (input_forget): f = 1 - i is written as a forget gate whose rows are the "
        "negated rows of the input gate, which is the same."
    )


def _source(found: Constant, direction: int, pick: Callable[[np.ndarray], np.ndarray] = lambda array: array) -> Source:
    array = pick(found.array[direction])
    exact = np.float64 if array.dtype == np.float64 else np.float32
    return Source(found.name, np.ascontiguousarray(array, exact), found.shape, found.dtype, ", ".join(found.how))


# ---- states and lengths ------------------------------------------------------------------------------


def _initial(
    node: Node, folder: Folder, ways: tuple[str, ...], hidden: int
) -> tuple[dict[tuple[str, str], Source], list[Fact], list[str]]:
    """States to start from, by direction and name; a fact if they come from outside; notes."""
    states, notes, open_ = {}, [], []
    for state, place in STATES.items():
        value = node.input(place)
        if (place == 6 and node.op != "LSTM") or folder.zero(value):
            continue
        found = folder.constant(folder.before_moves(value))
        if found is None:
            open_ += folder.inputs_behind(value) or ["a part of the graph that is not read"]
            continue
        array = found.array.swapaxes(0, 1) if node.get("layout", "int", 0) and found.array.ndim == 3 else found.array
        try:  # it may come in one row for all directions or sequences
            array = np.broadcast_to(array, (len(ways), max(array.shape[-2], 1) if array.ndim > 1 else 1, hidden))
        except (ValueError, IndexError):
            raise UnreadableError(
                f"{node.called} starts from a {state} state of shape {found.array.shape}; it has {hidden} units"
            ) from None
        if not np.array_equal(array, np.broadcast_to(array[:, :1], array.shape), equal_nan=True):
            notes.append(
                f"{node.called} starts each sequence of a batch from another {state} state: the first is taken."
            )
        for k, way in enumerate(ways):
            states[way, state] = _source(replace(found, array=array), k, lambda rows: rows[0])
    if not open_:
        return states, [], notes
    named = " and ".join(dict.fromkeys(open_))
    why = f"The states to start from are no part of the file: they come from {named} when the graph runs."
    return states, [_fact("initial", "zeros", {"zeros": "zeros"}, "assumed", why)], notes


def _lengths(node: Node, folder: Folder) -> tuple[int | None, list[str]]:
    """How many steps are read at most, and notes."""
    value = node.input(4)
    if value is None:
        return None, []
    found = folder.constant(value)
    if found is None:
        name = folder.graph.names[value]
        return None, [
            f"{node.called} is told how long each sequence is by {name!r}: here every text is read to its end."
        ]
    lengths = sorted({int(v) for v in np.ravel(found.array)})
    if len(lengths) == 1 and lengths[0] > 0:
        return lengths[0], []
    return None, [f"{node.called} reads sequences of {lengths[:5]} steps: here every text is read to its end."]
