"""rnnviz's own files: NAME.safetensors with the weights, NAME.json with the card beside it.

The arrays have the names of a PyTorch module with members `embedding`, `rnn` and `readout`,
so `load_state_dict` takes them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ...cells.activations import Array
from ...model import Model
from ...network import Network
from ...text.tokens import Vocabulary

FORMAT = 1
KEY = "rnnviz"  # the name under which other formats hold a model's card beside its arrays
MERGE = "concat"  # how two directions are merged unless the card says otherwise


def save(model: Model, path: str | Path) -> None:
    """Write a model to PATH.safetensors and its card to PATH.json, each replaced in one go."""
    weights, card = _files(path)
    weights.parent.mkdir(parents=True, exist_ok=True)
    for target, write in (
        (weights, lambda file: save_file(model.network.parameters, file)),
        (card, lambda file: file.write_text(to_json(model, indent=1) + "\n", encoding="utf-8")),
    ):
        partial = target.with_name(target.name + ".part")
        write(partial)
        partial.replace(target)


def load(path: str | Path) -> Model:
    """Read a model that `save` wrote. Nothing in the files is executed.

    Raises FileNotFoundError if a file is missing, ValueError if one is not what it should be.
    """
    weights, card = _files(path)
    for file in (weights, card):
        if not file.is_file():
            raise FileNotFoundError(f"there is no file {file}")
    try:
        return from_json(card.read_text(encoding="utf-8"), load_file(weights))
    except (ValueError, SafetensorError) as error:
        raise ValueError(f"{weights.with_suffix('')} is not a model that rnnviz can read: {error}") from error


def to_json(model: Model, indent: int | None = None) -> str:
    """Everything of a model but its arrays: its card, name, cell, options, vocabulary and labels."""
    about = {
        "format": FORMAT,
        "name": model.name,
        "cell": model.network.cell_name,
        "options": model.network.layers[0][0].options,
        "vocabulary": model.vocabulary.to_json(),
        "labels": model.labels,
    }
    if model.network.merge != MERGE:
        about["merge"] = model.network.merge
    if model.max_steps is not None:
        about["longest"] = model.max_steps
    return json.dumps(model.card | about, ensure_ascii=False, indent=indent)


def from_json(text: str, parameters: Mapping[str, Array]) -> Model:
    """The model that `to_json` wrote down, with its arrays by the names of `Network.parameters`.

    Raises ValueError if text and arrays are not those of a model.
    """
    try:
        about = json.loads(text)
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']}, this version reads {FORMAT}")
        network = Network.from_parameters(parameters, about["cell"], about["options"], about.get("merge", MERGE))
        _check(about)
        vocabulary = Vocabulary.from_json(about["vocabulary"])
        return Model(about["name"], network, vocabulary, about["labels"], about, about.get("longest"))
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"its card lacks something or is of another kind: {error}") from error


def _check(about: Mapping[str, Any]) -> None:
    """Raises ValueError if what a card says of the model is not of the kind that `to_json` writes."""
    words, longest = about["vocabulary"], about.get("longest")
    if not isinstance(about["name"], str):
        raise ValueError("the name on its card is no text")
    for what, listed in (("labels", about["labels"]), ("vocabulary", words["tokens"])):
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise ValueError(f"the {what} on its card is no list, or holds what is no text")
    if not isinstance(words["end"], bool):
        raise ValueError("the vocabulary on its card says neither yes nor no to an end mark")
    for what, number in (("width", words["width"]), ("longest", longest)):
        if not (number is None and what == "longest") and (type(number) is not int or number < 1):
            raise ValueError(f"the {what} on its card is no whole number above 0")


def _files(path: str | Path) -> tuple[Path, Path]:
    path = Path(path)
    stem = path.with_suffix("") if path.suffix in (".safetensors", ".json") else path
    return stem.with_name(stem.name + ".safetensors"), stem.with_name(stem.name + ".json")
