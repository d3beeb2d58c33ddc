"""JSON of strangers, within bounds that are checked before Python's parser sees it.

A parsed text takes up to a hundred times the memory of its bytes, and the parser holds the interpreter, so that nobody
else gets an answer. The only bounds on JSON are here, for cards, configurations, headers and vocabularies alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import DamagedFileError, FileError, LimitError
from .limits import LONGEST_NAME, MILLION
from .wording import printable

LONGEST = 8 * MILLION  # bytes of a text
DEEPEST = 200  # lists and objects in each other; Keras needs some five for each of twenty models within models
ITEMS = MILLION  # signs of structure: commas, colons and opening brackets, which take up to a hundred bytes each
DIGITS = 100  # of a number

_HALF_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")  # an escape that may lack its other half
FEW = 1000  # signs that may as well be inside of texts


def parse_json(called: str, text: str | bytes, *, file: str = "", spend: Callable[[int], None] | None = None) -> Any:
    """Parse JSON within bounds.

    Parameters
    ----------
    called : str
        What messages call it, at the beginning of a sentence: "The card of mine.zip".
    text : str or bytes
        The JSON, bytes in UTF-8.
    file : str, default ""
        The file that it is in, for errors.
    spend : callable, optional
        Called with the number of its items before it is parsed; raises to stop.

    Returns
    -------
    object
        Lists, dicts, texts, numbers, booleans and None. Every text can be encoded, and every number is finite.

    Raises
    ------
    LimitError
        If it is longer, has more items, is nested more deeply, or has longer keys or numbers than is allowed; code
        "json_bytes", "json_items", "json_depth", "json_key" or "json_digits".
    DamagedFileError
        If it is not JSON (code "json"), or has a number that is not finite (code "json_number") or half a letter, which
        no text can hold (code "json_text").
    """
    try:
        return _Parser(called, file, spend).parse(text)
    except RecursionError as error:  # called from deep inside a program of somebody else
        raise DamagedFileError(f"{called} is nested too deeply to be read here.", code="json", file=file) from error


class _Parser:
    def __init__(self, called: str, file: str, spend: Callable[[int], None] | None) -> None:
        self.called, self.file, self.spend = called, file, spend

    def parse(self, text: str | bytes) -> Any:
        self.check(len(text), LONGEST, "json_bytes", "bytes")
        data = self.encoded(text)
        self.check(len(data), LONGEST, "json_bytes", "bytes")
        items, depth, longest = measure(data)
        self.check(items, ITEMS, "json_items", "entries")
        self.check(depth, DEEPEST, "json_depth", "levels")
        if self.spend is not None:
            self.spend(items)
        try:
            value = json.loads(data, parse_int=self.integer, parse_float=self.number, parse_constant=self.constant)
        except FileError:
            raise
        except ValueError as error:
            raise self.damaged(f"is not valid JSON ({printable(str(error), 100)})", "json") from error
        if longest > LONGEST_NAME or _HALF_LETTER.search(data):
            self.check_texts(value)
        return value

    def encoded(self, text: str | bytes) -> bytes:
        """As bytes in UTF-8, without a byte order mark."""
        try:
            data = text.encode() if isinstance(text, str) else text
            data = data.removeprefix(b"\xef\xbb\xbf")
            if isinstance(text, bytes):
                data.decode()
        except UnicodeError:
            raise self.damaged("holds bytes or letters that are not text in UTF-8", "json_text") from None
        return data

    def check_texts(self, value: Any) -> None:
        """Raises FileError for half letters, and for keys that are too long."""
        queue = [value]
        while queue:
            entry = queue.pop()
            if isinstance(entry, str):
                try:
                    entry.encode()
                except UnicodeEncodeError:
                    raise self.damaged("holds half of a letter (a lone surrogate)", "json_text") from None
            elif isinstance(entry, dict):
                for key in entry:
                    self.check(len(key), LONGEST_NAME, "json_key", "letters in one of its keys")
                queue += entry
                queue += entry.values()
            elif isinstance(entry, list):
                queue += entry

    def integer(self, digits: str) -> int:
        self.check(len(digits), DIGITS, "json_digits", "digits in one of its numbers")
        return int(digits)

    def number(self, digits: str) -> float:
        self.check(len(digits), DIGITS, "json_digits", "digits in one of its numbers")
        value = float(digits)
        if not math.isfinite(value):
            self.constant(digits)
        return value

    def constant(self, word: str) -> Any:
        raise self.damaged(f"holds the number {word}, which is not finite", "json_number")

    def check(self, actual: int, limit: int, code: str, unit: str) -> None:
        if actual > limit:
            raise LimitError(
                f"{self.called} has {actual:,} {unit}, and at most {limit:,} are read.",
                code=code, file=self.file, limit=limit, actual=actual,
            )  # fmt: skip

    def damaged(self, what: str, code: str) -> DamagedFileError:
        return DamagedFileError(f"{self.called} {what}.", code=code, file=self.file)


def measure(data: bytes) -> tuple[int, int, int]:
    """Measure JSON without parsing it, in a time that grows with its bytes alone.

    Parameters
    ----------
    data : bytes
        The text, valid or not.

    Returns
    -------
    items : int
        The signs of structure outside of its texts: commas, colons and opening brackets.
    depth : int
        The most lists and objects in each other.
    longest : int
        The bytes of its longest text.

    Notes
    -----
    Of a text with few signs, those inside of its texts are counted as well, which is faster and never less.
    """
    plain = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")  # every quote left begins or ends a text
    opening = plain.count(b"[") + plain.count(b"{")
    items = opening + plain.count(b",") + plain.count(b":")
    if opening <= DEEPEST and items <= FEW and plain.count(b'"') <= FEW:
        return items, opening, max(map(len, plain.split(b'"')))
    return _measured(np.frombuffer(plain, np.uint8))


def _measured(signs: np.ndarray) -> tuple[int, int, int]:
    """The same, exactly."""
    quotes = np.flatnonzero(signs == ord('"'))
    inside = np.zeros(len(signs) + 1, np.int8)
    inside[quotes[::2]] = 1
    inside[quotes[1::2]] = -1
    ends = np.append(quotes, len(signs))
    longest = int((ends[1::2] - ends[: len(ends) - 1 : 2][: len(ends[1::2])]).max(initial=0))
    del quotes, ends
    outside = np.cumsum(inside[:-1], dtype=np.int8) == 0
    opening = outside & ((signs == ord("[")) | (signs == ord("{")))
    closing = outside & ((signs == ord("]")) | (signs == ord("}")))
    separating = outside & ((signs == ord(",")) | (signs == ord(":")))
    steps = opening[opening | closing].view(np.int8) * np.int8(2) - np.int8(1)  # 1 for an opening bracket, else -1
    depth = int(np.cumsum(steps, dtype=np.int32).max(initial=0))
    return int(opening.sum() + separating.sum()), depth, longest
