"""Words of Keras's TextVectorization and StringLookup layers: in their configuration, or in a part of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...text.word_lists import WordList, by_row, empty_row
from ...wording import printable
from ..conversion import MOST_ROWS
from ..file import File
from ..words import LARGEST
from .layer import Layer

_TEXTS, _LOOKUP = "TextVectorization", "StringLookup"
_ASSETS, _WORDS, _INNER = "assets/", "/vocabulary.txt", "/_lookup_layer/"
_UNKNOWN = "[UNK]"
_MOST_UNKNOWN = 100  # rows of unknown words


def text_lists(layers: Sequence[Layer], file: File) -> tuple[list[WordList], tuple[str, ...]]:
    """The words of each layer that turns texts into numbers, by row, and notes on what such layers do or have.

    An empty word becomes that of an empty row.
    """
    lists: list[WordList] = []
    notes = _notes(layers)
    for layer in layers:
        if layer.kind not in (_TEXTS, _LOOKUP):
            continue
        given = layer.setting("vocabulary")
        given = given.get("items") if isinstance(given, dict) else given  # a tuple, as Keras 3 writes it
        if isinstance(given, list | tuple) and given:
            file.budget.work(len(given))
            lists += _list(layer.name, _with_reserved(layer, list(given)))
    if file.is_zip:
        for entry in file.zip.names:
            if entry.startswith(_ASSETS) and entry.endswith(_WORDS) and _INNER not in entry:
                name = entry.removesuffix(_WORDS).rpartition("/")[2]
                data = file.zip.read(entry)
                count = data.count(b"\n") + 1
                if count > MOST_ROWS or len(data) > LARGEST:
                    notes.append(f"The {count:,} words of {printable(name)} are more than are read here.")
                    continue
                file.budget.work(count)
                try:
                    lists += _list(name, data.decode("utf-8").split("\n"))
                except UnicodeDecodeError:
                    notes.append(f"The words of {printable(name)} are not in UTF-8, in which Keras saves them.")
    return lists, tuple(notes)


def _notes(layers: Sequence[Layer]) -> list[str]:
    """What such layers do to a text, which is not done here."""
    return [
        f"{layer.name!r} makes letters small and drops punctuation before it looks words up; here a text is split as "
        "the words suggest, and punctuation is read."
        for layer in layers
        if layer.kind == _TEXTS and layer.setting("standardize") == "lower_and_strip_punctuation"
    ]


def _with_reserved(layer: Layer, words: list[Any]) -> list[Any]:
    """The words with the rows before them, for nothing and for unknown words, unless they are listed."""
    if layer.kind == _TEXTS:
        before = ["", _UNKNOWN]
    else:
        count, mask = layer.setting("num_oov_indices", 1), layer.setting("mask_token")
        unknown = layer.setting("oov_token", _UNKNOWN)
        count = count if type(count) is int and 0 <= count <= _MOST_UNKNOWN else 1
        before = [*([mask] if mask is not None else []), *([unknown] * count)]
    return words if words[: len(before)] == before else before + words


def _list(name: str, words: list[Any]) -> list[WordList]:
    """A list of words, each distinct: rows with the word of another one, or with none, are named by their number."""
    seen: set[str] = set()
    rows: list[Any] = []
    for row, word in enumerate(words):
        plain = empty_row(row) if isinstance(word, str) and (not word or word in seen) else word
        seen |= {plain} if isinstance(plain, str) else set()
        rows.append(plain)
    found = by_row(rows)
    return [] if found is None else [WordList(printable(name), *found)]
