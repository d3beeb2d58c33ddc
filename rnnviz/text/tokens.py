"""Text to token ids and back: by character, by word, or as numbers.

A character is what a person counts as one: a grapheme cluster (Unicode UAX #29). A token that is not in the
vocabulary gets the id of `<unk>` and keeps its text as typed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

import numpy as np
import regex

from ..errors import ArgumentError, InputError
from . import sentences, vectors
from .named_tables import Tables
from .vectors import LARGEST

UNKNOWN = "<unk>"
END = "<end>"

UNKNOWN_LISTED = 5  # of the tokens that a sentence says are unknown
LONGEST = 64  # code points in a token; no letter or word is longer, but an input can be megabytes without a space

TokenKind = Literal["characters", "words", "pieces", "numbers"]

_PATTERNS = {
    "characters": regex.compile(r"\X"),
    "words": regex.compile(r"\w+(?:['’]\w+)*|(?!\s)\X"),
    "pieces": regex.compile(r"\S+"),
}
_SURROGATE = regex.compile(r"[\ud800-\udfff]")
NEW_LINE = "\n"
SIGNS = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡", END: "∎", "": "∅"}


@dataclass(frozen=True)
class Encoding:
    """An input of T tokens as a network reads it.

    Parameters
    ----------
    tokens : list of str
        The T tokens as typed; labels of the steps if the input is numbers.
    inputs : ndarray of int of shape (T,), or ndarray of shape (T, D)
        Ids, which are rows of the embedding; vectors if the input is numbers.
    unknown : ndarray of bool of shape (T,)
        Where the token is not in the vocabulary.
    truncated : bool
        Whether the input is longer than the limit.
    """

    tokens: list[str]
    inputs: np.ndarray
    unknown: np.ndarray
    truncated: bool


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows, in the order of its embedding's rows.

    Parameters
    ----------
    kind : {"characters", "words", "pieces", "numbers"}
        How a text is split: into characters, words, or pieces separated by spaces; or "numbers" for vectors.
    tokens : tuple of str, default ()
        The V tokens; empty for numbers. Without `<unk>` among them, unknown tokens are refused.
    end : bool, default False
        Whether an end mark is read after the last token.
    vector_size : int, default 1
        D, the numbers of one step, if the input is numbers.
    tables : mapping of str to array of shape (T, D), optional
        Tables by the name that stands for them in a text, "data.csv". No file stores them: `to_json` leaves them out.

    Raises
    ------
    ArgumentError
        If the arguments contradict each other.

    Examples
    --------
    >>> vocabulary = Vocabulary("characters", ("<unk>", "a", "b"))
    >>> vocabulary.encode("abc").inputs
    array([1, 2, 0])
    """

    kind: TokenKind
    tokens: tuple[str, ...] = ()
    end: bool = False
    vector_size: int = 1
    tables: Mapping[str, np.ndarray] = field(default_factory=Tables)
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {token: k for k, token in enumerate(self.tokens)})
        if self.kind not in (*_PATTERNS, "numbers"):
            kinds = (*_PATTERNS, "numbers")
            raise ArgumentError(
                f"A vocabulary is of the kind {', '.join(_PATTERNS)} or numbers, not {self.kind!r}.",
                code="unknown_kind", name="kind", value=self.kind, allowed=kinds,
            )  # fmt: skip
        if self.kind == "numbers" and (self.tokens or self.vector_size < 1):
            name = "tokens" if self.tokens else "vector_size"
            raise ArgumentError(
                "A vocabulary of numbers has no tokens, and at least one number a step.",
                code="numbers", name=name, value=getattr(self, name),
            )  # fmt: skip
        if self.end and END not in self._ids:
            raise ArgumentError(
                f"A vocabulary with an end mark needs {END!r} among its tokens.",
                code="no_end_mark", name="end", value=True,
            )  # fmt: skip
        if len(self._ids) != len(self.tokens):
            token = next(token for token, count in Counter(self.tokens).items() if count > 1)
            raise ArgumentError(
                f"The vocabulary lists the token {token!r} twice.", code="duplicate", name="tokens", value=token
            )
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))
        columns = next((values.shape[1] for values in self.tables.values()), self.vector_size)
        if self.tables and (self.kind != "numbers" or columns != self.vector_size):
            needed = f"steps of {self.vector_size} numbers" if self.kind == "numbers" else self.kind
            raise ArgumentError(
                f"The tables have steps of {columns} numbers, but the vocabulary reads {needed}.",
                code="table_size", name="tables", value=columns, allowed=self.vector_size,
            )  # fmt: skip

    def __len__(self) -> int:
        return len(self.tokens)

    @classmethod
    def collect(cls, kind: TokenKind, texts: Iterable[str], *, at_least: int = 1, end: bool = False) -> Vocabulary:
        """Collect a vocabulary from texts.

        Parameters
        ----------
        kind : {"characters", "words", "pieces"}
            How the texts are split.
        texts : iterable of str
            The texts.
        at_least : int, default 1
            How often a token must occur.
        end : bool, default False
            Whether an end mark is read after the last token.

        Returns
        -------
        Vocabulary
            `<unk>`, the end mark if there is one, and the tokens that occur often enough, sorted.
        """
        counts = Counter(normalise(kind, token) for text in texts for token in split(kind, text))
        known = sorted(token for token, count in counts.items() if count >= at_least)
        return cls(kind, (UNKNOWN, *((END,) if end else ()), *known), end)

    def encode(self, text: str | Sequence[str] | Sequence[float] | np.ndarray, limit: int | None = None) -> Encoding:
        """Encode a text, a list of tokens, or numbers.

        Parameters
        ----------
        text : str, sequence of str, sequence of float, or ndarray of shape (T, D), or of int of shape (T,)
            What to encode. Numbers may be typed, or be the name of a table. For a model that reads tokens, whole
            numbers are rows of the embedding. The sign ⏎ stands for a line end, which a box of one line cannot hold,
            unless the vocabulary lists the sign itself.
        limit : int or None, default None
            Encode at most so many tokens, not counting the end mark.

        Returns
        -------
        Encoding
            The tokens and their ids or vectors.

        Raises
        ------
        InputError
            If there is nothing to read, a token is unknown to a vocabulary without `<unk>`, or a number is invalid.
        MissingTableError
            If the text is the name of a table that is not among `tables`.
        ArgumentError
            If the limit is below 1.
        """
        if limit is not None and limit < 1:
            raise ArgumentError(
                f"The limit must be at least 1, not {limit}.", code="out_of_range", name="limit", value=limit
            )
        if self.kind == "numbers":
            return self._encode_numbers(text, limit)
        if isinstance(text, str) and not text.strip():
            raise _empty()
        if not isinstance(text, str) and (numbers := _numbers(text)) is not None:
            return self._encode_ids(numbers, limit)
        pieces: Iterator[str] = split(self.kind, text) if isinstance(text, str) else iter(map(str, text))
        tokens, truncated = _take(pieces, limit)
        if not tokens:
            raise _empty()
        tokens = [_SURROGATE.sub("\ufffd", token) for token in tokens]  # half a pair fits into no file
        if NEW_LINE in self._ids and SIGNS[NEW_LINE] not in self._ids:
            tokens = [NEW_LINE if token == SIGNS[NEW_LINE] else token for token in tokens]
        if self.end and tokens[-1] != END:
            tokens.append(END)
        ids = self._ids
        spelled = [token if token in ids or token == END else normalise(self.kind, token) for token in tokens]
        unknown = np.array([token not in ids or token == UNKNOWN for token in spelled])
        if unknown.any() and UNKNOWN not in ids:
            raise self._unknown(dict.fromkeys(t for t, new in zip(tokens, unknown, strict=True) if new))
        inputs = np.array([ids.get(token, ids.get(UNKNOWN, 0)) for token in spelled])
        return Encoding(tokens, inputs, unknown, truncated)

    def _encode_ids(self, ids: np.ndarray, limit: int | None) -> Encoding:
        """The encoding of rows of the embedding, to which no end mark is added."""
        if ids.dtype.kind not in "iu" or ids.ndim != 1:
            row = "; give its one row" if ids.ndim == 2 and len(ids) == 1 and ids.dtype.kind in "iu" else ""
            raise InputError(
                "The model reads tokens through an embedding: a text, a list of tokens, or whole numbers of shape (T,) "
                f"for its rows. The input has shape {ids.shape} and the type {ids.dtype}{row}.",
                code="ids", shape=ids.shape,
            )  # fmt: skip
        if not len(ids):
            raise _empty()
        kept = ids[:limit]
        outside = kept[(kept < 0) | (kept >= len(self.tokens))]
        if len(outside):
            raise InputError(
                f"The embedding has rows 0 to {len(self.tokens) - 1}, and none with the number {outside[0]}.",
                code="unknown_row", token=str(outside[0]),
            )  # fmt: skip
        tokens = [self.tokens[row] for row in kept]
        unknown = np.array([token == UNKNOWN for token in tokens])
        return Encoding(tokens, kept.astype(np.int64), unknown, len(kept) < len(ids))

    def _unknown(self, tokens: Iterable[str]) -> InputError:
        """The error for unknown tokens, where no token stands for them."""
        listed = [*islice(tokens, UNKNOWN_LISTED)]
        words = ", ".join(f"“{visible(token)}”" for token in listed)
        sentence = sentences.UNKNOWN_TOKEN.format(words=words, some=self.some_tokens)
        return InputError(sentence, code="unknown_token", token=listed[0])

    def _encode_numbers(self, text: Any, limit: int | None) -> Encoding:
        """The encoding of numbers that are typed, named or an array."""
        size, truncated = self.vector_size, False
        if isinstance(text, str):
            values, truncated = vectors.parse(text, size, self.tables, limit)
        else:
            try:
                values = np.asarray(text, dtype=np.float64)
            except (TypeError, ValueError):
                raise InputError(
                    f"Each step needs {size} numbers; the input has others.", code="not_numbers", expected=size
                ) from None
        if values.size == 0:
            raise InputError(sentences.NO_NUMBERS, code="empty")
        if values.ndim == 1 and size == 1:
            values = values[:, None]
        if values.ndim != 2 or values.shape[1] != size:
            transposed = values.ndim == 2 and len(values) == size
            raise InputError(
                f"Each step needs {size} numbers; the input has shape {values.shape}"
                f"{'; transpose it' if transposed else ''}.",
                code="transposed" if transposed else "shape", shape=values.shape, expected=size,
            )  # fmt: skip
        if not (np.abs(values) <= LARGEST).all():  # NaN compares false
            raise InputError(sentences.NOT_FINITE.format(largest=f"{LARGEST:g}"), code="not_finite")
        truncated = truncated or (limit is not None and len(values) > limit)
        values = values[:limit]
        return Encoding(vectors.step_labels(values), values, np.zeros(len(values), dtype=bool), truncated)

    @property
    def some_tokens(self) -> str:
        """A few of the tokens, for a sentence."""
        return ", ".join(f"“{visible(token)}”" for token in islice((t for t in self.tokens if t != END), 8))

    @property
    def unknown_id(self) -> int | None:
        """The id of `<unk>`; None for a vocabulary without it."""
        return self._ids.get(UNKNOWN)

    @property
    def example(self) -> str:
        """A short text of known tokens: the first letters, digits or words of the vocabulary."""
        if self.kind == "numbers":
            return "noise(seed=0, steps=24)"
        typed = [token for token in self.tokens if token.strip()]  # spaces alone are nothing to read
        plain = [token for token in typed if token.isalnum()] or [t for t in typed if t not in (UNKNOWN, END)] or typed
        return ("" if self.kind == "characters" else " ").join(plain[:3])

    def to_json(self) -> dict[str, Any]:
        """Write the vocabulary as plain JSON data.

        Returns
        -------
        dict
            Everything but the tables.
        """
        return {"kind": self.kind, "tokens": list(self.tokens), "end": self.end, "width": self.vector_size}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Vocabulary:
        """Read a vocabulary from JSON data.

        Parameters
        ----------
        data : dict
            What `to_json` gives.

        Returns
        -------
        Vocabulary
            The same vocabulary, without tables.
        """
        return cls(data["kind"], tuple(data["tokens"]), data["end"], data["width"])


