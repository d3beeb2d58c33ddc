"""Models of PyTorch modules and Keras layers in a running program. Neither framework is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..model import Model
from ..text.tokens import Vocabulary
from .conversion import model_from_stack
from .keras.live_layers import stacks_from_live_keras
from .stack import select_stack
from .torch.live_module import stacks_from_module


def from_torch(
    module: Any,
    *,
    stack: str | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    labels: Sequence[str] | None = None,
    **overrides: str,
) -> Model:
    """Make a model of the recurrent layers of a PyTorch module, as in a notebook.

    The weights are copied. PyTorch is not imported.

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    stack : str, optional
        Which recurrent layers, if there are several: "encoder.rnn".
    name : str, optional
        The model's name; the stack's if left out.
    vocabulary : Vocabulary, optional
        The vocabulary of the embedding; by default the numbers of its rows.
    labels : sequence of str, optional
        The labels of the readout's outputs; by default the vocabulary's tokens where there are as many, else numbers.
    **overrides : str
        Values by setting that replace the inferred ones: embedding="none".

    Returns
    -------
    Model
        The model.

    Raises
    ------
    DtypeError
        If it is not a module.
    FileError
        If it has no recurrent layer that can be run here.
    ArgumentError
        If there are several stacks and none is named, or an argument does not fit.
    """
    chosen = select_stack(stacks_from_module(module), stack)
    return model_from_stack(chosen, overrides, name=name, vocabulary=vocabulary, labels=labels)


def from_keras(
    layer: Any,
    *,
    stack: str | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    labels: Sequence[str] | None = None,
    **overrides: str,
) -> Model:
    """Make a model of a Keras layer, or of the recurrent layers of a Keras model, as in a notebook.

    The weights are copied. Keras is not imported.

    Parameters
    ----------
    layer : keras.Layer or keras.Model
        The layer or the model, of Keras 2 or 3.
    stack : str, optional
        Which recurrent layers, if there are several.
    name : str, optional
        The model's name; the stack's if left out.
    vocabulary : Vocabulary, optional
        The vocabulary of the embedding; by default the numbers of its rows.
    labels : sequence of str, optional
        The labels of the readout's outputs; by default the vocabulary's tokens where there are as many, else numbers.
    **overrides : str
        Values by setting that replace the inferred ones: activation="relu".

    Returns
    -------
    Model
        The model.

    Raises
    ------
    DtypeError
        If it is neither a layer nor a model of Keras.
    FileError
        If it has no recurrent layer that can be run here.
    ArgumentError
        If there are several stacks and none is named, an argument does not fit, or the layer has no weights yet.
    """
    chosen = select_stack(stacks_from_live_keras(layer), stack)
    return model_from_stack(chosen, overrides, name=name, vocabulary=vocabulary, labels=labels)
