"""Weights as JSON: nested lists by name, as GuitarML writes state dicts, and RTNeural's and NAM's own forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...bounded_json import parse_json
from ...cells.activations import Array
from ...errors import FileError, UnsupportedFileError
from ...wording import printable
from ..file import File
from ..interface import Opened
from ..keras.layer_stacks import stacks_from_layers
from ..named.named_arrays import ArrayFormat, NamedArrays
from .layer_list import is_layer_list, listed_layers
from .nam_model import is_nam, nam_arrays

DEEPEST = 20  # objects in each other
LONGEST_TEXT = 1_000_000  # letters beside the arrays


class JsonWeights(ArrayFormat):
    """A JSON file with the weights of a network."""

    title = "JSON"
    suffixes = (".json", ".nam")

    def matches(self, file: File) -> bool:
        return file.has_suffix(self.suffixes) and file.data[:100].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")

    def read_arrays(self, file: File) -> NamedArrays:
        return read_json(file)

    def open(self, file: File) -> Opened:
        data = file.parsed(_parse)
        if not is_layer_list(data):
            return super().open(file)
        try:
            layers = listed_layers(data, file.budget)
            return Opened("RTNeural (JSON)", stacks_from_layers(layers, file.budget))
        except FileError as error:
            raise error if error.file else error.with_message(
                f"{file.name} (RTNeural) cannot be read: {error}", file=file.name
            ) from error  # fmt: skip


def read_json(file: File) -> NamedArrays:
    """The arrays of a JSON file: lists of numbers, nested with equal lengths, by name; as float32.

    Everything else in it becomes metadata. Raises UnsupportedFileError for JSON without weights, naming what it is,
    DamagedFileError and LimitError.
    """
    data = file.parsed(_parse)
    if is_nam(data):
        return nam_arrays(file.name, data, file.budget)
    arrays: dict[str, Array] = {}
    metadata: dict[str, str] = {}
    for name, value in _leaves(data, "", 0, file):
        if isinstance(value, np.ndarray):
            file.budget.spend("arrays")
            arrays[name] = value
        elif len(value) < LONGEST_TEXT:
            metadata[name] = value
    if not any(array.ndim == 2 for array in arrays.values()):
        raise _no_weights(file.name, data)
    notes = _skip_note(data)
    return NamedArrays("weights as JSON", arrays, dict.fromkeys(arrays, "float32"), metadata, notes)


def _parse(file: File) -> Any:
    return parse_json(f"The JSON of {file.name}", file.data, file=file.name, spend=file.budget.work)


def _leaves(value: Any, name: str, depth: int, file: File) -> Iterator[tuple[str, Any]]:
    """The arrays in nested objects, and texts for all else."""
    file.budget.work()
    file.budget.check_name(name)
    if isinstance(value, dict) and value and not any(isinstance(inner, dict | list) for inner in value.values()):
        yield name, _text(value)
    elif isinstance(value, dict) and depth < DEEPEST:
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key, depth + 1, file)
    elif isinstance(value, list) and value and depth < DEEPEST:
        array = _array(value, file)
        if array is not None:
            yield name or "array", array
        elif all(isinstance(inner, dict | list) for inner in value):
            for place, inner in enumerate(value):
                yield from _leaves(inner, f"{name}.{place}" if name else str(place), depth + 1, file)
        else:
            yield name, _text(value)
    elif value is not None and not isinstance(value, dict | list):
        yield name, value if isinstance(value, str) else _text(value)


def _array(value: list[Any], file: File) -> Array | None:
    """Nested lists of numbers as an array; None for anything else."""
    first: Any = value
    shape: list[int] = []
    while isinstance(first, list) and first and len(shape) < 5:
        shape.append(len(first))
        first = first[0]
    if isinstance(first, bool) or not isinstance(first, int | float):
        return None
    file.budget.unpack(4 * file.budget.count_numbers("an array", shape))
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):  # lists of different lengths, or texts among them
        return None
    return array.astype(np.float32)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _skip_note(data: Any) -> tuple[str, ...]:
    """GuitarML's networks may add what they read to what they answer."""
    about = data.get("model_data") if isinstance(data, dict) else None
    skips = about.get("skip") if isinstance(about, dict) else None
    if not isinstance(skips, int) or not skips:
        return ()
    return (f"The model adds its input to its output (skip {skips}); the outputs here are without it.",)


def _no_weights(name: str, data: Any) -> UnsupportedFileError:
    """The error for JSON without weights: what it is, and what to do."""
    code, what, advice = _kind(data)
    return UnsupportedFileError(f"{name} is {what}. {advice}", code=code, file=name)


def _kind(data: Any) -> tuple[str, str, str]:
    """The code, the kind and the advice for JSON without weights."""
    keys = data.keys() if isinstance(data, Mapping) else ()
    if "weightsManifest" in keys or "modelTopology" in keys:
        return (
            "tfjs", "the description of a TensorFlow.js model, whose weights are in other files",
            "Convert it: tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras model.json "
            "model.h5; and open model.h5.",
        )  # fmt: skip
    if "class_name" in keys and "config" in keys:
        return (
            "architecture", "the architecture of a Keras model without its weights",
            "Save the model whole, model.save(“model.keras”), and open that.",
        )  # fmt: skip
    if "nbformat" in keys:
        return "notebook", "a notebook, which holds no weights", "Open the file in which it saves the model."
    if "weight_map" in keys:
        return (
            "index", "the index of a model that is split into several files",
            "Open the file that it names for the recurrent layers.",
        )  # fmt: skip
    if {"vocabulary", "options"} <= set(keys):
        return "card", "the card of a model", "Open it together with the file of weights beside it."
    if "model_type" in keys or "architectures" in keys:
        return (
            "configuration", "the configuration of a model without its weights",
            "Open the file of weights beside it, such as model.safetensors.",
        )  # fmt: skip
    texts = isinstance(data, list) and data and all(isinstance(entry, str) for entry in data)
    numbered = isinstance(data, dict) and data and all(type(entry) is int for entry in data.values())
    if texts or (numbered and len(data) > 3):
        return (
            "vocabulary", "a list of words, such as a vocabulary or labels",
            "Open the model first, and give this file where its vocabulary or its labels are asked for.",
        )  # fmt: skip
    if keys and set(keys) <= {"error", "message", "status", "code", "detail", "documentation_url", "errors"}:
        said = next(iter(data.values()))
        return (
            "text", f"what a server answered instead of a file: {printable(str(said), 60)}",
            "Download the file itself again.",
        )  # fmt: skip
    listed = ", ".join(map(printable, list(keys)[:4])) or "nothing that has a name"
    return (
        "no_arrays", f"JSON without matrices of numbers; it holds {listed}",
        "Weights as JSON are lists of numbers by name, such as {“rnn.weight_ih_l0”: [[...]]}.",
    )  # fmt: skip
