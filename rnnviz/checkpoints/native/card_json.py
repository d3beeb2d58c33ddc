"""The card of a model: everything but its arrays, as JSON, in a file beside them or in another format's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...bounded_json import parse_json
from ...cells.activations import Array
from ...cells.cell_kind import CellKinds
from ...errors import FileError, RnnvizError, UnknownNameError, UnsupportedFileError
from ...limits import LONGEST_NAME
from ...model import Model
from ...network import Head, Network
from ...text.tokens import Vocabulary
from ...wording import printable
from ..io.opening_budget import OpeningBudget

FORMAT, MIXED_FORMAT = 1, 2  # with one cell, and with a cell for each layer
KEY = "rnnviz"  # the name under which other formats hold a model's card beside its arrays
_KINDS = ("cell", "options", "cells")
MERGE = "concat"  # how two directions are merged unless the card states it
MOST_PARTS = 50  # of a head
MOST = 1_000_000_000  # the numbers of a step, or the steps that a model reads


def to_json(model: Model, indent: int | None = None) -> str:
    """Everything of a model but its arrays: its card, name, cell, options, vocabulary and labels."""
    kinds = model.network.cell_kinds
    about = {
        "format": MIXED_FORMAT if len(kinds.different) > 1 else FORMAT,
        "name": model.name,
        **kinds.to_json(),
        "vocabulary": model.vocabulary.to_json(),
        "labels": model.labels,
    }
    if model.network.merge != MERGE:
        about["merge"] = model.network.merge
    if (head := model.head.to_json()) != Head().to_json() or "head" in model.card:
        about["head"] = head
    if model.max_steps is not None:
        about["longest"] = model.max_steps
    card = {name: value for name, value in model.card.items() if name in about or name not in _KINDS}
    return json.dumps(card | about, ensure_ascii=False, indent=indent)


def parse_card(text: str | bytes, budget: OpeningBudget | None = None) -> dict[str, Any]:
    """The card in a text. budget: of the opening of its file.

    Raises FileError, code "card", if it is not one that `to_json` wrote, or as `parse_json`.
    """
    about = parse_json("its card", text, spend=None if budget is None else budget.work)
    try:
        if about["format"] not in (FORMAT, MIXED_FORMAT):
            raise UnsupportedFileError(
                f"its card has format {printable(str(about['format']))}, but this version of rnnviz reads formats "
                f"{FORMAT} and {MIXED_FORMAT}",
                code="card",
            )
        _check(about)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise _incomplete(error) from error
    return dict(about)


def model_from_card(about: Mapping[str, Any], parameters: Mapping[str, Array]) -> Model:
    """The model of a card that `parse_card` read, with its arrays by the names of `Network.parameters`.

    Raises FileError, code "card", if card and arrays are not those of a model, or code "unknown_cell".
    """
    try:
        cell, options = (CellKinds.from_json(about), None) if "cells" in about else (about["cell"], about["options"])
        network = Network.from_parameters(parameters, cell, options, about.get("merge", MERGE), about.get("head"))
        vocabulary = Vocabulary.from_json(about["vocabulary"])
        return Model(about["name"], network, vocabulary, about["labels"], dict(about), about.get("longest"))
    except FileError:
        raise
    except UnknownNameError as error:
        raise unknown_cell(error) if error.kind == "cell" else FileError(str(error), code="card") from error
    except (RnnvizError, ValueError) as error:
        raise FileError(str(error), code="card") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise _incomplete(error) from error


def from_json(text: str | bytes, parameters: Mapping[str, Array], budget: OpeningBudget | None = None) -> Model:
    """The model that `to_json` wrote down, with its arrays. Raises as `parse_card` and `model_from_card`."""
    return model_from_card(parse_card(text, budget), parameters)


def unknown_cell(error: UnknownNameError) -> FileError:
    """The error for a file with a cell whose class has not been defined. A model's file never brings code along."""
    return UnsupportedFileError(
        f"it has the cell {printable(error.name)!r}, which is not known here; define its class first, or start with "
        "RNNVIZ_CELLS naming the file that does",
        code="unknown_cell", part=error.name,
    )  # fmt: skip


def is_card(text: str | bytes) -> bool:
    """Whether a text looks like a card that rnnviz wrote, and not like any other JSON."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return b'"format"' in data and b'"vocabulary"' in data


def _incomplete(error: Exception) -> FileError:
    problem = printable(str(error), 200)
    return FileError(f"its card lacks an entry or has one of the wrong kind: {problem}", code="card")


def _check(about: Mapping[str, Any]) -> None:
    """Raises FileError if an entry is not of the kind that `to_json` writes."""
    vocabulary, longest = about["vocabulary"], about.get("longest")
    if ("cells" in about) != (about["format"] == MIXED_FORMAT):
        raise _invalid("format", f"{MIXED_FORMAT} with a cell for each layer, or {FORMAT} with one")
    kinds = about.get("cells", [about])
    if not isinstance(kinds, list) or not kinds:
        raise _invalid("cells", "a cell for each layer")
    words = [("name", about["name"]), ("merge", about.get("merge", MERGE)), *(("cell", kind["cell"]) for kind in kinds)]
    for entry, word in words:
        if not isinstance(word, str) or len(word) > LONGEST_NAME:
            raise _invalid(entry, f"a text of at most {LONGEST_NAME:,} letters")
    for options in (kind["options"] for kind in kinds):
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise _invalid("options", "a text for each option")
    head = about.get("head", {})
    named = [head.get("activation", ""), head.get("reading", ""), *head.get("layers", [])]
    if len(named) > MOST_PARTS or not all(isinstance(word, str) and len(word) <= LONGEST_NAME for word in named):
        raise _invalid("head", "texts for its activation, its reading and its layers")
    for entry, listed in (("labels", about["labels"]), ("vocabulary", vocabulary["tokens"])):
        texts = isinstance(listed, list) and set(map(type, listed)) <= {str}
        if not texts or max(map(len, listed), default=0) > LONGEST_NAME:
            raise _invalid(entry, f"a list of texts of at most {LONGEST_NAME:,} letters each")
    if not isinstance(vocabulary["end"], bool):
        raise _invalid("end", "true or false")
    for entry, number in (("width", vocabulary["width"]), ("longest", longest)):
        if not (number is None and entry == "longest") and not (type(number) is int and 1 <= number <= MOST):
            raise _invalid(entry, f"a whole number from 1 to {MOST:,}")


def _invalid(entry: str, kind: str) -> FileError:
    return FileError(f"{entry!r} on its card is not {kind}", code="card", part=entry)
