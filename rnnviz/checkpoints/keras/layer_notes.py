"""Sentences on what of a Keras model a stack leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .layer import Layer

PLAIN = (None, "linear", "softmax")


def between(below: Layer, above: Layer, passed: Sequence[Layer]) -> list[str]:
    """What lies between two layers of a stack."""
    if not passed:
        return []
    return [
        f"Between {below.name!r} and {above.name!r} lies {_listed(passed)}, which hands on what it gets{_idle(passed)}."
    ]


def start(layer: Layer, below: Layer | None, passed: Sequence[Layer], backward: bool) -> list[str]:
    """What a stack's first layer reads, if that is not an embedding or the model's input."""
    said = []
    if any(one.kind == "Masking" for one in passed) or (below is not None and below.setting("mask_zero")):
        said.append("The model skips masked steps; here every step is read.")
    if below is not None and below.kind != "Embedding":
        order = ", last step first" if backward else ""
        said.append(f"{layer.name!r} reads what {_one(below)} computes{order}; that is not part of this stack.")
    elif below is None and len(layer.below or ()) > 1:
        said.append(f"{layer.name!r} reads several layers at once: {', '.join(layer.below or ())}.")
    if layer.starts:
        said.append(f"{layer.name!r} starts from the states of {', '.join(layer.starts)}; here it starts from zeros.")
    return said


def top(layer: Layer, backward: bool) -> list[str]:
    """How the top layer hands on its states."""
    one = layer.halves[0] if layer.halves else layer
    if one.config is None:
        return []
    if one.setting("return_sequences", False):
        if not backward:
            return []
        return [f"Keras gives the outputs of {layer.name!r} last step first; here they are in the order of the text."]
    if layer.halves:
        return [
            f"{layer.name!r} hands on only the last state of each direction, the backward one's being at the first "
            "step; a readout here reads both directions at every step."
        ]
    at = ", at the first step of the text," if backward else ""
    return [f"{layer.name!r} hands on only its last state{at} to what is above; here every step is shown and read out."]


def member(layer: Layer) -> list[str]:
    """What else is left out of one layer."""
    said = []
    if layer.uses > 1:
        said.append(f"The model uses {layer.name!r} {layer.uses} times; its first use is shown.")
    if layer.halves and layer.config is not None and layer.setting("merge_mode", "concat") is None:
        said.append(f"{layer.name!r} hands on its two directions apart; here they stand side by side.")
    return said


def over(layer: Layer, others: Sequence[Layer]) -> str:
    """What reads a layer and is no readout."""
    return f"{layer.name!r} is read by {_listed(others)}, which is not part of this stack."


def readout(layer: Layer, functions: Sequence[Any]) -> list[str]:
    """What comes after a readout's sum, where that is not softmax."""
    other = [str(name) for name in functions if name not in PLAIN]
    if not other:
        return []
    return [f"The model puts {' and '.join(other)} on what {layer.name!r} sums up; here softmax stands in that place."]


def not_shown(layer: Layer) -> str:
    """A recurrent layer of a kind that has no cell here."""
    kind = f"Bidirectional of {' and '.join(half.kind for half in layer.halves)}" if layer.halves else layer.kind
    return f"Layer {layer.name!r} cannot be shown: it is a {kind}, and only SimpleRNN, GRU and LSTM can."


def none(layers: Sequence[Layer]) -> str:
    """A model without recurrent layers."""
    kinds = list(dict.fromkeys(layer.kind for layer in layers if layer.kind and layer.kind != "InputLayer"))
    found = f"its layers are {', '.join(kinds[:8])}{' and others' * (len(kinds) > 8)}" if kinds else "it has no layers"
    return f"There is no recurrent layer in this model: {found}; needed is a SimpleRNN, a GRU or an LSTM."


def _listed(layers: Sequence[Layer]) -> str:
    return ", ".join(_one(layer) for layer in layers)


def _one(layer: Layer) -> str:
    return f"{layer.name!r} ({layer.kind})" if layer.kind else repr(layer.name)


def _idle(layers: Sequence[Layer]) -> str:
    unknown = [layer for layer in layers if not layer.kind]
    return ", as far as its name and its lack of weights say" if unknown else " when the model is used"
