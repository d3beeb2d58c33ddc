"""Text to token ids and back: by character, by word, or as numbers.

A character is what a person counts as one: a grapheme cluster (Unicode UAX #29). A token
that the vocabulary lacks gets the id of `<unk>` and keeps the text that was typed.
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

from . import vectors
from .vectors import LARGEST, Tables

UNKNOWN = "<unk>"
END = "<end>"

LONGEST = 64  # code points in a token; nobody's letter or word is longer, but a fuzzer's can be megabytes

TokenKind = Literal["characters", "words", "pieces", "numbers"]

_PATTERNS = {
    "characters": regex.compile(r"\X"),
    "words": regex.compile(r"\w+(?:['’]\w+)*|(?!\s)\X"),
    "pieces": regex.compile(r"\S+"),
}
_SURROGATE = regex.compile(r"[\ud800-\udfff]")
_VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡", END: "∎", "": "∅"}


@dataclass(frozen=True)
class Encoding:
    """What a vocabulary made of an input of T tokens.

    inputs: ids (T,), or vectors (T, D) if the input is numbers. unknown: (T,) bool, true where
    the vocabulary lacks the token. truncated: whether the input went on beyond the limit.
    """

    tokens: list[str]
    inputs: np.ndarray
    unknown: np.ndarray
    truncated: bool


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows, in the order of its embedding's rows.

    kind: how a text is cut, into characters, words, or pieces apart by blanks; or numbers. tokens: empty for numbers.
    Where `<unk>` is none of them, what they lack is refused. end: whether an end mark is read after the last token.
    width: D, how many numbers make one step, if the input is numbers. tables: (T, D) by a name, which then is a text
    of its own, "data.csv". They belong to whoever gave them: no file keeps them, so `to_json` leaves them out.
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
            raise ValueError(f"a vocabulary is of {', '.join(_PATTERNS)} or numbers; {self.kind!r} is none of these")
        if self.kind == "numbers" and (self.tokens or self.vector_size < 1):
            raise ValueError("a vocabulary of numbers lists no tokens and makes each step of at least one number")
        if self.end and END not in self._ids:
            raise ValueError(f"a vocabulary with an end mark needs {END!r} among its tokens")
        if len(self._ids) != len(self.tokens):
            raise ValueError("the vocabulary lists a token twice")
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))
        columns = next((values.shape[1] for values in self.tables.values()), self.vector_size)
        if self.tables and (self.kind != "numbers" or columns != self.vector_size):
            needed = f"steps of {self.vector_size} numbers" if self.kind == "numbers" else self.kind
            raise ValueError(f"the tables have steps of {columns} numbers, and the vocabulary reads {needed}")

    def __len__(self) -> int:
        return len(self.tokens)

    @classmethod
    def collect(cls, kind: TokenKind, texts: Iterable[str], *, at_least: int = 1, end: bool = False) -> Vocabulary:
        """`<unk>`, the end mark if there is one, and every token that occurs `at_least` times, sorted."""
        counts = Counter(normalise(kind, token) for text in texts for token in split(kind, text))
        known = sorted(token for token, count in counts.items() if count >= at_least)
        return cls(kind, (UNKNOWN, *((END,) if end else ()), *known), end)

    def encode(self, text: str | Sequence[str] | Sequence[float] | np.ndarray, limit: int | None = None) -> Encoding:
        """Read a text, a list of tokens, or (for numbers) a text or an array of numbers.

        limit: at most so many tokens are read, the end mark not counted.
        Raises ValueError if there is nothing to read, a number is not one, or limit is below 1.
        """
        if limit is not None and limit < 1:
            raise ValueError(f"the limit is {limit}; at least one token must be read")
        if self.kind == "numbers":
            return self._encode_numbers(text, limit)
        nothing = "There is nothing to read: type at least one letter or word."
        if isinstance(text, str) and not text.strip():
            raise ValueError(nothing)
        pieces: Iterator[str] = split(self.kind, text) if isinstance(text, str) else iter(map(str, text))
        found, cut = _take(pieces, limit)
        if not found:
            raise ValueError(nothing)
        found = [_SURROGATE.sub("\ufffd", token) for token in found]  # half a pair fits into no file
        if self.end and found[-1] != END:
            found.append(END)
        ids = self._ids
        spelled = [token if token in ids or token == END else normalise(self.kind, token) for token in found]
        unknown = np.array([token not in ids or token == UNKNOWN for token in spelled])
        if unknown.any() and UNKNOWN not in ids:
            raise ValueError(self._lacking(dict.fromkeys(t for t, new in zip(found, unknown, strict=True) if new)))
        inputs = np.array([ids.get(token, ids.get(UNKNOWN, 0)) for token in spelled])
        return Encoding(found, inputs, unknown, cut)

    def _lacking(self, new: Iterable[str]) -> str:
        """What to say of tokens that the vocabulary lacks, where it has none that stands for unknown ones."""
        words = ", ".join(f"“{visible(token)}”" for token in islice(new, 5))
        some = ", ".join(f"“{visible(token)}”" for token in islice((t for t in self.tokens if t != END), 8))
        return f"The model’s vocabulary has no {words}, and no token for unknown ones; it has {some} and so on."

    def _encode_numbers(self, text: Any, limit: int | None) -> Encoding:
        cut = False
        if isinstance(text, str):
            values, cut = vectors.parse(text, self.vector_size, self.tables, limit)
        else:
            try:
                values = np.asarray(text, dtype=np.float64)
            except (TypeError, ValueError):
                raise ValueError(f"Each step needs {self.vector_size} numbers; the input has others.") from None
        if values.size == 0:
            raise ValueError("There is nothing to read: type numbers such as 0.5 -1 2, one step after another.")
        if values.ndim == 1 and self.vector_size == 1:
            values = values[:, None]
        if values.ndim != 2 or values.shape[1] != self.vector_size:
            turned = "; transpose it" if values.ndim == 2 and len(values) == self.vector_size else ""
            raise ValueError(f"Each step needs {self.vector_size} numbers; the input has shape {values.shape}{turned}.")
        if not (np.abs(values) <= LARGEST).all():  # NaN compares false
            raise ValueError(f"Every number must be finite and at most {LARGEST:g} in size; one is not.")
        cut = cut or (limit is not None and len(values) > limit)
        values = values[:limit]
        return Encoding(vectors.step_labels(values), values, np.zeros(len(values), dtype=bool), cut)

    @property
    def example(self) -> str:
        """A short text without anything unknown in it: the first letters, digits or words among the tokens."""
        if self.kind == "numbers":
            return "noise(seed=0, steps=24)"
        typed = [token for token in self.tokens if token.strip()]  # blanks alone are nothing to read
        plain = [token for token in typed if token.isalnum()] or [t for t in typed if t not in (UNKNOWN, END)] or typed
        return ("" if self.kind == "characters" else " ").join(plain[:3])

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "tokens": list(self.tokens), "end": self.end, "width": self.vector_size}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Vocabulary:
        return cls(data["kind"], tuple(data["tokens"]), data["end"], data["width"])


def split(kind: TokenKind, text: str) -> Iterator[str]:
    """The pieces of a text as typed, one after another: grapheme clusters, or words and punctuation marks.

    A piece of more than LONGEST code points (a heap of accents, say) comes in several.
    """
    for match in _PATTERNS[kind].finditer(text):
        piece = match[0]
        for start in range(0, len(piece), LONGEST):
            yield piece[start : start + LONGEST]


def normalise(kind: TokenKind, token: str) -> str:
    """A token as vocabularies spell it: composed (Unicode NFC), and words in lower case."""
    composed = unicodedata.normalize("NFC", token)
    if kind == "words":  # lower case may decompose anew
        return unicodedata.normalize("NFC", composed.lower().replace("’", "'"))
    return composed


def visible(token: str) -> str:
    """A token as a label shows it, never blank: what has no picture of its own gets one, or its code point."""
    if token in _VISIBLE:
        return _VISIBLE[token]
    if all(unicodedata.category(c)[0] in "CZ" for c in token):
        return " ".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 else f"U+{ord(c):04X}" for c in token)
    return "◌" + token if unicodedata.category(token[0])[0] == "M" else token


def _take(pieces: Iterator[Any], limit: int | None) -> tuple[list[Any], bool]:
    """The first `limit` pieces, and whether there were more; only one more is ever looked for."""
    found = list(islice(pieces, None if limit is None else limit + 1))
    return found[:limit], limit is not None and len(found) > limit
