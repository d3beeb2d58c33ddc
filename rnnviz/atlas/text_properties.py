"""Properties of a text that are computed from it: one number for each token, to be compared with what units do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ..cells.activations import Array
from ..errors import ArrayError, NotFiniteError, UnknownNameError
from ..text.tokens import END, UNKNOWN, TokenKind, visible
from .document_tokens import DocumentTokens

PropertyKind = Literal["number", "yes/no"]

NUMBER: PropertyKind = "number"
YES_NO: PropertyKind = "yes/no"
TEXT: tuple[TokenKind, ...] = ("characters", "words", "pieces")
CHARACTERS: tuple[TokenKind, ...] = ("characters",)
ANY: tuple[TokenKind, ...] = (*TEXT, "numbers")

FEW_TOKENS = 8  # a text of at most so many different tokens has the count of each as a property
LONGEST_NAME = 40  # tokens in the line of a speaker's name
QUOTES = {"“": "”", "„": "“", "«": "»"}  # opening mark: closing mark; a straight one is both
BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "（": "）", "「": "」"}
LINE_ENDS = ("\n", "\r\n", "\r")
OF_WORDS = ("start of word", "end of word", "letters of the word")
SMALL_WORD = 3  # letters of a word that may be small in a name: "Duke of York"


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
        Maps `DocumentTokens` of N tokens to numbers (N,). NaN stands where the property is not known.
    kinds : tuple of str
        The kinds of vocabularies for whose tokens it means something.
    size : int or None, default None
        How many tokens the corpus must have, where the numbers were given for all of them at once.
    digest : str, default ""
        A digest of the numbers that were given, so that no atlas goes on with others.
    """

    name: str
    sentence: str
    kind: PropertyKind
    compute: Compute
    kinds: tuple[TokenKind, ...] = ANY
    size: int | None = None
    digest: str = ""

    def of(self, text: DocumentTokens) -> Array:
        """Compute the property of documents.

        Parameters
        ----------
        text : DocumentTokens
            The N tokens of whole documents.

        Returns
        -------
        ndarray of float64 of shape (N,)
            The values; NaN where the property is not known.

        Raises
        ------
        ArrayError
            If there are not as many values as tokens.
        NotFiniteError
            If a value is infinite.
        """
        values = np.asarray(self.compute(text), np.float64)
        if values.shape != (len(text),):
            raise ArrayError(
                f"The property {self.name!r} has values of shape {values.shape}; expected {(len(text),)}.",
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
    return text.steps + 1


@text_property("position in line", "How many tokens of the line have been read; 0 at the end of a line.", NUMBER)
def position_in_line(text: DocumentTokens) -> Array:
    """0 at each line's end, from which it counts."""
    return text.since(text.where(LINE_ENDS.__contains__))


@text_property("bracket depth", "How many brackets are open; one that closes none is passed over.", NUMBER)
def bracket_depth(text: DocumentTokens) -> Array:
    """The number of brackets that are open after the token."""
    closing = BRACKETS.values()
    level = text.running_sum(text.look_up(lambda token: (token in BRACKETS) - (token in closing)).astype(int))
    return level - np.minimum(text.running_minimum(level), 0)


@text_property(
    "inside quotes",
    "Whether a quotation is open after the token; straight marks open and close in turn, and a blank line closes.",
    YES_NO,
)
def inside_quotes(text: DocumentTokens) -> Array:
    """1 from an opening mark on, until the mark that closes it."""
    inside, awaited = np.zeros(len(text)), ""
    marks = text.where({'"', *QUOTES, *QUOTES.values()}.__contains__)
    if not marks.any():
        return inside
    ends = text.where(LINE_ENDS.__contains__)
    start = 0
    for k in np.flatnonzero(marks | text.begins | ends & text.before(ends)).tolist():
        inside[start:k], start = bool(awaited), k
        if text.begins[k] or ends[k]:
            awaited = ""
        if marks[k]:
            token = text.spellings[text.numbers[k]]
            if not awaited:
                awaited = '"' if token == '"' else QUOTES.get(token, "")
            elif token == awaited:
                awaited = ""
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
    inside, ends = np.zeros(len(text)), text.where(LINE_ENDS.__contains__)
    in_line = text.since(ends)
    is_last = text.after(ends) | text.ends
    for colon in np.flatnonzero(text.where(":".__eq__) & is_last & (in_line <= LONGEST_NAME)).tolist():
        start = colon - int(in_line[colon]) + 1
        comes_first = text.begins[start] or text.begins[start - 1] or ends[start - 2]
        if comes_first and _is_name("".join(text.tokens(slice(start, colon)))):
            inside[start:colon] = 1
    return inside


@text_property("capital letter", "Whether the token begins with a capital letter.", YES_NO)
def capital_letter(text: DocumentTokens) -> Array:
    """1 for capital letters, and for words and pieces that begin with one."""
    return text.where(lambda token: token[:1].isupper())


@text_property("start of word", "Whether the token is the first letter of a word.", YES_NO, CHARACTERS)
def start_of_word(text: DocumentTokens) -> Array:
    """1 for letters that come after none."""
    inside = _inside_word(text)
    return inside & ~text.before(inside)


@text_property("end of word", "Whether a word ends with the token, which the next one tells.", YES_NO, CHARACTERS)
def end_of_word(text: DocumentTokens) -> Array:
    """1 for letters that no letter follows."""
    inside = _inside_word(text)
    return inside & ~text.after(inside)


@text_property("letters of the word", "How many letters of a word have been read; 0 between words.", NUMBER, CHARACTERS)
def letters_of_word(text: DocumentTokens) -> Array:
    """1 at a word's first letter, from which it counts."""
    return text.since(~_inside_word(text))


def _is_name(line: str) -> bool:
    """Whether a line is capitalised, but for its small words, and has no colon of its own."""
    words = line.split()
    capitalised = (word[0].isupper() or len(word) <= SMALL_WORD or not word[0].isalpha() for word in words)
    return line[:1].isupper() and ":" not in line and all(capitalised)


def _inside_word(text: DocumentTokens) -> Array:
    """Where letters are, and apostrophes between two letters."""
    letters = text.where(lambda token: token[:1].isalpha())
    return letters | (text.where(("'", "’").__contains__) & text.before(letters) & text.after(letters))


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
    >>> running_count("a").of(DocumentTokens.of(["banana"])).tolist()
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
    >>> running_difference("a", "b").of(DocumentTokens.of(["aaabb"])).tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    names = f"{visible(plus)} less count of {visible(minus)}"
    sentence = f"How much more often {visible(plus)} has been read than {visible(minus)}."
    return TextProperty(f"count of {names}", sentence, NUMBER, partial(_difference, plus, minus), TEXT)


def _count(token: str, text: DocumentTokens) -> Array:
    return text.running_sum(text.where(token.__eq__).astype(int))


def _difference(plus: str, minus: str, text: DocumentTokens) -> Array:
    return _count(plus, text) - _count(minus, text)


def fitting_properties(text: DocumentTokens) -> list[TextProperty]:
    """Choose the properties that say something about documents.

    These are the registered ones that mean something for this kind of tokens and take several values, without those
    that have the values of one before. Letters are taken for words where a document has two words or more: the end of
    the one word in "aaabbb" is the end of the text. A text of at most eight different tokens, as those of counting
    tasks, also has the count of each, and of two tokens the difference of their counts.

    Parameters
    ----------
    text : DocumentTokens
        Some documents of a corpus.

    Returns
    -------
    list of TextProperty
        The properties, in the order of the registry.
    """
    candidates = [one for one in PROPERTIES.values() if text.kind in one.kinds]
    if not _has_words(text):
        candidates = [one for one in candidates if one.name not in OF_WORDS]
    tokens = sorted({text.spellings[k] for k in np.unique(text.numbers)} - {END, UNKNOWN})
    if len(tokens) <= FEW_TOKENS and text.kind != "numbers":
        candidates += [running_count(token) for token in tokens]
        candidates += [running_difference(*tokens)] if len(tokens) == 2 else []
    fitting: list[TextProperty] = []
    seen: list[Array] = []
    for candidate in candidates:
        values = candidate.of(text)
        if len(np.unique(values)) > 1 and not any(np.array_equal(values, others) for others in seen):
            fitting.append(candidate)
            seen.append(values)
    return fitting


def _has_words(text: DocumentTokens) -> bool:
    """Whether any document has a second word."""
    starts = np.concatenate([[0], np.cumsum(start_of_word(text))])[text.borders]
    return bool((np.diff(starts) > 1).any())


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
