"""The zoo: trained models by name, the bundled ones and those in folders that the user names.

Further folders are named in the environment variable RNNVIZ_MODELS, apart by the
operating system's path separator.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..formats import own
from ..model import Model
from ..network import Network

BUNDLED = Path(__file__).parent


def folders() -> list[Path]:
    """Where models are looked for, the bundled ones first."""
    named = os.environ.get("RNNVIZ_MODELS", "")
    return [BUNDLED, *(Path(folder) for folder in named.split(os.pathsep) if folder)]


def models() -> list[str]:
    """The names of all models, e.g. "names-lstm", sorted."""
    return sorted({file.stem for folder in folders() for file in folder.glob("*.safetensors")})


def card(name: str) -> dict[str, Any]:
    """The card of a model: task, architecture, data and licence, training, held-out scores. See `load` for errors."""
    return json.loads(_find(name).with_name(f"{name}.json").read_text())


def load(name: str | Path) -> Model:
    """Load a model by its name, or from the path of a .safetensors file with its card beside it.

    Raises ValueError if there is no such model, FileNotFoundError if there is no such file.
    """
    if isinstance(name, Path) or Path(name).suffix or os.sep in name:
        return own.load(name)
    return own.load(_find(name))


def _find(name: str) -> Path:
    for folder in folders():
        if (folder / f"{name}.safetensors").is_file() and name == Path(name).name:
            return folder / f"{name}.safetensors"
    raise ValueError(f"There is no model {name!r}. The models here are: {', '.join(models())}.")


def untrained(like: Model, cell: str) -> Model:
    """A network of another kind of cell, of the same sizes and vocabulary, with random weights (seed 0).

    For a look inside a cell that nobody has trained yet. Its card is empty.
    """
    network = like.network
    fresh = Network.random(
        cell,
        hidden=network.hidden_size,
        vocabulary=len(like.vocabulary) or None,
        embedding=network.input_size,
        classes=len(like.labels) or None,
        layers=len(network.layers),
        bidirectional=len(network.ways[0]) > 1,
        rng=np.random.default_rng(0),
    )
    return Model(f"{cell} with random weights", fresh, like.vocabulary, like.labels)
