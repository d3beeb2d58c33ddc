"""Sentences on what of a Keras model a stack leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from .layer import Layer

FEW = 8  # layers in a sentence


def between(below: Layer, above: Layer, passed: Sequence[Layer]) -> list[str]:
    """What is between two layers of a stack."""
    if not passed:
        return []
    return [
        f"Between {below.name!r} and {above.name!r} is {_listed(passed)}, which passes on its input{_idle(passed)}."
    ]


def start(layer: Layer, below: Layer | None, passed: Sequence[Layer], backward: bool) -> list[str]:
    """What a stack's first layer reads, if that is not an embedding or the model's input."""
    notes = []
    if any(member.kind == "Masking" for member in passed) or (below is not None and below.setting("mask_zero")):
        notes.append("The model skips masked steps; here every step is read.")
    if below is not None and below.kind != "Embedding" and not layer.loose:
        order = ", last step first" if backward else ""
        notes.append(f"{layer.name!r} reads the output of {_named(below)}{order}; that is not part of this stack.")
    elif below is None and len(layer.below or ()) > 1:
        notes.append(f"{layer.name!r} reads several layers at once: {_names(layer.below or ())}.")
    if layer.starts:
        notes.append(f"{layer.name!r} starts from the states of {_names(layer.starts)}; here it starts from zeros.")
    return notes


def possibly_between(below: Layer, above: Layer, others: Sequence[Layer]) -> str:
    """What may stand between two layers of a file without connections."""
    return (
        f"{_listed(others)} may stand between {below.name!r} and {above.name!r}; the file does not say. That is not "
        "run, so they stand apart."
    )


def unconnected(layers: Sequence[Layer], members: Sequence[Layer]) -> list[str]:
    """What a file without connections leaves open about a stack."""
    if not members[0].loose:
        return []
    inside = {member.name for member in members}
    others = [layer for layer in layers if layer.recurrent and layer.name not in inside]
    if not others:
        return []
    return [
        f"The file keeps no connections of its layers: what {members[0].name!r} reads, and the states it starts from, "
        f"may come from {_listed(others)}; that is not run."
    ]


def top(layer: Layer, backward: bool) -> list[str]:
    """How the top layer passes on its states."""
    half = layer.halves[0] if layer.halves else layer
    if half.config is None:
        return []
    if half.setting("return_sequences", False):
        if not backward:
            return []
        return [f"Keras returns the outputs of {layer.name!r} last step first; here they are in the order of the text."]
    return []


def member(layer: Layer) -> list[str]:
    """What else is left out of one layer."""
    notes = []
    if layer.uses > 1:
        notes.append(f"The model uses {layer.name!r} {layer.uses} times; its first use is shown.")
    if layer.halves and layer.config is not None and layer.setting("merge_mode", "concat") is None:
        notes.append(f"{layer.name!r} passes on its two directions separately; here they are concatenated.")
    if layer.of_cell:
        notes.append(
            f"The file does not say which cell {layer.name!r} has; its arrays are those of a {layer.kind}, "
            "which is what is run."
        )
    return notes


def ignored_consumers(layer: Layer, others: Sequence[Layer]) -> str:
    """Which layers read a layer without being a readout."""
    return f"{layer.name!r} is read by {_listed(others)}, which is not part of this stack."


def joined(layer: Layer, others: Sequence[Layer]) -> str:
    """Which layers read a layer beside others, so that the model's outputs are not its own."""
    beside = [name for other in others for name in other.below or () if name.partition(":")[0] != layer.name]
    which = f" beside {_names(list(dict.fromkeys(beside)))}" if beside else ""
    return f"{layer.name!r} is read by {_listed(others)}{which}, which is not run here."


def unsupported(layer: Layer) -> str:
    """A recurrent layer without a cell here."""
    kind = f"Bidirectional of {' and '.join(half.kind for half in layer.halves)}" if layer.halves else layer.kind
    return f"Layer {layer.name!r} cannot be shown: it is a {kind}, and only SimpleRNN, GRU and LSTM are supported."


def no_recurrent_layer(layers: Sequence[Layer]) -> str:
    """A model without recurrent layers."""
    kinds = list(dict.fromkeys(layer.kind for layer in layers if layer.kind and layer.kind != "InputLayer"))
    listed = f"{', '.join(kinds[:8])}{' and others' * (len(kinds) > 8)}"
    names = list(dict.fromkeys(layer.name for layer in layers if not layer.kind))
    content = f"its layers are called {_names(names)}" if names else "it has no layers"
    content = f"its layers are {listed}" if kinds else content
    return f"The model has no recurrent layer: {content}; it needs a SimpleRNN, a GRU or an LSTM."


def _listed(layers: Sequence[Layer]) -> str:
    more = f" and {len(layers) - FEW:,} more" if len(layers) > FEW else ""
    return ", ".join(_named(layer) for layer in layers[:FEW]) + more


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW:,} more" if len(names) > FEW else "")


def _named(layer: Layer) -> str:
    return f"{layer.name!r} ({layer.kind})" if layer.kind else repr(layer.name)


def _idle(layers: Sequence[Layer]) -> str:
    unknown = [layer for layer in layers if not layer.kind]
    return ", as far as its name and its lack of weights tell" if unknown else " when the model is used"
