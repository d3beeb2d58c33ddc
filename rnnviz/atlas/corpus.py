"""A corpus: documents in a fixed order, from files, table columns, texts in memory, or series of numbers."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from ..errors import (
    ArgumentError,
    DamagedFileError,
    DtypeError,
    MissingFileError,
    UnknownNameError,
    UnsupportedFileError,
)
from ..text.decoding import DOCUMENTS, MARKS, REWRITE
from ..wording import printable

PART = 1 << 20  # characters of a text that are held at once
ROWS = 10_000  # rows of a table that are held at once
TEXTS, TABLES = (".txt", ".text", ".md"), (".csv", ".tsv", ".parquet")

Split = Literal["file", "line"]


class Document(NamedTuple):
    """One sequence of a corpus.

    Parameters
    ----------
    source : str
        Where it comes from, for messages: "plays.txt", "row 3 of reviews.csv", "document 5".
    content : iterable of str, sequence of str, or ndarray
        A text in parts, tokens, or numbers, as `kind` says.
    kind : {"text", "tokens", "numbers"}
        What the content is.
    """

    source: str
    content: Any
    kind: Literal["text", "tokens", "numbers"]


class Corpus:
    """Documents in a fixed order, each of which a network reads by itself.

    `Corpus.of` makes one of whatever there is. Files are read again whenever the corpus is iterated, and never held
    whole.

    Parameters
    ----------
    name : str
        What plans and pages call it.
    documents : callable
        Returns an iterator over the documents.

    Examples
    --------
    >>> from rnnviz.atlas import Corpus
    >>> [document.source for document in Corpus.of(["Ada", "Grace"])]
    ['document 0', 'document 1']
    """

    def __init__(self, name: str, documents: Any) -> None:
        self.name, self._documents = name, documents

    def __iter__(self) -> Iterator[Document]:
        return self._documents()

    @classmethod
    def of(
        cls,
        source: Any,
        *,
        column: str | None = None,
        split: Split = "file",
        encoding: str | None = None,
        name: str | None = None,
    ) -> Corpus:
        """Make a corpus of files, texts, tokens or numbers.

        Parameters
        ----------
        source : str, Path, list of Path, iterable, ndarray or Corpus
            A file (.txt, .csv, .tsv, .parquet), a folder of such files, or several, as `Path` objects; or texts,
            sequences of tokens, or arrays of numbers (T, D), in memory. An iterator can be read only once.
        column : str or None, default None
            The column of a table that holds the documents, one a row. It may be left out if there is only one.
        split : {"file", "line"}, default "file"
            Whether a text file is one document, or each of its lines is one.
        encoding : str or None, default None
            The encoding of text files; that of their byte order mark, or UTF-8, if left out.
        name : str or None, default None
            What plans and pages call it; the name of the file if left out.

        Returns
        -------
        Corpus
            The corpus.

        Raises
        ------
        MissingFileError
            If there is no such file.
        UnsupportedFileError
            If a file is of another kind.
        UnknownNameError
            If `split` is neither of the two, or `encoding` is unknown.
        DtypeError
            If the source is nothing of these.
        ArgumentError
            If a folder holds no such file.
        """
        if isinstance(source, Corpus):
            return source
        if split not in ("file", "line"):
            raise UnknownNameError(
                f"A text file is split by 'file' or 'line', not by {split!r}.",
                code="unknown", kind="split", name=str(split), allowed=("file", "line"),
            )  # fmt: skip
        if encoding is not None:
            _check_encoding(encoding)
        paths = _paths(source)
        if paths is not None:
            return cls(name or _file_name(source, paths), lambda: _from_files(paths, column, split, encoding))
        if isinstance(source, np.ndarray) and source.dtype.kind in "iufb":
            source = [source] if source.ndim < 3 else source
        if not isinstance(source, Iterable) or isinstance(source, bytes):
            raise DtypeError(
                "A corpus is a file, several as Path objects, or an iterable of texts, token sequences or arrays; "
                f"this is of the type {type(source).__name__}.",
                code="corpus", name="source", dtype=type(source).__name__,
            )  # fmt: skip
        return cls(name or "documents", lambda: _from_memory(source))


def as_documents(documents: Iterable[Any]) -> list[Any]:
    """List documents in memory; raises DtypeError for one text, whose letters are not meant."""
    if isinstance(documents, str | bytes):
        raise DtypeError(
            "Several documents are expected, and this is one text: give it in a list.",
            code="document", name="documents", dtype=type(documents).__name__,
        )  # fmt: skip
    return list(documents)


def _check_encoding(encoding: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UnknownNameError(
            f"There is no encoding {printable(encoding)!r}; 'utf-8' and 'latin-1' are two.",
            code="unknown", kind="encoding", name=encoding,
        ) from None  # fmt: skip


def _paths(source: Any) -> list[Path] | None:
    """The files that a source names; None for what is in memory."""
    if isinstance(source, str | Path):
        sources = [Path(source)]
    elif isinstance(source, Sequence) and len(source) and all(isinstance(path, Path) for path in source):
        sources = [*source]
    else:
        return None
    paths: list[Path] = []
    for path in sources:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in (*TEXTS, *TABLES))
            if not inside:
                raise ArgumentError(
                    f"The folder {printable(path.name)} has no file of the kinds {', '.join((*TEXTS, *TABLES))}.",
                    code="empty_folder", name="source", value=str(path),
                )  # fmt: skip
            paths += inside
        elif not path.is_file():
            raise MissingFileError(
                f"There is no file {printable(str(path), 200)}; give a text itself in a list.",
                code="missing", file=str(path),
            )  # fmt: skip
        elif path.suffix.lower() not in (*TEXTS, *TABLES):
            raise UnsupportedFileError(
                f"{printable(path.name)} is none of {', '.join((*TEXTS, *TABLES))}.", code="kind", file=path.name
            )
        else:
            paths.append(path)
    return paths


def _file_name(source: Any, paths: Sequence[Path]) -> str:
    first = Path(source).name if isinstance(source, str | Path) else paths[0].name
    return first if len(paths) == 1 or not isinstance(source, Sequence) else f"{first} and others"


def _from_memory(source: Iterable[Any]) -> Iterator[Document]:
    """Documents in memory."""
    for k, content in enumerate(source):
        where = f"document {k}"
        if isinstance(content, str):
            yield Document(where, [content], "text")
        elif isinstance(content, np.ndarray):
            yield Document(where, content, "numbers" if content.dtype.kind in "iufb" else "tokens")
        elif isinstance(content, Sequence) and not isinstance(content, bytes):
            numbers = len(content) > 0 and not isinstance(content[0], str)
            yield Document(where, content, "numbers" if numbers else "tokens")
        else:
            raise DtypeError(
                f"Document {k} is of the type {type(content).__name__}; expected a text, tokens or an array.",
                code="document", name=where, dtype=type(content).__name__,
            )  # fmt: skip


def _from_files(paths: Sequence[Path], column: str | None, split: Split, encoding: str | None) -> Iterator[Document]:
    """The documents of files, one file after another."""
    for path in paths:
        if path.suffix.lower() in TEXTS:
            lines = split == "line"
            yield from _lines(path, encoding) if lines else [Document(path.name, _parts(path, encoding), "text")]
        else:
            cells = _parquet if path.suffix.lower() == ".parquet" else _csv
            for row, cell in enumerate(cells(path, column, encoding)):
                where = f"row {row} of {path.name}"
                if cell is None or isinstance(cell, str):
                    yield Document(where, [cell or ""], "text")
                else:
                    values = list(cell)
                    words = not values or isinstance(values[0], str)
                    yield Document(where, values if words else np.asarray(values), "tokens" if words else "numbers")


def _lines(path: Path, encoding: str | None) -> Iterator[Document]:
    """A document for each line."""
    rest, number = "", 0
    for part in _parts(path, encoding):
        *lines, rest = (rest + part).split("\n")
        for line in lines:
            yield Document(f"line {number + 1} of {path.name}", [line], "text")
            number += 1
    if rest:
        yield Document(f"line {number + 1} of {path.name}", [rest], "text")


def _parts(path: Path, encoding: str | None) -> Iterator[str]:
    """The text of a file in parts."""
    with path.open("rb") as file:
        start = file.read(8)
    for mark, what in DOCUMENTS.items():
        if start.startswith(mark):
            raise UnsupportedFileError(
                f"{printable(path.name)} is {what}, not plain text: {REWRITE}.", code="document", file=path.name
            )
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        with path.open(encoding=chosen) as file:  # universal newlines
            while part := file.read(PART):
                if "\0" in part:
                    raise UnsupportedFileError(
                        f"{printable(path.name)} holds zero bytes, so it is not plain text: {REWRITE}.",
                        code="not_text", file=path.name,
                    )  # fmt: skip
                yield part
    except UnicodeError:
        raise DamagedFileError(
            f"{printable(path.name)} is not a text in {chosen}: {REWRITE}, or name its encoding.",
            code="encoding", file=path.name,
        ) from None  # fmt: skip


def _csv(path: Path, column: str | None, encoding: str | None) -> Iterator[Any]:
    """The cells of one column of a table in text."""
    import pandas as pd

    options: dict[str, Any] = {
        "sep": "\t" if path.suffix.lower() == ".tsv" else ",", "encoding": encoding or "utf-8-sig",
        "dtype": str, "keep_default_na": False,
    }  # fmt: skip
    try:
        names = [*map(str, pd.read_csv(path, nrows=0, **options).columns)]
        chosen = _column(path, column, names)
        for frame in pd.read_csv(path, usecols=[chosen], chunksize=ROWS, **options):
            yield from frame[chosen]
    except UnicodeError:
        raise DamagedFileError(
            f"{printable(path.name)} is not a table in {options['encoding'].removesuffix('-sig')}: name its encoding.",
            code="encoding", file=path.name,
        ) from None  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DamagedFileError(
            f"{printable(path.name)} cannot be read as a table: {printable(str(error), 200)}.",
            code="table", file=path.name,
        ) from error  # fmt: skip


def _parquet(path: Path, column: str | None, encoding: str | None) -> Iterator[Any]:
    """The cells of one column of a Parquet file."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        from ..errors import MissingLibraryError

        raise MissingLibraryError(
            f"Reading {printable(path.name)} needs pyarrow: pip install pyarrow.",
            code="missing", library="pyarrow", file=path.name,
        ) from None  # fmt: skip
    try:
        with pq.ParquetFile(path) as file:
            chosen = _column(path, column, file.schema_arrow.names)
            for batch in file.iter_batches(ROWS, columns=[chosen]):
                yield from batch.column(0).to_pylist()
    except pa.ArrowException as error:
        raise DamagedFileError(
            f"{printable(path.name)} is not a Parquet file that can be read: {printable(str(error), 200)}.",
            code="table", file=path.name,
        ) from error  # fmt: skip


def _column(path: Path, column: str | None, names: Sequence[str]) -> str:
    """The column to read."""
    if column is None and len(names) == 1:
        return names[0]
    if column not in names:
        what = "Name a column" if column is None else f"There is no column {printable(column)!r}"
        listed = ", ".join(printable(name, 40) for name in names[:20])
        raise UnknownNameError(
            f"{what} of {printable(path.name)}; it has {listed}.",
            code="missing" if column is None else "unknown", kind="column", name=column or "", allowed=tuple(names),
        )  # fmt: skip
    assert column is not None
    return column
