"""What names and shapes of arrays leave open about a stack, and what is inferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..gate_orders import ORDERS
from ..settings import ACTIVATIONS, InferredSetting, inferred, inferred_order
from ..stack import Parameters
from .array_names import ArrayName

Layers = Sequence[Mapping[str, Parameters]]

_TANH = inferred("activation", "tanh", "assumed", "The file does not say; tanh is the default.")
_SIGMOID = inferred("gates", "sigmoid", "assumed", "The file does not say; sigmoid is the default.")


def orientation(columns: bool) -> InferredSetting:
    """The orientation of square matrices, which neither their names nor their shapes tell."""
    reason = "The matrices are square, and their names belong to no particular framework."
    return inferred("orientation", "columns" if columns else "rows", "assumed", reason)


def inferred_settings(cell: str, names: Mapping[str, ArrayName], layers: Layers) -> tuple[InferredSetting, ...]:
    """The settings of a stack of named arrays. names: those of one of its directions."""
    if all(name.exact for name in names.values()) or "weight_hr" in names:
        return _for_pytorch_names(cell)
    if names["weight_hh"].word == "recurrent_kernel":
        return _for_keras_names(cell, layers)
    return _for_other_names(cell, layers)


def _for_pytorch_names(cell: str) -> tuple[InferredSetting, ...]:
    if cell == "rnn":
        reason = "PyTorch’s files do not say whether an RNN uses tanh or relu; tanh is its default."
        choices = {name: ACTIVATIONS[name] for name in ("tanh", "relu")}
        return (inferred("activation", "tanh", "assumed", reason, choices),)
    order = next(iter(ORDERS[cell]))
    reason = "The arrays have PyTorch’s names, and PyTorch stacks the gates in this order."
    settings = [inferred_order(cell, order, "fixed", reason)]
    if cell == "gru":
        settings += [
            inferred("reset", "after", "fixed", "PyTorch’s GRU applies it there."),
            inferred("update", "keeps", "fixed", "PyTorch’s GRU uses it in this way."),
        ]
    return tuple(settings)


def _for_keras_names(cell: str, layers: Layers) -> tuple[InferredSetting, ...]:
    """The settings of arrays with Keras's names outside a Keras file."""
    unstated = "The arrays have Keras’s names, but there is no configuration that states this."
    settings = [inferred("activation", "tanh", "assumed", unstated)]
    if cell == "rnn":
        return tuple(settings)
    order = "ifgo" if cell == "lstm" else "zrn"
    reason = "The arrays have Keras’s names, and Keras stacks the gates in this order."
    settings = [
        inferred_order(cell, order, "fixed", reason),
        inferred("gates", "sigmoid", "assumed", unstated),
        *settings,
    ]
    if cell == "gru":
        two = _has_two_biases(layers)
        reason = "Keras writes two rows of biases only with the reset gate after the product." if two else unstated
        reset = inferred("reset", "after" if two else "before", "fixed" if two else "assumed", reason)
        settings.insert(1, reset)
    return tuple(settings)


def _for_other_names(cell: str, layers: Layers) -> tuple[InferredSetting, ...]:
    """The settings of arrays whose names belong to no framework: as in PyTorch, unless overridden."""
    reason = "The names are not those of a framework that fixes it; this is PyTorch’s convention."
    if cell == "rnn":
        return (_TANH,)
    order = "ifgo" if cell == "lstm" else "rzn"
    settings = [inferred_order(cell, order, "assumed", reason), _SIGMOID, _TANH]
    if cell == "gru":
        why = (
            "a separate bias for the recurrent product is useful only there"
            if _has_two_biases(layers)
            else "the file does not say"
        )
        settings[1:1] = [
            inferred("reset", "after", "assumed", f"Assumed as in PyTorch: {why}."),
            inferred("update", "keeps", "assumed", reason),
        ]
    return tuple(settings)


def _has_two_biases(layers: Layers) -> bool:
    return any("bias_hh" in parameters for directions in layers for parameters in directions.values())


def with_separate_gates(settings: Sequence[InferredSetting], layers: Layers) -> tuple[InferredSetting, ...]:
    """The settings of a stack whose gates have separate arrays, named after them."""
    changed = []
    for setting in settings:
        if setting.name == "order":
            reason = "Each gate has separate arrays, named after it."
            setting = replace(setting, basis="fixed", reason=reason)
        elif setting.name == "reset" and not _has_two_biases(layers):
            reason = "The file does not say; separate matrices with one bias for both allow it to be applied there."
            setting = replace(setting, value="before", reason=reason)
        changed.append(setting)
    return tuple(changed)


def with_joint_kernel() -> tuple[InferredSetting, ...]:
    """The settings of a BasicLSTMCell of TensorFlow 1."""
    reason = "An LSTM cell with one kernel for input and state is TensorFlow 1’s."
    return (
        inferred_order("lstm", "igfo", "fixed", reason),
        inferred("forget_bias", "1", "assumed", f"{reason} It adds 1 by default."),
        _TANH,
    )
