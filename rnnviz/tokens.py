"""Text to token ids and back: by character, by word, or as numbers.

A character is what a person counts as one: a grapheme cluster (Unicode UAX #29). A token
that the vocabulary lacks gets the id of `<unk>` and keeps the text that was typed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import regex

UNKNOWN = "<unk>"
END = "<end>"

Kind = Literal["characters", "words", "numbers"]

_PATTERNS = {
    "characters": regex.compile(r"\X"),
    "words": regex.compile(r"\w+(?:['’]\w+)*|(?!\s)\X"),
}
_VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡", END: "∎"}


@dataclass(frozen=True)
class Reading:
    """What a vocabulary made of an input of T tokens.

    inputs: ids (T,), or vectors (T, D) if the input is numbers. unknown: (T,) bool, true where
    the vocabulary lacks the token. cut: whether the input went on beyond the limit.
    """

    tokens: list[str]
    inputs: np.ndarray
    unknown: np.ndarray
    cut: bool


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows, in the order of its embedding's rows.

    tokens: empty for numbers. end: whether an end mark is read after the last token.
    width: D, how many numbers make one step, if the input is numbers.
    """

    kind: Kind
    tokens: tuple[str, ...] = ()
    end: bool = False
    width: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {token: k for k, token in enumerate(self.tokens)})
        if self.kind != "numbers" and UNKNOWN not in self._ids:
            raise ValueError(f"a vocabulary of {self.kind} needs {UNKNOWN!r} among its tokens")
        if len(self._ids) != len(self.tokens):
            raise ValueError("the vocabulary lists a token twice")

    _ids = property(lambda self: self.__dict__["_ids"])

    def __len__(self) -> int:
        return len(self.tokens)

    @classmethod
    def collect(cls, kind: Kind, texts: Iterable[str], *, at_least: int = 1, end: bool = False) -> Vocabulary:
        """`<unk>`, the end mark if there is one, and every token that occurs `at_least` times, sorted."""
        counts = Counter(token for text in texts for token in split(kind, text))
        known = sorted(token for token, count in counts.items() if count >= at_least)
        return cls(kind, (UNKNOWN, *((END,) if end else ()), *known), end)

    def read(self, text: str | Sequence[str] | Sequence[float] | np.ndarray, limit: int | None = None) -> Reading:
        """Read a text, a list of tokens, or (for numbers) a text or an array of numbers.

        limit: at most so many tokens are read, the end mark not counted.
        Raises ValueError if there is nothing to read or a number is not one.
        """
        if self.kind == "numbers":
            return self._read_numbers(text, limit)
        pieces: Iterator[str] = split(self.kind, text) if isinstance(text, str) else iter(map(str, text))
        found = list(islice(pieces, None if limit is None else limit + 1))
        cut = limit is not None and len(found) > limit
        found = found[:limit]
        if not found or (isinstance(text, str) and not text.strip()):
            raise ValueError("There is nothing to read: type at least one letter or word.")
        if self.end and found[-1] != END:
            found.append(END)
        ids = self._ids
        spelled = [token if token == END else normalised(self.kind, token) for token in found]
        unknown = np.array([token not in ids or token == UNKNOWN for token in spelled])
        inputs = np.array([ids.get(token, ids[UNKNOWN]) for token in spelled])
        return Reading(found, inputs, unknown, cut)

    def _read_numbers(self, text: Any, limit: int | None) -> Reading:
        rows = _number_rows(text, self.width) if isinstance(text, str) else text
        values = np.asarray(rows, dtype=np.float64)
        if values.size == 0:
            raise ValueError("There is nothing to read: type numbers such as 0.5 -1 2, one step after another.")
        if values.ndim == 1 and self.width == 1:
            values = values[:, None]
        if values.ndim != 2 or values.shape[1] != self.width:
            raise ValueError(f"Each step needs {self.width} numbers; the input has shape {values.shape}.")
        if not np.isfinite(values).all():
            raise ValueError("Every number must be finite; the input holds NaN or infinity.")
        cut = limit is not None and len(values) > limit
        values = values[:limit]
        tokens = [" ".join(f"{v:g}" for v in row) for row in values]
        return Reading(tokens, values, np.zeros(len(values), dtype=bool), cut)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "tokens": list(self.tokens), "end": self.end, "width": self.width}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Vocabulary:
        return cls(data["kind"], tuple(data["tokens"]), data["end"], data["width"])


def split(kind: Kind, text: str) -> Iterator[str]:
    """The pieces of a text as typed, one after another: grapheme clusters, or words and punctuation marks."""
    return (match[0] for match in _PATTERNS[kind].finditer(text))


def normalised(kind: Kind, token: str) -> str:
    """A token as vocabularies spell it: composed (Unicode NFC), and words in lower case."""
    composed = unicodedata.normalize("NFC", token)
    return composed.lower().replace("’", "'") if kind == "words" else composed


def visible(token: str) -> str:
    """A token as a label shows it: white space and control characters get a picture of their own."""
    if token in _VISIBLE:
        return _VISIBLE[token]
    return "".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 else c for c in token)


def _number_rows(text: str, width: int) -> list[list[float]]:
    """Numbers apart by blanks, commas or semicolons; every `width` of them make one step."""
    numbers = []
    for word in regex.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        try:
            numbers.append(float(word))
        except ValueError:
            raise ValueError(f"{word!r} is not a number: type numbers such as 0.5 -1 2.") from None
    if len(numbers) % width:
        raise ValueError(f"Each step needs {width} numbers; {len(numbers)} do not divide into steps.")
    return [numbers[k : k + width] for k in range(0, len(numbers), width)]
