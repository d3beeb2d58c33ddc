"""Words by row among the texts and numbers that a file keeps beside its arrays: vocabularies, labels, their indices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..bounded_json import parse_json
from ..errors import FileError
from ..limits import LONGEST_NAME
from ..wording import without_surrogates

FEWEST = 2  # words of a list
GAPS = 8  # rows without a word, which a list may have besides as many as it has words
# Names under which a text is an alphabet, a letter a row.
_ALPHABET = re.compile(r"(?:^|[._ ])(?:all_?)?(?:chars?|letters?|alphabet|characters?|charset|symbols|vocab\w*)$", re.I)
_LABELS = re.compile(
    r"label|lang|class|tag|target|categor|intent|output|answer|entit|sentiment|ner\b|y_", re.IGNORECASE
)


@dataclass(frozen=True)
class WordList:
    """Words in the order of their rows.

    Parameters
    ----------
    name : str
        Its name in the file: "char2id".
    tokens : tuple of str
        The words; "<row 3>" for a row that has none.
    numbered : bool
        Whether the file gives each word a number, and not only an order.
    """

    name: str
    tokens: tuple[str, ...]
    numbered: bool

    @property
    def is_labels(self) -> bool:
        """Whether its name says that these are labels of outputs, and not words of inputs."""
        return bool(_LABELS.search(self.name.rpartition(".")[2]))

    @cached_property
    def gaps(self) -> int:
        """How many rows have no word."""
        return sum(token.startswith("<row ") for token in self.tokens)

    def fits(self, rows: int) -> bool:
        """Whether there is a word for each of so many rows, or for all but the last two."""
        missing = rows - len(self.tokens)
        return missing == 0 or (self.numbered and 0 < missing <= 2)

    def fitted(self, rows: int) -> tuple[str, ...] | None:
        """The words of so many rows; None if they do not fit. Up to two rows after the last word may have none."""
        if not self.fits(rows):
            return None
        missing = rows - len(self.tokens)
        return (*self.tokens, *(empty_row(len(self.tokens) + k) for k in range(missing)))


def empty_row(row: int) -> str:
    """What stands for a row without a word; nobody types it by accident."""
    return f"<row {row}>"


def word_lists(texts: Mapping[str, str], spend: Callable[[int], None]) -> list[WordList]:
    """The lists of words among a file's texts, in its order.

    texts: by name; lists and maps as JSON. spend: called with the entries of each before it is read; raises to stop.
    """
    lists: list[WordList] = []
    for name, text in texts.items():
        if text[:1] not in ("[", "{"):
            lists += _alphabet(name, text)
            continue
        try:
            value = parse_json(name, text, spend=spend)
        except FileError as error:
            if error.file:  # the budget of the whole opening
                raise
            continue
        lists += words_in(name, value)
    return lists


def words_in(name: str, value: Any) -> list[WordList]:
    """The list of words that a value is; of a map of settings, those among its values."""
    found = by_row(value)
    if found is not None:
        return [WordList(name, *found)] if len(value) >= FEWEST else []
    if not isinstance(value, dict):
        return []
    inner = ((f"{name}.{key}", text) for key, text in value.items() if isinstance(text, str))
    return [words for key, text in inner for words in _alphabet(key, text)]


def by_row(value: Any) -> tuple[tuple[str, ...], bool] | None:
    """The words by row, and whether they are numbered; else None.

    value: a list of words, or a map from word to row or from row to word, as pairs or not; words can be UTF-8 bytes.
    """
    value = _as_texts(value)
    if isinstance(value, list | tuple) and value and all(map(is_pair, value)):
        rows_of = dict(value)
        value = rows_of if len(rows_of) == len(value) else None
    if isinstance(value, list | tuple):
        return (tuple(value), False) if _are_words(value) else None
    if not isinstance(value, Mapping) or not value:
        return None
    if all(type(row) is int for row in value.values()) and all(isinstance(word, str) for word in value):
        rows = {row: word for word, row in value.items()}
    elif all(isinstance(word, str) for word in value.values()) and all(map(_is_number, value)):
        rows = {int(row): word for row, word in value.items()}
    else:
        return None
    most = len(rows) + max(GAPS, len(rows))
    if len(rows) != len(value) or min(rows) < 0 or max(rows) >= most or not _are_words(list(rows.values())):
        return None
    return tuple(rows.get(row, empty_row(row)) for row in range(max(rows) + 1)), True


def is_pair(value: Any) -> bool:
    """Whether a value is a word with its row, in either order."""
    return isinstance(value, list | tuple) and len(value) == 2 and {type(part) for part in value} == {str, int}


def _as_texts(value: Any) -> Any:
    """A list or a map whose words are bytes, with texts in their place; anything else as it is."""
    if isinstance(value, list | tuple):
        return [_as_text(entry) for entry in value]
    if isinstance(value, Mapping):
        texts = {_as_text(key): _as_text(entry) for key, entry in value.items()}
        return texts if len(texts) == len(value) else value
    return value


def _as_text(value: Any) -> Any:
    """Bytes as the text that they are; of a pair, its word; anything else as it is."""
    if isinstance(value, list | tuple) and len(value) == 2:
        return tuple(_as_text(part) if isinstance(part, bytes) else part for part in value)
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _is_number(key: Any) -> bool:
    return type(key) is int or (isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10)


def _are_words(values: Iterable[Any]) -> bool:
    """Whether these are distinct texts that a vocabulary can hold."""
    words = list(values)
    texts = all(isinstance(word, str) and len(word) <= LONGEST_NAME for word in words)
    return texts and bool(words) and len(set(words)) == len(words) and all(w == without_surrogates(w) for w in words)


def _alphabet(name: str, text: str) -> list[WordList]:
    """A text whose name says that it is an alphabet, and in which no letter occurs twice."""
    alphabet = len(text) >= FEWEST and _ALPHABET.search(name[-LONGEST_NAME:]) and _are_words(text)
    return [WordList(name, tuple(text), False)] if alphabet else []
