"""Keras's files: .keras, .weights.h5, and the older .h5 and .hdf5 of Keras 2 and 3, with or without a configuration."""

from __future__ import annotations

import json
from typing import Any

from ...limits import DEFAULT_LIMITS, Limits
from ..io.zip_archive import MARK, Zipped
from . import hdf5 as hdf5
from .configuration import described
from .hdf5 import Group
from .hdf5_layouts import Modern, Older, guessed, guessed_older
from .layer import Layer

ATTRIBUTES = {
    "model_config": "text", "keras_version": "text", "name": "text",
    "layer_names": "list", "weight_names": "list",
}  # fmt: skip
OPTIMISER = ("optimizer", "optimizer_weights", "_optimizer")
PASSED_OVER = (*OPTIMISER, "metrics", "_metrics", "loss_tracker", "top_level_model_weights", "seed_generator")
OPTIMISER_NOTE = "The optimiser's state was passed over."
ORDER_NOTE = (
    "The file keeps weights only, and not how its layers are joined; they are taken in the order of their names, and "
    "layers of different kinds in an order in which their sizes fit."
)
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def read(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Layer], tuple[str, ...], str]:
    """A file's layers (see `layer_stacks`), notes on what was passed over, and its format in words.

    name: the file's, for messages. Nothing in the file is executed: a configuration is only read, classes and
    functions in it are names. Raises ValueError, in a sentence for a person, for a file that is damaged, too large,
    leads outside of itself, or is none of Keras's.
    """
    limits.check_file(name, len(data))
    if hdf5.is_hdf5(data):
        return _hdf5(name, data, limits)
    if data.startswith(MARK):
        return _archive(name, data, limits)
    raise ValueError(f"{name} is no file of Keras: it is neither HDF5 (.h5, .weights.h5) nor a zip (.keras).")


def _hdf5(name: str, data: bytes, limits: Limits) -> tuple[list[Layer], tuple[str, ...], str]:
    root, notes = _tree(name, data, limits)
    weights = root.groups.get("model_weights", root)
    version = root.texts.get("keras_version") or weights.texts.get("keras_version", "")
    words = f"Keras {version}" if version else "Keras"
    if "model_config" in root.texts:
        config = _json(name, "its model_config", root.texts["model_config"])
        layers = described(config, Older.of_model(weights), version)
        return layers, notes, f"{words}, whole model in HDF5"
    if any("vars" in group.groups for _, group in root.walk()):
        return guessed(root), (*notes, ORDER_NOTE), "Keras 3, weights only (.weights.h5)"
    if layers := guessed_older(weights, version):
        return layers, (*notes, _without_graph(weights)), f"{words}, weights only in HDF5"
    raise ValueError(f"{name} is an HDF5 file, but Keras did not write it: it holds no layers with their weights.")


def _archive(name: str, data: bytes, limits: Limits) -> tuple[list[Layer], tuple[str, ...], str]:
    file = Zipped(name, data, limits)
    found = {part: file.read(part) for part in (CONFIG, METADATA, WEIGHTS) if part in file}
    if missing := [part for part in (CONFIG, WEIGHTS) if part not in found]:
        raise ValueError(f"{name} is a zip file without {missing[0]}, and so no .keras file.")
    config = _json(name, CONFIG, found[CONFIG])
    metadata = _json(name, METADATA, found.get(METADATA, b"{}"))
    version = str(metadata.get("keras_version", "")) if isinstance(metadata, dict) else ""
    root, notes = _tree(name, found[WEIGHTS], limits)
    words = f"Keras {version}".strip() + " (.keras)"
    inner = config.get("config") if isinstance(config, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        return described(config, Modern(root), version), notes, words
    said = "The model is a class of somebody's own, whose code the file does not hold."
    return guessed(root, version), (*notes, said, ORDER_NOTE), words


def _tree(name: str, data: bytes, limits: Limits) -> tuple[Group, tuple[str, ...]]:
    found = set()

    def skip(path: tuple[str, ...]) -> bool:
        if path[-1] in PASSED_OVER:
            found.add(path[-1])
        return path[-1] in PASSED_OVER

    root = hdf5.read(name, data, limits, ATTRIBUTES, skip)
    return root, (OPTIMISER_NOTE,) if found & set(OPTIMISER) else ()


def _json(name: str, part: str, text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} cannot be read: {part} is no JSON, or nested too deeply.") from error


def _without_graph(weights: Group) -> str:
    rests = "in which it lists them" if weights.lists.get("layer_names") else "of their names"
    return f"The file keeps weights only, and not how its layers are joined; they are taken in the order {rests}."
