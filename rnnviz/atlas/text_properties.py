"""Properties of a text that are computed from it: one number for each token, to be compared with what units do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

import numpy as np

from ..analysis.probes.line_position import steps_since
from ..cells.activations import Array
from ..errors import ArrayError, NotFiniteError, UnknownNameError
from ..text.tokens import END, UNKNOWN, TokenKind, visible

PropertyKind = Literal["number", "yes/no"]

NUMBER: PropertyKind = "number"
YES_NO: PropertyKind = "yes/no"
TEXT: tuple[TokenKind, ...] = ("characters", "words", "pieces")
CHARACTERS: tuple[TokenKind, ...] = ("characters",)
ANY: tuple[TokenKind, ...] = (*TEXT, "numbers")

FEW_TOKENS = 8  # a text of at most so many different tokens has the count of each as a property
SAMPLE = 50_000  # tokens that are looked at to see which properties fit
LONGEST_NAME = 40  # tokens in the line of a speaker's name
QUOTES = {"“": "”", "„": "“", "«": "»"}  # opening mark: closing mark; a straight one is both
BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "（": "）", "「": "」"}
LINE_ENDS = ("\n", "\r\n", "\r")
SMALL_WORD = 3  # letters of a word that may be small in a name: "Duke of York"


@dataclass(frozen=True)
class DocumentTokens:
    """The tokens of one document of a corpus, as they were read.

    Parameters
    ----------
    tokens : sequence of str
        The T tokens as typed, with the end mark if one is read.
    kind : {"characters", "words", "pieces", "numbers"}
        How the text was split.
    document : int, default 0
        The number of the document in the corpus, counted from 0.
    first : int, default 0
        The position of its first token in the corpus, counted from 0.
    """

    tokens: Sequence[str]
    kind: TokenKind = "characters"
    document: int = 0
    first: int = 0

    def __len__(self) -> int:
        return len(self.tokens)

    def where(self, is_one: Callable[[str], bool]) -> Array:
        """Mark the tokens (T,) for which a function says yes; each different token is asked about once."""
        answers = {token: is_one(token) for token in self.different}
        return np.fromiter(map(answers.__getitem__, self.tokens), bool, len(self))

    @cached_property
    def different(self) -> set[str]:
        """The different tokens."""
        return set(self.tokens)


Compute = Callable[[DocumentTokens], Array]


@dataclass(frozen=True, eq=False)
class TextProperty:
    """A number for each token of a text.

    Parameters
    ----------
    name : str
        What tables and cards call it.
    sentence : str
        What it is, in one sentence.
    kind : {"number", "yes/no"}
        Whether the values are any numbers, or 1 for yes and 0 for no.
    compute : callable
        Maps `DocumentTokens` of T tokens to numbers (T,). NaN stands where the property is not known.
    kinds : tuple of str
        The kinds of vocabularies for whose tokens it means something.
    size : int or None, default None
        How many tokens the corpus must have, where the numbers were given for all of them at once.
    """

    name: str
    sentence: str
    kind: PropertyKind
    compute: Compute
    kinds: tuple[TokenKind, ...] = ANY
    size: int | None = None

    def of(self, text: DocumentTokens) -> Array:
        """Compute the property of a document.

        Parameters
        ----------
        text : DocumentTokens
            T tokens.

        Returns
        -------
        ndarray of float64 of shape (T,)
            The values; NaN where the property is not known.

        Raises
        ------
        ArrayError
            If there are not as many values as tokens; only the end mark may have none, and is then not known.
        NotFiniteError
            If a value is infinite.
        """
        values = np.asarray(self.compute(text), np.float64)
        if values.shape == (len(text) - 1,) and text.tokens[-1] == END:
            values = np.append(values, np.nan)
        if values.shape != (len(text),):
            raise ArrayError(
                f"The property {self.name!r} has values of shape {values.shape} for document {text.document}; "
                f"expected {(len(text),)}, a number for each token.",
                name=self.name, shape=values.shape, expected=(len(text),),
            )  # fmt: skip
        if np.isinf(values).any():
            count = int(np.isinf(values).sum())
            raise NotFiniteError(
                f"The property {self.name!r} has infinite values; NaN stands for what is not known.",
                name=self.name, count=count,
            )  # fmt: skip
        return values


PROPERTIES: dict[str, TextProperty] = {}


def text_property(
    name: str, sentence: str, kind: PropertyKind, kinds: tuple[TokenKind, ...] = TEXT
) -> Callable[[Compute], Compute]:
    """Register a function as a property of every text of some kinds, see `TextProperty`."""

    def register(compute: Compute) -> Compute:
        PROPERTIES[name] = TextProperty(name, sentence, kind, compute, kinds)
        return compute

    return register


@text_property("position in document", "How many tokens of the document have been read.", NUMBER, ANY)
def position_in_document(text: DocumentTokens) -> Array:
    """1, 2, ..., T."""
    return np.arange(1, len(text) + 1)


@text_property("position in line", "How many tokens of the line have been read; 0 at the end of a line.", NUMBER)
def position_in_line(text: DocumentTokens) -> Array:
    """0 at each line's end, from which it counts."""
    return steps_since(text.where(LINE_ENDS.__contains__))


