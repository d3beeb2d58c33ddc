"""Models of PyTorch modules and Keras layers in a running program. Neither framework is imported."""

from __future__ import annotations

from typing import Any

from ..model import Model
from ..text.tokens import Vocabulary
from .conversion import model_from_stack
from .keras.live_layers import stacks_from_live_keras
from .stack import select_stack
from .torch.live_module import stacks_from_module
from .words import Words


def from_torch(
    module: Any,
    *,
    stack: str | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | Words | None = None,
    labels: Words | None = None,
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
    vocabulary : Vocabulary, sequence of str, mapping, str or Path, optional
        The vocabulary of the embedding: words in the order of its rows, a map from word to row or from row to word,
        the path of a file with either, or the name of a list in the model's own file. By default such a list where
        one fits, else the numbers of the rows.
    labels : sequence of str, mapping, str or Path, optional
        The labels of the readout's outputs, in the same forms. By default a list in the file that fits, else the
        vocabulary's tokens if there are as many, else numbers.
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
    vocabulary: Vocabulary | Words | None = None,
    labels: Words | None = None,
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
    vocabulary : Vocabulary, sequence of str, mapping, str or Path, optional
        The vocabulary of the embedding: words in the order of its rows, a map from word to row or from row to word,
        the path of a file with either, or the name of a list in the model's own file. By default such a list where
        one fits, else the numbers of the rows.
    labels : sequence of str, mapping, str or Path, optional
        The labels of the readout's outputs, in the same forms. By default a list in the file that fits, else the
        vocabulary's tokens if there are as many, else numbers.
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
