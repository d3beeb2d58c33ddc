"""A corpus as a network reads it: the tokens of all documents, one after another, in files that stay on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DamagedFileError, InputError
from ..model import Model
from ..text import vectors
from ..text.tokens import END, visible
from ..wording import printable
from .corpus import Corpus, Document
from .growing_file import GrowingFile
from .spellings import Spellings, tail_length
from .stored_arrays import open_array

LONGEST_TAIL = 1 << 22  # characters that may wait for the end of their token
TEXT_KINDS = ("characters", "words", "pieces")
_BROKEN = (OSError, ValueError, TypeError, LookupError, EOFError, SyntaxError, RecursionError, OverflowError)
FEW = 5  # unknown tokens that a sentence lists
Array = np.ndarray


@dataclass(frozen=True)
class EncodedCorpus:
    """The N tokens of D documents.

    Parameters
    ----------
    name : str
        The name of the corpus.
    tokens : ndarray of int32 of shape (N,), or of float of shape (N, D)
        The number of each token's spelling, or the numbers that a network without an embedding reads.
    borders : ndarray of int64 of shape (D + 1,)
        The positions at which documents begin, and N.
    numbers : ndarray of int64 of shape (D,)
        Which document of the corpus each one is; those without a token are left out.
    spellings : tuple of str
        Each spelling; empty for numbers.
    rows : ndarray of int32
        The row of the embedding by the number of the spelling.
    unknown : ndarray of bool
        Whether a spelling is outside the vocabulary.
    kind : str
        The kind of the vocabulary: "characters", "words", "pieces" or "numbers".
    empty : int
        How many documents without a token were left out.
    digest : str
        A digest of the content.
    """

    name: str
    tokens: Array
    borders: Array
    numbers: Array
    spellings: tuple[str, ...]
    rows: Array
    unknown: Array
    kind: str
    empty: int
    digest: str

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def documents(self) -> int:
        """D, the number of documents that are read."""
        return len(self.borders) - 1

    @cached_property
    def counts(self) -> Array:
        """How often each spelling occurs, by its number."""
        counts = np.zeros(len(self.spellings), np.int64)
        for start in range(0, len(self.tokens), 1 << 20):
            counts += np.bincount(self._part(start, start + (1 << 20)), minlength=len(counts))
        return counts

    @cached_property
    def unknown_tokens(self) -> int:
        """How many tokens are outside the vocabulary."""
        return int(self.counts[self.unknown].sum()) if self.spellings else 0

    @property
    def commonest_unknown(self) -> list[str]:
        """A few spellings outside the vocabulary, the commonest first."""
        if not self.spellings:
            return []
        outside = np.flatnonzero(self.unknown & (self.counts > 0))
        order = sorted(outside, key=lambda k: (-self.counts[k], k))
        return [self.spellings[k] for k in order[:FEW]]

    def read(self, first: int, last: int) -> Array:
        """Look up what the network reads.

        Parameters
        ----------
        first, last : int
            Positions, the last one exclusive.

        Returns
        -------
        ndarray of int32 of shape (T,), or of float of shape (T, D)
            Rows of the embedding, or numbers.
        """
        part = self._part(first, last)
        return part if self.kind == "numbers" else self.rows[part]

    def texts(self, first: int, last: int) -> list[str]:
        """Look up tokens as they are spelled.

        Parameters
        ----------
        first, last : int
            Positions, the last one exclusive.

        Returns
        -------
        list of str
            The tokens; for numbers, labels of the steps, which count from 1 in the document of the first.
        """
        part = self._part(first, last)
        if self.kind == "numbers":
            begin = int(self.borders[self.document_of(first)]) if len(part) else 0
            return vectors.step_labels(part, first - begin + 1) if len(part) else []
        return [self.spellings[k] for k in part]

    def _part(self, first: int, last: int) -> Array:
        """Some of the tokens; raises DamagedFileError where a number has no spelling."""
        part = np.asarray(self.tokens[first:last])
        if self.kind != "numbers" and len(part) and not 0 <= part.min() <= part.max() < len(self.spellings):
            raise DamagedFileError("The tokens of the atlas are damaged: build it again.", code="corpus")
        return part

    def joined(self, tokens: Iterable[str]) -> str:
        """Join tokens to a text: characters as they are, anything else with spaces between."""
        return ("" if self.kind == "characters" else " ").join(visible(t) if t == END else t for t in tokens)

    def document_of(self, positions: Any) -> Array:
        """Find the documents of positions.

        Parameters
        ----------
        positions : array_like of int
            Positions in the corpus.

        Returns
        -------
        ndarray of int64
            Which of the D documents each is in, counted from 0.
        """
        return np.searchsorted(self.borders, np.asarray(positions), side="right") - 1

    def save(self, folder: Path) -> None:
        """Write what is not in the folder yet: everything but the tokens, if they are in it already."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("tokens", "borders", "numbers"):
            if not (file := folder / f"{name}.npy").is_file():
                np.save(file, getattr(self, name))
        facts = {
            "name": self.name, "kind": self.kind, "empty": self.empty, "digest": self.digest,
            "spellings": list(self.spellings), "rows": self.rows.tolist(),
            "unknown": np.flatnonzero(self.unknown).tolist(),
        }  # fmt: skip
        (folder / "corpus.json").write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> EncodedCorpus:
        """Open what `save` wrote; tokens stay on disk.

        Raises
        ------
        DamagedFileError
            If it is missing or damaged.
        """
        try:
            facts = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
            spellings, rows, numeric = facts["spellings"], np.array(facts["rows"], np.int32), facts["kind"] == "numbers"
            unknown = np.zeros(len(spellings), bool)
            unknown[np.array(facts["unknown"], np.int64)] = True
            if numeric:
                tokens = open_array(folder / "tokens.npy", None, (-1, -1))
                is_series = tokens.dtype in (np.float32, np.float64) and tokens.shape[1] > 0
            else:
                tokens, is_series = open_array(folder / "tokens.npy", np.dtype(np.int32), (-1,)), False
            borders = open_array(folder / "borders.npy", np.dtype(np.int64), (-1,))
            numbers = open_array(folder / "numbers.npy", np.dtype(np.int64), (len(borders) - 1,))
            texts = [facts["name"], facts["digest"], *spellings]
            fits = [
                facts["kind"] in (*TEXT_KINDS, "numbers"), is_series is numeric, len(tokens) > 0,
                isinstance(spellings, list), all(isinstance(text, str) for text in texts),
                rows.shape == (len(spellings),), ((rows >= 0) & (rows < len(spellings))).all(),
                type(facts["empty"]) is int, facts["empty"] >= 0, len(borders) > 1,
                borders[0] == 0, borders[-1] == len(tokens), (np.diff(borders) > 0).all(),
            ]  # fmt: skip
            if not all(fits):
                raise ValueError(folder.name)
        except _BROKEN as error:
            raise DamagedFileError(
                f"The corpus of the atlas {printable(folder.parent.name)} is missing or damaged: build it again.",
                code="corpus", file=str(folder.parent),
            ) from error  # fmt: skip
        return cls(
            facts["name"], tokens, np.asarray(borders), np.asarray(numbers), tuple(spellings), rows, unknown,
            facts["kind"], facts["empty"], facts["digest"],
        )  # fmt: skip


