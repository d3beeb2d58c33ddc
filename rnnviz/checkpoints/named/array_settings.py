"""What names and shapes of arrays leave open about a stack, and what is inferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..gate_orders import ORDERS
from ..settings import ACTIVATIONS, InferredSetting, inferred, inferred_order
from ..stack import Parameters
from .array_names import ArrayName

Layers = Sequence[Mapping[str, Parameters]]

TANH = inferred("activation", "tanh", "assumed", "The file does not say; tanh is the default.")
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
    return _for_other_names(cell, names, layers)


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


def _for_other_names(cell: str, names: Mapping[str, ArrayName], layers: Layers) -> tuple[InferredSetting, ...]:
    """The settings of arrays whose names belong to no framework: as in PyTorch, unless overridden."""
    reason = "The names are not those of a framework that fixes it; this is PyTorch’s convention."
    if cell == "rnn" and "vanilla_rnn" in names["weight_hh"].owner.lower():
        why = "Haiku’s VanillaRNN uses relu; Sonnet’s uses tanh."
        return (inferred("activation", "relu", "assumed", why),)
    if cell == "rnn":
        return (TANH,)
    order = "ifgo" if cell == "lstm" else "rzn"
    settings = [inferred_order(cell, order, "assumed", reason), _SIGMOID, TANH]
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


def with_separate_gates(
    settings: Sequence[InferredSetting], layers: Layers, side_by_side: bool = False
) -> tuple[InferredSetting, ...]:
    """The settings of a stack whose gates have separate arrays, named after them.

    side_by_side: whether these multiply the input and the hidden state at once, as in textbooks.
    """
    changed = []
    for setting in settings:
        if setting.name == "order":
            reason = "Each gate has separate arrays, named after it."
            setting = replace(setting, basis="fixed", reason=reason)
        elif setting.name == "reset" and not _has_two_biases(layers):
            reason = "The file does not say; separate matrices with one bias for both allow it to be applied there."
            setting = replace(setting, value="before", reason=reason)
        elif setting.name == "update" and side_by_side:
            reason = "Textbooks that write input and state side by side use the update gate so."
            setting = replace(setting, value="writes", reason=reason)
        changed.append(setting)
    return tuple(changed)


def forget_bias(added: str, reason: str) -> InferredSetting:
    """What is added to the sum of the forget gate when the cell runs."""
    return inferred("forget_bias", added, "assumed", reason)


def joining(state_first: bool) -> InferredSetting:
    """Which columns of a joint matrix are for the input, which neither names nor shapes tell."""
    reason = "The file does not say which columns of the joint matrix are for the input."
    return inferred("joining", "hx" if state_first else "xh", "assumed", reason)