@text_property(
    "bracket depth", "How many brackets are open after the token; one that closes none is passed over.", NUMBER
)
def bracket_depth(text: DocumentTokens) -> Array:
    """The number of brackets that are open."""
    closing = BRACKETS.values()
    level = np.cumsum(text.where(BRACKETS.__contains__).astype(int) - text.where(lambda token: token in closing))
    return level - np.minimum(np.minimum.accumulate(level), 0)


@text_property(
    "inside quotes",
    "Whether a quotation is open after the token; straight marks open and close in turn, and a blank line closes.",
    YES_NO,
)
def inside_quotes(text: DocumentTokens) -> Array:
    """1 from an opening mark on, until the mark that closes it."""
    inside, awaited = np.zeros(len(text)), ""
    marks = text.where({*LINE_ENDS, '"', *QUOTES, *QUOTES.values()}.__contains__)
    start, line_end = 0, -2
    for k in np.flatnonzero(marks).tolist():
        inside[start:k], start = bool(awaited), k
        token = text.tokens[k]
        if token in LINE_ENDS:
            awaited, line_end = "" if k == line_end + 1 else awaited, k
        elif awaited:
            awaited = "" if token == awaited else awaited
        else:
            awaited = '"' if token == '"' else QUOTES.get(token, "")
    inside[start:] = bool(awaited)
    return inside


@text_property(
    "inside a speaker’s name",
    "Whether the token is part of a line that names a speaker: after a blank line, capitalised, before its colon.",
    YES_NO,
    CHARACTERS,
)
def inside_speaker_name(text: DocumentTokens) -> Array:
    """1 in lines such as "First Citizen:" that come first or after a blank line, up to the colon."""
    inside, start, is_after_blank = np.zeros(len(text)), 0, True
    for end in [*np.flatnonzero(text.where(LINE_ENDS.__contains__)), len(text)]:
        if is_after_blank and end - start <= LONGEST_NAME:
            name = "".join(text.tokens[start:end]).rstrip()
            if name.endswith(":") and _is_name(name[:-1]):
                inside[start : start + len(name) - 1] = 1
        is_after_blank, start = end == start, end + 1
    return inside


@text_property("capital letter", "Whether the token begins with a capital letter.", YES_NO)
def capital_letter(text: DocumentTokens) -> Array:
    """1 for capital letters, and for words and pieces that begin with one."""
    return text.where(lambda token: token[:1].isupper())


@text_property("start of word", "Whether the token is the first letter of a word.", YES_NO, CHARACTERS)
def start_of_word(text: DocumentTokens) -> Array:
    """1 for letters that come after none."""
    inside = _inside_word(text)
    return inside & ~np.append(False, inside[:-1])


@text_property(
    "end of word", "Whether the token is the last letter of a word, which the text tells later.", YES_NO, CHARACTERS
)
def end_of_word(text: DocumentTokens) -> Array:
    """1 for letters that no letter follows."""
    inside = _inside_word(text)
    return inside & ~np.append(inside[1:], False)


@text_property(
    "letters of the word", "How many letters of the word have been read; 0 between words.", NUMBER, CHARACTERS
)
def letters_of_word(text: DocumentTokens) -> Array:
    """1 at a word's first letter, from which it counts."""
    return steps_since(~_inside_word(text))


