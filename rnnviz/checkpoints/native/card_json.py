"""The card of a model: everything but its arrays, as JSON, in a file beside them or in another format's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...cells.activations import Array
from ...errors import FileError, UnknownNameError, UnsupportedFileError
from ...model import Model
from ...network import Network
from ...text.tokens import Vocabulary

FORMAT = 1
KEY = "rnnviz"  # the name under which other formats hold a model's card beside its arrays
MERGE = "concat"  # how two directions are merged unless the card states it


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

    Raises FileError, code "card", if text and arrays are not those of a model, or code "unknown_cell".
    """
    try:
        about = json.loads(text)
        if about["format"] != FORMAT:
            raise UnsupportedFileError(
                f"its card has format {about['format']}, but this version of rnnviz reads format {FORMAT}", code="card"
            )
        network = Network.from_parameters(parameters, about["cell"], about["options"], about.get("merge", MERGE))
        _check(about)
        vocabulary = Vocabulary.from_json(about["vocabulary"])
        return Model(about["name"], network, vocabulary, about["labels"], about, about.get("longest"))
    except FileError:
        raise
    except UnknownNameError as error:
        raise unknown_cell(error) if error.kind == "cell" else FileError(str(error), code="card") from error
    except ValueError as error:
        raise FileError(str(error), code="card") from error
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FileError(f"its card lacks an entry or has one of the wrong kind: {error}", code="card") from error


def unknown_cell(error: UnknownNameError) -> FileError:
    """The error for a file with a cell whose class has not been defined. A model's file never brings code along."""
    return UnsupportedFileError(
        f"it has the cell {error.name!r}, which is not known here; define its class first, or start with RNNVIZ_CELLS "
        "naming the file that does",
        code="unknown_cell", part=error.name,
    )  # fmt: skip


def is_card(text: str) -> bool:
    """Whether a text looks like a card that rnnviz wrote, and not like any other JSON."""
    return '"format"' in text and '"vocabulary"' in text


def _check(about: Mapping[str, Any]) -> None:
    """Raises FileError if an entry is not of the kind that `to_json` writes."""
    vocabulary, longest = about["vocabulary"], about.get("longest")
    if not isinstance(about["name"], str):
        raise _invalid("name", "text")
    for entry, listed in (("labels", about["labels"]), ("vocabulary", vocabulary["tokens"])):
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            raise _invalid(entry, "a list of texts")
    if not isinstance(vocabulary["end"], bool):
        raise _invalid("end", "true or false")
    for entry, number in (("width", vocabulary["width"]), ("longest", longest)):
        if not (number is None and entry == "longest") and (type(number) is not int or number < 1):
            raise _invalid(entry, "a positive integer")


def _invalid(entry: str, kind: str) -> FileError:
    return FileError(f"{entry!r} on its card is not {kind}", code="card", part=entry)
