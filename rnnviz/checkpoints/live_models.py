"""Models of PyTorch modules and Keras layers in a running program. Neither framework is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..model import Model
from .conversion import model_from_stack
from .keras.live_layers import keras_stacks
from .stack import Stack, one_of
from .torch.live_module import torch_stacks


def from_torch(module: Any, *, stack: str | None = None, **given: Any) -> Model:
    """A model of the recurrent layers of a torch.nn.Module, for a notebook; the weights are copied.

    stack: which of them, if there are several: "encoder.rnn". given: overrides by name, and name, vocabulary, labels
    as of `model_from_stack`. PyTorch is not imported.
    Raises TypeError if it is no module, ValueError if it holds no layer that can be run here, or several and stack
    names none of them.
    """
    return _model(torch_stacks(module), stack, given)


def from_keras(layer: Any, *, stack: str | None = None, **given: Any) -> Model:
    """A model of a Keras layer, or of the recurrent layers of a Keras model; all else as of `from_torch`."""
    return _model(keras_stacks(layer), stack, given)


def _model(stacks: Sequence[Stack], stack: str | None, given: dict[str, Any]) -> Model:
    ours = {key: given.pop(key) for key in ("name", "vocabulary", "labels") if key in given}
    return model_from_stack(one_of(stacks, stack), given, **ours)