def _is_name(line: str) -> bool:
    """Whether a line is capitalised, but for its small words, and has no colon of its own."""
    words = line.split()
    capitalised = (word[0].isupper() or len(word) <= SMALL_WORD or not word[0].isalpha() for word in words)
    return line[:1].isupper() and ":" not in line and all(capitalised)


def _inside_word(text: DocumentTokens) -> Array:
    """Where letters are, and apostrophes between two letters."""
    letters = text.where(lambda token: token[:1].isalpha())
    between = np.append(False, letters[:-1]) & np.append(letters[1:], False)
    return letters | (text.where(lambda token: token in ("'", "’")) & between)


def running_count(token: str) -> TextProperty:
    """Make the property that counts a token.

    Parameters
    ----------
    token : str
        The token as typed.

    Returns
    -------
    TextProperty
        How often the token has been read in the document so far, itself included.

    Examples
    --------
    >>> running_count("a").of(DocumentTokens("banana")).tolist()
    [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]
    """
    name = visible(token)
    return TextProperty(f"count of {name}", f"How often {name} has been read.", NUMBER, partial(_count, token), TEXT)


def running_difference(plus: str, minus: str) -> TextProperty:
    """Make the property that counts one token up and another down.

    Parameters
    ----------
    plus, minus : str
        The tokens as typed.

    Returns
    -------
    TextProperty
        How much more often the first has been read in the document so far than the second.

    Examples
    --------
    >>> running_difference("a", "b").of(DocumentTokens("aaabb")).tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    names = f"{visible(plus)} less count of {visible(minus)}"
    sentence = f"How much more often {visible(plus)} has been read than {visible(minus)}."
    return TextProperty(f"count of {names}", sentence, NUMBER, partial(_difference, plus, minus), TEXT)


def _count(token: str, text: DocumentTokens) -> Array:
    return np.cumsum(text.where(token.__eq__))


def _difference(plus: str, minus: str, text: DocumentTokens) -> Array:
    return _count(plus, text) - _count(minus, text)


def fitting_properties(documents: Iterable[DocumentTokens]) -> list[TextProperty]:
    """Choose the properties that say something about a corpus, by looking at its beginning.

    These are the registered ones that mean something for this kind of tokens and take several values in the first
    50,000 tokens, without those that have the values of one before. A text of at most eight different tokens, as those
    of counting tasks, also has the count of each, and of two tokens the difference of their counts.

    Parameters
    ----------
    documents : iterable of DocumentTokens
        The documents of the corpus, of one kind.

    Returns
    -------
    list of TextProperty
        The properties, in the order of the registry.
    """
    sample, read = [], 0
    for document in documents:
        sample.append(replace(document, tokens=document.tokens[: SAMPLE - read]))
        read += len(sample[-1])
        if read == SAMPLE:
            break
    tokens = sorted(set().union(*(document.different for document in sample)) - {END, UNKNOWN})
    candidates = [p for p in PROPERTIES.values() if all(document.kind in p.kinds for document in sample)]
    if len(tokens) <= FEW_TOKENS and sample and sample[0].kind != "numbers":
        candidates += [running_count(token) for token in tokens]
        candidates += [running_difference(*tokens)] if len(tokens) == 2 else []
    fitting: list[TextProperty] = []
    seen: list[Array] = []
    for candidate in candidates:
        values = np.concatenate([np.zeros(0), *(candidate.of(document) for document in sample)])
        varies = len(np.unique(values[~np.isnan(values)])) > 1
        if varies and not any(np.array_equal(values, others, equal_nan=True) for others in seen):
            fitting.append(candidate)
            seen.append(values)
    return fitting


def properties_by_name(wanted: Iterable[str | TextProperty]) -> list[TextProperty]:
    """Look up properties.

    Parameters
    ----------
    wanted : iterable of str or TextProperty
        Names of the registry, or properties, which are taken as they are.

    Returns
    -------
    list of TextProperty
        The properties.

    Raises
    ------
    UnknownNameError
        If no property has a name.
    """
    found = []
    for one in wanted:
        if isinstance(one, str) and one not in PROPERTIES:
            raise UnknownNameError(
                f"There is no property {one!r}; the properties are {', '.join(PROPERTIES)}.",
                kind="property", name=one, allowed=tuple(PROPERTIES),
            )  # fmt: skip
        found.append(PROPERTIES[one] if isinstance(one, str) else one)
    return found
