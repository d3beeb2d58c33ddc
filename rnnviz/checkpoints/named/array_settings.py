"""What named arrays leave open about a stack, and what is taken for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..gate_orders import ORDERS
from ..settings import ACTIVATIONS, GATES, RESETS, UPDATES
from ..stack import Fact, Way
from .array_names import Named

ORIENTATIONS = {
    "rows": "a row for each unit, W x (PyTorch)",
    "columns": "a column for each unit, x W (Keras)",
}


def orientation(columns: bool) -> Fact:
    """Which way round square matrices lie, which neither their names nor their shapes tell."""
    why = "The matrices are square, and their names are nobody’s in particular."
    return Fact("orientation", "Orientation", "columns" if columns else "rows", ORIENTATIONS, "assumed", why)


def facts_of(cell: str, named: Mapping[str, Named], layers: Sequence[Mapping[str, Way]]) -> tuple[Fact, ...]:
    """The facts of a stack of named arrays. named: the names of one of its ways."""
    if all(one.exact for one in named.values()):
        return _of_pytorch(cell)
    if named["weight_hh"].word == "recurrent_kernel":
        return _of_keras(cell, layers)
    return _of_strangers(cell, layers)


def _of_pytorch(cell: str) -> tuple[Fact, ...]:
    if cell == "rnn":
        why = "PyTorch’s files do not say whether an RNN uses tanh or relu; tanh is its default."
        choices = {name: ACTIVATIONS[name] for name in ("tanh", "relu")}
        return (Fact("activation", "Activation", "tanh", choices, "assumed", why),)
    order = "ifgo" if cell == "lstm" else "rzn"
    why = "The arrays have PyTorch’s names, and PyTorch stacks the gates in this order."
    found = [Fact("order", "Order of the gates", order, ORDERS[cell], "fixed", why)]
    if cell == "gru":
        found += [
            Fact("reset", "Reset gate", "after", RESETS, "fixed", "PyTorch’s GRU has it there."),
            Fact("update", "Update gate", "keeps", UPDATES, "fixed", "PyTorch’s GRU has it so."),
        ]
    return tuple(found)


def _of_keras(cell: str, layers: Sequence[Mapping[str, Way]]) -> tuple[Fact, ...]:
    """Of arrays with Keras's names outside a Keras file."""
    unsaid = "The arrays have Keras’s names, but no configuration beside them says this."
    found = [Fact("activation", "Activation", "tanh", ACTIVATIONS, "assumed", unsaid)]
    if cell == "rnn":
        return tuple(found)
    order = "ifgo" if cell == "lstm" else "zrn"
    why = "The arrays have Keras’s names, and Keras stacks the gates in this order."
    found = [
        Fact("order", "Order of the gates", order, ORDERS[cell], "fixed", why),
        Fact("gates", "Activation of the gates", "sigmoid", GATES, "assumed", unsaid),
        *found,
    ]
    if cell == "gru":
        two = any("bias_hh" in way for layer in layers for way in layer.values())
        why = "Keras writes two rows of biases only with the reset gate after the product." if two else unsaid
        reset = "after" if two else "before"
        found.insert(1, Fact("reset", "Reset gate", reset, RESETS, "fixed" if two else "assumed", why))
    return tuple(found)


def _of_strangers(cell: str, layers: Sequence[Mapping[str, Way]]) -> tuple[Fact, ...]:
    """Of arrays whose names are nobody's in particular: all is as PyTorch has it unless somebody says otherwise."""
    why = "The names are not those of a framework that fixes it; this is PyTorch’s way."
    activation = Fact(
        "activation", "Activation", "tanh", ACTIVATIONS, "assumed", "The file does not say; tanh is usual."
    )
    if cell == "rnn":
        return (activation,)
    order = "ifgo" if cell == "lstm" else "rzn"
    gates = Fact(
        "gates", "Activation of the gates", "sigmoid", GATES, "assumed", "The file does not say; sigmoid is usual."
    )
    found = [Fact("order", "Order of the gates", order, ORDERS[cell], "assumed", why), gates, activation]
    if cell == "gru":
        two = any("bias_hh" in way for layer in layers for way in layer.values())
        told = "a bias of its own for the recurrent product is of use only there" if two else "the file does not say"
        found[1:1] = [
            Fact("reset", "Reset gate", "after", RESETS, "assumed", f"Taken as PyTorch has it: {told}."),
            Fact("update", "Update gate", "keeps", UPDATES, "assumed", why),
        ]
    return tuple(found)


def of_single_gates(facts: Sequence[Fact], layers: Sequence[Mapping[str, Way]]) -> tuple[Fact, ...]:
    """Facts of a stack whose gates have arrays of their own, which says which is which."""
    why = "Each gate has arrays of its own, which are called after it."
    one = not any("bias_hh" in way for layer in layers for way in layer.values())
    early = "The file does not say; matrices apart and one bias for both are written so that it can stand there."
    changed = {"order": {"how": "fixed", "why": why}} | ({"reset": {"value": "before", "why": early}} if one else {})
    return tuple(Fact(**(vars(fact) | changed.get(fact.name, {}))) for fact in facts)


def of_joint() -> tuple[Fact, ...]:
    """Facts of a BasicLSTMCell of TensorFlow 1."""
    why = "An LSTM cell with one kernel for input and state is TensorFlow 1’s."
    forget = {"1": "1 is added to the forget gate’s sum", "0": "nothing is added"}
    return (
        Fact("order", "Order of the gates", "igfo", ORDERS["lstm"], "fixed", why),
        Fact(
            "forget_bias", "Bias of the forget gate", "1", forget, "assumed", f"{why} It adds 1 unless told otherwise."
        ),
        Fact("activation", "Activation", "tanh", ACTIVATIONS, "assumed", "The file does not say; tanh is usual."),
    )
