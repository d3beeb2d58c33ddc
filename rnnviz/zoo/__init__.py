"""The zoo: trained models by name, the bundled ones and those in the user's folders.

The environment variable RNNVIZ_MODELS names further folders, separated by the operating system's path separator.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoints.checkpoint import Checkpoint, open_file
from ..checkpoints.native import model_files
from ..model import Model
from ..network import Network

__all__ = ["card", "checkpoint", "folders", "load", "models", "untrained_model"]

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
    return json.loads(_find(name).with_name(f"{name}.json").read_text(encoding="utf-8"))


def load(name: str | Path, /, stack: str | None = None, **given: Any) -> Model:
    """Load a model by its name, or from a file of PyTorch, Keras, ONNX, NumPy or rnnviz.

    stack: which of a file's recurrent stacks, if it holds several. given: what is to be taken otherwise than the file's
    reader took it ("order", "reset", "activation", ...), and name, vocabulary and labels; see `Checkpoint.model`, and
    `checkpoint` for what there is. Nothing in a file is executed.
    Raises ValueError, in one sentence, if there is no such model or the file holds none that can be run, and
    FileNotFoundError if there is no such file.
    """
    if not _is_file(name):
        found = _find(str(name))
        return checkpoint(found).model(stack, **given) if stack is not None or given else model_files.load(found)
    return checkpoint(name).model(stack, **given)


def checkpoint(path: str | Path) -> Checkpoint:
    """What a file, or that of a bundled model, was understood to hold; printed, it tells all. Raises as `load`."""
    if not _is_file(path):
        return open_file(_find(str(path)))
    path = Path(path)
    stem = path.with_suffix("") if path.suffix == ".json" else path  # a card stands for the weights beside it
    if stem != path or not path.suffix:
        weights = stem.with_name(stem.name + ".safetensors")
        path = weights if weights.is_file() else path
    return open_file(path)


def _is_file(name: str | Path) -> bool:
    """Whether a name is that of a file rather than a model's."""
    if isinstance(name, Path):
        return True
    return name not in models() and (Path(name).name != name or bool(Path(name).suffix) or Path(name).is_file())


def _find(name: str) -> Path:
    for folder in folders():
        if (folder / f"{name}.safetensors").is_file() and name == Path(name).name:
            return folder / f"{name}.safetensors"
    raise ValueError(f"There is no model {name!r}. The models here are: {', '.join(models())}.")


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
