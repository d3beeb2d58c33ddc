"""Keras's files: .keras, .weights.h5, and the older .h5 and .hdf5 of Keras 2 and 3, with or without a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...bounded_json import parse_json
from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ...wording import printable
from ..file import File
from ..interface import Format, Opened, UnusedArray, unused_arrays
from ..words import with_words
from .configuration import described_layers
from .hdf5 import Group, is_hdf5, read_hdf5
from .hdf5_layouts import ByClass, ByName, layers_by_class, layers_by_name
from .keras_1 import VERSION as OLD_VERSION
from .keras_1 import is_keras_1
from .layer import Layer
from .layer_stacks import stacks_from_layers
from .text_layers import text_lists

ATTRIBUTES = {
    "model_config": "text", "keras_version": "text", "name": "text",
    "layer_names": "list", "weight_names": "list",
}  # fmt: skip
OPTIMISER = ("optimizer", "optimizer_weights", "_optimizer")
SKIPPED = (*OPTIMISER, "metrics", "_metrics", "loss_tracker", "top_level_model_weights", "seed_generator")
OPTIMISER_NOTE = "The optimiser's state was skipped."
ORDER_NOTE = (
    "The file keeps only weights, and not how its layers are connected: they are read in the order of their names, and "
    "layers of different classes in an order in which their sizes fit."
)
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


class Layers(NamedTuple):
    """The layers of a file, notes on what was skipped, and the kind of file in words."""

    layers: list[Layer]
    notes: tuple[str, ...]
    description: str


class KerasFile(Format):
    """A Keras file: HDF5, or a zip with HDF5 inside."""

    title = "Keras"
    suffixes = (".keras", ".h5", ".hdf5", ".weights.h5")

    def matches(self, file: File) -> bool:
        if file.is_zip:
            return CONFIG in file.zip and any(entry.endswith(".h5") for entry in file.zip.names)
        return is_hdf5(file.data)

    def open(self, file: File) -> Opened:
        layers, notes, description = read_layers(file)
        try:
            lists, of_texts = text_lists(layers, file)
            stacks = with_words(stacks_from_layers(layers, file.budget), lists)
            return Opened(description, stacks, unused_arrays(_stored(file), stacks), (*notes, *of_texts))
        except LimitError:
            raise
        except FileError as error:
            message = f"{file.name} ({description}) cannot be read: {error}"
            raise error.with_message(message, file=file.name) from error


def read_layers(file: File) -> Layers:
    """The layers of a file.

    Nothing in the file is executed: a configuration is only read, classes and functions in it are names. Raises
    FileError for a file that is damaged, too large, leads outside of itself, or was not written by Keras.
    """
    try:
        if is_hdf5(file.data):
            return _from_hdf5(file)
        if file.is_zip:
            return _from_zip(file)
    except FileError as error:
        if error.file:
            raise
        raise error.with_message(f"{file.name} cannot be read: {error}.", file=file.name) from error
    raise DamagedFileError(
        f"{file.name} is not a Keras file: it is neither HDF5 (.h5, .weights.h5) nor a zip (.keras).",
        code="signature", file=file.name,
    )  # fmt: skip


def _from_hdf5(file: File) -> Layers:
    root, notes = file.parsed(_tree)
    weights = root.groups.get("model_weights", root)
    version = printable(root.texts.get("keras_version") or weights.texts.get("keras_version", ""), 40)
    if is_keras_1(weights):
        version = version or OLD_VERSION
        file.budget.unpack(sum(source.array.nbytes for _, group in weights.walk() for source in group.arrays.values()))
    keras = f"Keras {version}" if version else "Keras"
    if "model_config" in root.texts:
        config = _json(file, "model_config", root.texts["model_config"])
        layers = described_layers(config, ByName.of_model(weights), version, file.budget)
        return Layers(layers, notes, f"{keras}, whole model in HDF5")
    if any("vars" in group.groups for _, group in root.walk()):
        return Layers(
            layers_by_class(root, budget=file.budget), (*notes, ORDER_NOTE), "Keras 3, weights only (.weights.h5)"
        )
    if layers := layers_by_name(weights, version, file.budget):
        return Layers(layers, (*notes, _without_graph(weights)), f"{keras}, weights only in HDF5")
    raise UnsupportedFileError(
        f"{file.name} is an HDF5 file, but Keras did not write it: it contains no layers with their weights.",
        code="hdf5", file=file.name,
    )  # fmt: skip


def _from_zip(file: File) -> Layers:
    parts = {part: file.zip.read(part) for part in (CONFIG, METADATA) if part in file.zip}
    if missing := [part for part in (CONFIG, WEIGHTS) if part not in file.zip]:
        raise DamagedFileError(
            f"{file.name} is a zip file without {missing[0]}, so it is not a .keras file.",
            code="missing_part", file=file.name, part=missing[0],
        )  # fmt: skip
    config = _json(file, CONFIG, parts[CONFIG])
    metadata = _json(file, METADATA, parts.get(METADATA, b"{}"))
    version = printable(str(metadata.get("keras_version", "")), 40) if isinstance(metadata, dict) else ""
    root, notes = file.parsed(_tree)
    description = f"Keras {version}".strip() + " (.keras)"
    inner = config.get("config") if isinstance(config, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        return Layers(described_layers(config, ByClass(root), version, file.budget), notes, description)
    custom = "The model is a custom class, whose code is not in the file."
    return Layers(layers_by_class(root, version, file.budget), (*notes, custom, ORDER_NOTE), description)


def _stored(file: File) -> Iterator[UnusedArray]:
    """The arrays of a file that was read."""
    for _, group in file.parsed(_tree)[0].walk():
        for source in group.arrays.values():
            file.budget.work()
            yield UnusedArray(source.name, source.shape, source.dtype)


def _tree(file: File) -> tuple[Group, tuple[str, ...]]:
    data = file.zip.read(WEIGHTS) if file.is_zip else file.data
    skipped = set()

    def skip(path: tuple[str, ...]) -> bool:
        if path[-1] in SKIPPED:
            skipped.add(path[-1])
        return path[-1] in SKIPPED

    root = read_hdf5(file.name, data, file.budget, ATTRIBUTES, skip)
    return root, (OPTIMISER_NOTE,) if skipped & set(OPTIMISER) else ()


def _json(file: File, part: str, text: str | bytes) -> Any:
    return parse_json(f"The {part} of {file.name}", text, file=file.name, spend=file.budget.work)


def _without_graph(weights: Group) -> str:
    order = "in which it lists them" if weights.lists.get("layer_names") else "of their names"
    return f"The file keeps only weights, and not how its layers are connected: they are read in the order {order}."
