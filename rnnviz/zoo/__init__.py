"""The zoo: trained models by name, the bundled ones and those in the user's folders.

The environment variable RNNVIZ_MODELS names further folders, separated by the operating system's path separator.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..bounded_json import parse_json
from ..checkpoints.checkpoint import Checkpoint, open_file
from ..checkpoints.file import File
from ..checkpoints.native.model_files import load_pair
from ..checkpoints.safetensors.tensor_file import read_tensors
from ..checkpoints.words import Words
from ..errors import UnknownNameError
from ..limits import DEFAULT_LIMITS, Limits
from ..model import Model
from ..network import Network
from ..text.tokens import Vocabulary

__all__ = ["card", "checkpoint", "folders", "load", "models", "seeds", "untrained_model"]

BUNDLED = Path(__file__).parent


def folders() -> list[Path]:
    """Return the folders in which models are looked for.

    Returns
    -------
    list of Path
        The folder of the bundled models first, then those in RNNVIZ_MODELS.
    """
    named = os.environ.get("RNNVIZ_MODELS", "")
    return [BUNDLED, *(Path(folder) for folder in named.split(os.pathsep) if folder)]


def models() -> list[str]:
    """Return the names of all models.

    Returns
    -------
    list of str
        Such as "names-lstm", sorted.

    Examples
    --------
    >>> [name for name in models() if name.startswith("recall")]
    ['recall-gru', 'recall-lstm', 'recall-rnn']
    """
    return sorted({file.stem for folder in folders() for file in folder.glob("*.safetensors")})


def card(name: str) -> dict[str, Any]:
    """Return the card of a model, without loading the model.

    Parameters
    ----------
    name : str
        Name of the model.

    Returns
    -------
    dict
        Task, architecture, data and licence, training, held-out scores, vocabulary and labels.

    Raises
    ------
    UnknownNameError
        If there is no such model.

    Examples
    --------
    >>> card("names-lstm")["scores"]["metric"]
    'accuracy at the end mark'
    """
    card: dict[str, Any] = parse_json(f"The card of {name}", _find(name).with_name(f"{name}.json").read_bytes())
    return card


def load(
    source: str | Path,
    /,
    stack: str | None = None,
    *,
    name: str | None = None,
    vocabulary: Vocabulary | Words | None = None,
    labels: Words | None = None,
    limits: Limits = DEFAULT_LIMITS,
    **overrides: str,
) -> Model:
    """Load a model by its name, or from a file of PyTorch, Keras, ONNX, NumPy or rnnviz.

    Nothing in a file is executed. See `checkpoint` for a report on what a file holds.

    Parameters
    ----------
    source : str or Path
        The name of a bundled model, such as "names-lstm", or the path of a file.
    stack : str, optional
        Which of a file's recurrent stacks, if there are several.
    name : str, optional
        The model's name; by default the file's.
    vocabulary : Vocabulary, sequence of str, mapping, str or Path, optional
        The vocabulary of the embedding: words in the order of its rows, a map from word to row or from row to word,
        the path of a file with either, or the name of a list in the model's own file. By default such a list where
        one fits, else the numbers of the rows.
    labels : sequence of str, mapping, str or Path, optional
        The labels of the readout's outputs, in the same forms. By default a list in the file that fits, else the
        vocabulary's tokens if there are as many, else numbers.
    limits : Limits, optional
        How much of a file is read; by default what the environment allows, see `rnnviz.limits`.
    **overrides : str
        Values by setting that replace what was inferred from the file: order="ifog", reset="before".

    Returns
    -------
    Model
        The model.

    Raises
    ------
    UnknownNameError
        If there is no model, stack or setting of that name.
    MissingFileError
        If there is no such file.
    FileError
        If the file holds no recurrent layer that can be run here.
    ArgumentError
        If there are several stacks and none is named, or an argument does not fit.

    Examples
    --------
    >>> import rnnviz
    >>> model = rnnviz.load("names-lstm")
    >>> model.network.hidden_size
    64
    """
    plain = not overrides and all(value is None for value in (stack, name, vocabulary, labels))
    if plain and not _is_file(source):
        return load_pair(_find(str(source)))
    return checkpoint(source, limits).model(stack, name=name, vocabulary=vocabulary, labels=labels, **overrides)


def checkpoint(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Checkpoint:
    """Open a file, or that of a bundled model. Printed, the result is a full report on what was found.

    Parameters
    ----------
    path : str or Path
        The path of a file, or the name of a bundled model.
    limits : Limits, optional
        How much of the file is read; by default what the environment allows, see `rnnviz.limits`.

    Returns
    -------
    Checkpoint
        What was found.

    Raises
    ------
    UnknownNameError
        If there is no such model.
    MissingFileError
        If there is no such file.
    FileError
        If the file holds no recurrent layer that can be run here.
    """
    if not _is_file(path):
        return open_file(_find(str(path)), limits)
    path = Path(path)
    stem = path.with_suffix("") if path.suffix == ".json" else path  # a card stands for the weights beside it
    if stem != path or not path.suffix:
        weights = stem.with_name(stem.name + ".safetensors")
        path = weights if weights.is_file() else path
    return open_file(path, limits)


def seeds(name: str) -> dict[int, Model]:
    """Return the models of all seeds from which a model was chosen, as far as their weights are there.

    They are those in folders `seed-0`, `seed-1` and so on beside the model, as `python -m rnnviz.training zoo` writes
    them. Bundled are all seeds of the task counter, whose networks are tiny.

    Parameters
    ----------
    name : str
        Name of the model.

    Returns
    -------
    dict of int to Model
        By seed, in order; the model itself is among them, unless it was never trained.

    Raises
    ------
    UnknownNameError
        If there is no such model.

    Examples
    --------
    >>> list(seeds("counter-lstm"))
    [0, 1, 2, 3, 4]
    """
    model, found = load(name), {}
    for file in _find(name).parent.glob(f"seed-*/{name}.safetensors"):
        parameters = read_tensors(File(file.name, file.read_bytes())).arrays
        network = Network.from_parameters(parameters, model.network.cell_kinds)
        found[int(file.parent.name.removeprefix("seed-"))] = replace(model, network=network, card={})
    if (training := model.card.get("training")) is not None:  # its weights may be set by hand
        found[training["seed"]] = model
    return dict(sorted(found.items()))


def _is_file(name: str | Path) -> bool:
    """Whether a name is a file's rather than a model's."""
    if isinstance(name, Path):
        return True
    return name not in models() and (Path(name).name != name or bool(Path(name).suffix) or Path(name).exists())


def _find(name: str) -> Path:
    for folder in folders():
        if (folder / f"{name}.safetensors").is_file() and name == Path(name).name:
            return folder / f"{name}.safetensors"
    known = tuple(models())
    raise UnknownNameError(
        f"There is no model {name!r}. The models are: {', '.join(known)}.", kind="model", name=name, allowed=known
    )


def untrained_model(like: Model, cell: str) -> Model:
    """Return a model with another cell and random parameters (seed 0), to look inside a cell without trained models.

    Parameters
    ----------
    like : Model
        The model whose sizes, vocabulary and labels it gets.
    cell : str
        Name of the cell.

    Returns
    -------
    Model
        With an empty card.
    """
    network = like.network
    fresh = Network.random(
        cell,
        hidden=network.hidden_size,
        vocabulary=len(like.vocabulary) or None,
        embedding=network.input_size,
        classes=len(like.labels) or None,
        layers=len(network.layers),
        bidirectional=len(network.directions_by_layer[0]) > 1,
        rng=np.random.default_rng(0),
    )
    return Model(f"{cell} with random weights", fresh, like.vocabulary, like.labels)
