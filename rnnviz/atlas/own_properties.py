"""Properties that the reader brings: a function, or numbers for the tokens of a corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..cells.activations import Array
from ..errors import ArgumentError, ArrayError, DamagedFileError, MissingFileError
from ..text.tokens import END, TokenKind, normalise, split
from ..training.baselines import NaiveBayes
from ..wording import printable
from .document_tokens import DocumentTokens
from .text_properties import NUMBER, YES_NO, PropertyKind, TextProperty

Function = Callable[[Any], Any]


def own_property(
    name: str,
    source: Function | Sequence[Any] | Array | str | PathLike[str],
    *,
    column: str | None = None,
    kind: PropertyKind | None = None,
    sentence: str = "",
) -> TextProperty:
    """Make a property of a function, or of numbers that are aligned with the tokens of a corpus.

    Parameters
    ----------
    name : str
        What tables and cards call it.
    source : callable, sequence of array_like, ndarray of shape (N,), str or path
        A function from the T tokens of a document, a list of str, to T numbers (of a document of numbers, from its
        vectors (T, M)); an array for each document of the
        corpus, in its order; the numbers of all N tokens of the corpus, one document after the other; or the path of
        a CSV or Parquet file with these in a column. NaN or an empty cell stands for what is not known. Where the
        model reads an end mark after a document, functions and arrays of documents may leave it out, but the N tokens
        include it.
    column : str, optional
        The column of the file.
    kind : {"number", "yes/no"}, optional
        If left out, "yes/no" for numbers that are all 0, 1 or NaN, and "number" for others and for a function.
    sentence : str, default ""
        What it is, in one sentence.

    Returns
    -------
    TextProperty
        The property.

    Raises
    ------
    ArgumentError
        If the source is none of these, or the file has no such column of numbers.
    MissingFileError
        If there is no such file.
    DamagedFileError
        If it is no table.

    Examples
    --------
    >>> vowels = own_property("vowel", lambda tokens: [token in "aeiou" for token in tokens], kind="yes/no")
    >>> vowels.of(DocumentTokens.of(["hidden"])).tolist()
    [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    """
    if callable(source):
        return TextProperty(name, sentence, kind or NUMBER, _Applied(name, source))
    if isinstance(source, str | PathLike):
        source = _column(Path(source), column)
    try:
        numbers = np.asarray(source, np.float64)
    except (TypeError, ValueError):  # documents of different lengths
        numbers = None
    if numbers is not None and numbers.ndim == 1:
        compute = _Aligned(name, numbers)
        digest = _digest([numbers])
        return TextProperty(name, sentence, kind or _kind(numbers), compute, size=len(numbers), digest=digest)
    try:
        arrays = [np.asarray(array, np.float64) for array in source]
    except (TypeError, ValueError):
        raise ArgumentError(
            "A property is a function, numbers for all tokens of the corpus, or an array for each document.",
            code="property_source", name="source", value=type(source).__name__,
        ) from None  # fmt: skip
    every = np.concatenate([array.ravel() for array in arrays]) if arrays else np.zeros(0)
    return TextProperty(name, sentence, kind or _kind(every), _ByDocument(name, arrays), digest=_digest(arrays))


def label_evidence(texts: Sequence[str], labels: Sequence[str], label: str, kind: TokenKind = "words") -> TextProperty:
    """Make the property that adds up how much the tokens read so far speak for a label: the sentiment of reviews.

    Each token counts with its log odds under multinomial naive Bayes, which labelled texts have taught: the logarithm
    of how much more frequent it is in texts with the label than in others. Tokens that these texts do not have count
    nothing. The sum after the last token is the log odds of the label according to the tokens alone, each by itself:
    "not good" comes out as "not" plus "good".

    Parameters
    ----------
    texts : sequence of str
        The labelled texts. Take none of the corpus that is to be read, or the property knows its labels.
    labels : sequence of str
        Their labels.
    label : str
        One of them.
    kind : {"characters", "words", "pieces"}, default "words"
        How the texts are split.

    Returns
    -------
    TextProperty
        The sum so far, in nats.

    Raises
    ------
    ArgumentError
        If the labels are not those of the texts, or there is none beside `label`.

    Examples
    --------
    >>> praise = label_evidence(["good good film", "bad bad film"], ["positive", "negative"], "positive")
    >>> praise.of(DocumentTokens.of([["a", "good", "film"]], "words")).round(2).tolist()
    [0.0, 1.1, 1.1]
    """
    is_label = np.array([one == label for one in labels], bool)
    if len(is_label) != len(texts) or is_label.all() or not is_label.any():
        raise ArgumentError(
            f"Each text needs a label, some {label!r} and some another.", code="labels", name="labels", value=label
        )
    bayes = NaiveBayes(partial(_normalised, kind), texts, is_label.astype(int), classes=2)
    smoothed = bayes.counts + 1.0
    log_p = np.log(smoothed / smoothed.sum(axis=0))
    odds = dict(zip(bayes.index, log_p[:, 1] - log_p[:, 0], strict=True))
    sentence = f"Sum of the tokens’ log odds for {label}, as naive Bayes learned them from {len(texts):,} other texts."
    return TextProperty(f"evidence for {label}", sentence, NUMBER, partial(_summed, odds, kind), (kind,))


@dataclass(frozen=True)
class _Applied:
    """A reader's function of a document's tokens."""

    name: str
    function: Function

    def __call__(self, text: DocumentTokens) -> Array:
        arrays = (np.asarray(self.function(text.content(d)), np.float64) for d in range(len(text.documents)))
        return _joined(self.name, text, arrays)


@dataclass(frozen=True, eq=False)
class _Aligned:
    """Numbers of all tokens of a corpus."""

    name: str
    numbers: Array  # (N,)

    def __call__(self, text: DocumentTokens) -> Array:
        end = text.first + len(text)
        if end > len(self.numbers):
            raise ArrayError(
                f"The property {self.name!r} has {len(self.numbers)} values, but the corpus has at least {end} tokens.",
                name=self.name, shape=self.numbers.shape, expected=f"at least {end}",
            )  # fmt: skip
        return self.numbers[text.first : end]


@dataclass(frozen=True, eq=False)
class _ByDocument:
    """Numbers of the tokens of each document."""

    name: str
    arrays: list[Array]

    def __call__(self, text: DocumentTokens) -> Array:
        last = int(text.documents.max(initial=-1))
        if last >= len(self.arrays):
            raise ArrayError(
                f"The property {self.name!r} has arrays for {len(self.arrays)} documents, but the corpus has more.",
                name=self.name, shape=(len(self.arrays),), expected=f"at least {last + 1}",
            )  # fmt: skip
        return _joined(self.name, text, (self.arrays[d] for d in text.documents))


def _joined(name: str, text: DocumentTokens, arrays: Iterable[Array]) -> Array:
    """The values of all documents, NaN at end marks that have none."""
    parts = [np.zeros(0)]
    for d, values in enumerate(arrays):
        length = int(text.lengths[d])
        if values.shape == (length - 1,) and text.series is None and text.content(d)[-1] == END:
            values = np.append(values, np.nan)
        if values.shape != (length,):
            raise ArrayError(
                f"The property {name!r} has values of shape {values.shape} for document {text.documents[d]}, which has "
                f"{length} tokens.",
                name=name, shape=values.shape, expected=(length,),
            )  # fmt: skip
        parts.append(values)
    return np.concatenate(parts)


def _column(path: Path, column: str | None) -> Array:
    """A column of a table of numbers."""
    import pandas as pd

    try:
        is_parquet = path.suffix.lower() == ".parquet"
        table = pd.read_parquet(path) if is_parquet else pd.read_csv(path, skip_blank_lines=False)
    except OSError as error:
        raise MissingFileError(
            f"The table {printable(str(path), 200)} cannot be read: {error.strerror or error}.",
            code="missing", file=str(path),
        ) from error  # fmt: skip
    except ValueError as error:  # of pandas and Arrow
        raise DamagedFileError(
            f"{printable(path.name)} is not a table of the kind that its name says.", code="damaged", file=str(path)
        ) from error
    columns = [str(name) for name in table.columns]
    if column is None and len(columns) == 1:
        column = columns[0]
    if column not in columns:
        raise ArgumentError(
            f"{path.name} has the columns {', '.join(columns)}; say which one holds the property.",
            code="column", name="column", value=column, allowed=tuple(columns),
        )  # fmt: skip
    try:
        numbers: Array = table[table.columns[columns.index(column)]].to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"The column {column!r} of {path.name} does not hold numbers.",
            code="not_numbers", name="column", value=column,
        ) from None  # fmt: skip
    return numbers


def _digest(arrays: Iterable[Array]) -> str:
    """A digest of arrays of numbers, 32 hexadecimal digits."""
    digest = blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _kind(numbers: Array) -> PropertyKind:
    return YES_NO if np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all() else NUMBER


def _normalised(kind: TokenKind, text: str) -> list[str]:
    return [normalise(kind, token) for token in split(kind, text)]


def _summed(odds: dict[str, float], kind: TokenKind, text: DocumentTokens) -> Array:
    """The running sum of what the tokens count."""
    return text.running_sum(text.look_up(lambda token: odds.get(normalise(kind, token), 0.0)))
