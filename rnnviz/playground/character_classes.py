"""What Python knows of characters, as data: browsers have older or newer versions of Unicode."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

import regex

ALL = "".join(map(chr, range(sys.maxunicode + 1)))
# Of grapheme clusters (UAX #29). The syllables of Hangul that stand for a block are computed, not listed.
BREAKS = ("Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark", "L", "V", "T")
CLUSTERS = {
    **{name: rf"\p{{GCB={name}}}" for name in BREAKS},
    "Pictographic": r"\p{Extended_Pictographic}",
    "Consonant": r"\p{InCB=Consonant}",
    "Linker": r"\p{InCB=Linker}",
    "Conjoined": r"\p{InCB=Extend}",
}
PATTERNS = {**CLUSTERS, "word": r"\w", "space": r"\s", "letter": r"\p{L}"}
CATEGORIES: dict[str, Callable[[str], bool]] = {
    "blank": str.isspace,
    "hidden": lambda letter: unicodedata.category(letter)[0] in "CZ",
    "mark": lambda letter: unicodedata.category(letter)[0] == "M",
    "unassigned": lambda letter: unicodedata.category(letter) == "Cn",
    "digit": lambda letter: unicodedata.category(letter) == "Nd",
}
# What each kind of vocabulary needs to know.
EVERY = ("blank", "hidden", "mark", "unassigned")
NEEDED = {
    "characters": (*EVERY, *CLUSTERS),
    "words": (*EVERY, *CLUSTERS, "word", "space"),
    "pieces": (*EVERY, "space"),
    "numbers": (*EVERY, "space", "letter", "digit"),
}


def character_classes(kind: str) -> dict[str, str]:
    """Write the classes of code points by which a vocabulary splits and labels a text.

    Parameters
    ----------
    kind : {"characters", "words", "pieces", "numbers"}
        The kind of the vocabulary.

    Returns
    -------
    dict of str to str
        By the name of a class, the lengths of ranges outside and inside it by turns, from code point 0 on, in base 36.
    """
    return {name: _class(name) for name in NEEDED[kind]}


@cache
def _class(name: str) -> str:
    if name in PATTERNS:
        ranges: Iterable[tuple[int, int]] = (match.span() for match in regex.finditer(f"{PATTERNS[name]}+", ALL))
    else:
        ranges = _ranges(CATEGORIES[name])
    lengths, end = [], 0
    for first, after in ranges:
        lengths += [_base36(first - end), _base36(after - first)]
        end = after
    return " ".join(lengths)


def _ranges(belongs: Callable[[str], bool]) -> Iterable[tuple[int, int]]:
    """The ranges of code points that belong to a class."""
    first = None
    for code_point, letter in enumerate(ALL):
        if belongs(letter):
            first = code_point if first is None else first
        elif first is not None:
            yield first, code_point
            first = None
    if first is not None:
        yield first, len(ALL)


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