def split(kind: TokenKind, text: str) -> Iterator[str]:
    """Split a text into pieces as typed: grapheme clusters, words and punctuation marks, or what spaces separate.

    Parameters
    ----------
    kind : {"characters", "words", "pieces"}
        How to split.
    text : str
        The text.

    Yields
    ------
    str
        One piece after another. A piece of more than `LONGEST` code points comes in several.
    """
    for match in _PATTERNS[kind].finditer(text):
        piece = match[0]
        for start in range(0, len(piece), LONGEST):
            yield piece[start : start + LONGEST]


def normalise(kind: TokenKind, token: str) -> str:
    """Spell a token as vocabularies do: composed (Unicode NFC), and words in lower case.

    Parameters
    ----------
    kind : {"characters", "words", "pieces"}
        The kind of the vocabulary.
    token : str
        A token as typed.

    Returns
    -------
    str
        The token as the vocabulary would list it.
    """
    composed = unicodedata.normalize("NFC", token)
    if kind == "words":  # lower case may decompose anew
        return unicodedata.normalize("NFC", composed.lower().replace("’", "'"))
    return composed


def visible(token: str) -> str:
    """Write a token so that a label of it is never blank.

    Parameters
    ----------
    token : str
        Any token.

    Returns
    -------
    str
        The token; a sign or its code point in place of what cannot be seen: "␣" for a space.
    """
    if token in SIGNS:
        return SIGNS[token]
    if all(unicodedata.category(c)[0] in "CZ" for c in token):
        return " ".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 else f"U+{ord(c):04X}" for c in token)
    return "◌" + token if unicodedata.category(token[0])[0] == "M" else token


def quoted_label(label: str) -> str:
    """Put a label into words: one character in quotation marks, since a comma would read as punctuation.

    Parameters
    ----------
    label : str
        What a model calls a class.

    Returns
    -------
    str
        The label with its blanks and control characters visible.
    """
    shown = visible(label)
    return shown if len(shown) > 1 else f"“{shown}”"


def _numbers(values: Any) -> np.ndarray | None:
    """An input of numbers, rather than of tokens, as an array; None for tokens."""
    if not hasattr(values, "__array__") and not (
        isinstance(values, Sequence) and values and isinstance(values[0], int | float | np.number | list | tuple)
    ):
        return None
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in "iufb" else None


def _empty() -> InputError:
    """The error for a text without any token."""
    return InputError(sentences.NOTHING, code="empty")


def _take(pieces: Iterator[Any], limit: int | None) -> tuple[list[Any], bool]:
    """The first `limit` pieces, and whether there were more; only one more is ever looked for."""
    taken = list(islice(pieces, None if limit is None else limit + 1))
    return taken[:limit], limit is not None and len(taken) > limit