def encode(model: Model, corpus: Corpus, folder: Path, progress: Callable[[int], None] | None = None) -> EncodedCorpus:
    """Read a corpus once and write its tokens.

    Parameters
    ----------
    model : Model
        Its vocabulary divides and numbers the texts.
    corpus : Corpus
        The documents.
    folder : Path
        Where to write.
    progress : callable or None, default None
        Called after every part of a document with the number of tokens so far.

    Returns
    -------
    EncodedCorpus
        The tokens.

    Raises
    ------
    InputError
        If there is no token in the whole corpus, if a document is not what the vocabulary encodes, or if a token is
        unknown to a vocabulary without `<unk>`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, numeric = model.vocabulary, model.vocabulary.kind == "numbers"
    spellings = Spellings(vocabulary)
    dtype, row = (model.network.dtype, (vocabulary.vector_size,)) if numeric else (np.dtype(np.int32), ())
    tokens, borders = GrowingFile(folder / "tokens.npy", dtype, row), GrowingFile(folder / "borders.npy", np.int64)
    numbers, digest, empty = GrowingFile(folder / "numbers.npy", np.int64), blake2b(digest_size=16), 0
    files = (tokens, borders, numbers)
    try:
        borders.add(np.zeros(1, np.int64))
        for number, document in enumerate(corpus):
            begin = tokens.length
            for part in _encoded(model, spellings, document):
                tokens.add(part)
                digest.update(part.tobytes())
                if progress is not None:
                    progress(tokens.length)
            if tokens.length == begin:
                empty += 1
                continue
            borders.add(np.array([tokens.length]))
            numbers.add(np.array([number]))
            digest.update(tokens.length.to_bytes(8, "little"))
        if not tokens.length:
            left_out = ": its one document is empty" if empty == 1 else f": its {empty:,} documents are empty"
            left_out = left_out if empty else ""
            raise InputError(f"There is nothing to read in {printable(corpus.name)}{left_out}.", code="empty")
    except BaseException:
        for file in files:
            file.discard()
        raise
    digest.update(json.dumps(spellings.texts).encode())
    return EncodedCorpus(
        corpus.name, tokens.close(), borders.close(), numbers.close(),
        tuple(spellings.texts), np.array(spellings.rows, np.int32), np.array(spellings.unknown, bool),
        vocabulary.kind, empty, digest.hexdigest(),
    )  # fmt: skip


def _encoded(model: Model, spellings: Spellings, document: Document) -> Iterator[Array]:
    """What the network reads of a document, in parts; nothing for a document without a token."""
    vocabulary = model.vocabulary
    if document.kind == "numbers" or vocabulary.kind == "numbers":
        yield from _encoded_numbers(model, document)
        return
    last = None
    parts = _text_parts(spellings, document) if document.kind == "text" else [_token_part(spellings, document)]
    for part in parts:
        if len(part):
            outside = part[np.asarray(spellings.rows)[part] < 0] if min(spellings.rows, default=0) < 0 else part[:0]
            if len(outside):
                token = spellings.texts[outside[0]]
                raise InputError(
                    f"The model’s vocabulary has no “{visible(token)}”, which is in {printable(document.source)}, and "
                    f"no token for unknown ones; it has {vocabulary.some_tokens} and so on.",
                    code="unknown_token", token=token, file=document.source,
                )  # fmt: skip
            last = part[-1]
            yield part
    if vocabulary.end and last is not None and spellings.texts[last] != END:
        yield spellings.numbers([END])


def _token_part(spellings: Spellings, document: Document) -> Array:
    return spellings.numbers(map(str, document.content))


def _text_parts(spellings: Spellings, document: Document) -> Iterator[Array]:
    """The numbers of a text's tokens, part by part; what may go on in the next part waits for it."""
    kind, waiting, blank = spellings.vocabulary.kind, "", True
    parts = iter(document.content)
    part = next(parts, None)
    while part is not None:
        following = next(parts, None)
        text, waiting = waiting + part, ""
        blank = blank and not text.strip()
        if following is not None:
            tail = (
                len(text) if blank else tail_length(kind, text)
            )  # spaces alone are nothing to read, unless more comes
            if blank or tail <= LONGEST_TAIL:
                text, waiting = text[: len(text) - tail], text[len(text) - tail :]
        if text and not blank:
            yield spellings.numbers_of_text(text)
        part = following


def _encoded_numbers(model: Model, document: Document) -> Iterator[Array]:
    """The numbers of a series, or rows of the embedding."""
    content = "".join(document.content) if document.kind == "text" else document.content
    if len(content) == 0 or (isinstance(content, str) and not content.strip()):
        return
    try:
        encoding = model.vocabulary.encode(content)
    except InputError as error:
        raise error.with_message(f"In {printable(document.source)}: {error}", file=document.source) from error
    yield encoding.inputs.astype(model.network.dtype if model.vocabulary.kind == "numbers" else np.int32)
