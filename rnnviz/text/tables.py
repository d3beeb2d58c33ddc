"""Tables of numbers, CSV, TSV or npy, as an array (T, D): a row for each step, a column for each number.

Typed numbers may be written freely (see `rnnviz.text.vectors`); a table is taken literally: every row has D cells. The
standard library's csv reads it, because it gives the row and column of every cell that is not a number.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterator

import numpy as np

from .. import npy
from ..errors import InputError, LimitError, UnsupportedFileError
from ..limits import MILLION, Limits
from . import vectors
from .vectors import LARGEST, has_decimal_comma, is_header, parse_number

TABLE = Limits(file=20 * MILLION, unpacked=8 * MILLION, arrays=1)
MOST_ROWS = 100_000
SHOWN = 24  # code points of a cell that a sentence shows
_ZIP = b"PK\x03\x04"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_table(name: str, data: bytes, vector_size: int, limits: Limits = TABLE) -> np.ndarray:
    """Read the numbers of a file. Its bytes decide whether it is npy or text.

    Parameters
    ----------
    name : str
        The name of the file, for errors.
    data : bytes
        Its content.
    vector_size : int
        D, the numbers of one step.
    limits : Limits, default TABLE
        How much is read.

    Returns
    -------
    ndarray of shape (T, D)
        The numbers, float64.

    Raises
    ------
    LimitError
        If the file is too large.
    UnsupportedFileError
        If the file is neither text nor npy, or holds other data than numbers.
    DamagedFileError
        If the file is an npy file that is cut off or damaged.
    InputError
        If the rows do not hold D finite numbers each, all small enough for float32.
    """
    if len(data) > limits.file:
        raise LimitError(
            f"{name} has {len(data) / MILLION:,.1f} million bytes, and at most {limits.file / MILLION:g} million are "
            "read: shorten the table to the steps that you want to see.",
            code="too_large", file=name, limit=limits.file, actual=len(data),
        )  # fmt: skip
    if data.startswith(npy.SIGNATURE):
        return parse_npy(name, data, vector_size, limits)
    if data.startswith(_ZIP):
        raise UnsupportedFileError(
            f"{name} is a zip, as .xlsx and .npz are: save the table as CSV, or one array with numpy.save.",
            code="zip", file=name,
        )  # fmt: skip
    encoding = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise UnsupportedFileError(
            f"{name} is neither text nor npy: save the table as CSV, or as an array with numpy.save.",
            code="not_text", file=name,
        )  # fmt: skip
    return parse_text(name, text, vector_size, limits)


def parse_text(name: str, text: str, vector_size: int, limits: Limits = TABLE) -> np.ndarray:
    """Read the numbers of a table in a text, a row on each line.

    Cells are separated by tabs, semicolons, commas or spaces. A first row of words is a header. With tabs or
    semicolons between cells, "0,5" means 0.5. A single row of several steps is divided into them.

    Parameters
    ----------
    name : str
        The name of the table, for errors.
    text : str
        Its text.
    vector_size : int
        D, the numbers of one step.
    limits : Limits, default TABLE
        How much is read.

    Returns
    -------
    ndarray of shape (T, D)
        The numbers, float64.

    Raises
    ------
    InputError
        If the rows do not hold D finite numbers each, all small enough for float32.
    LimitError
        If the table holds too many numbers.
    """
    separator = _separator(text)
    _check_size(name, text, separator, limits)
    rows = _rows(name, text, separator, limits)
    line, cells = next(rows, (0, []))
    unnamed = bool(cells) and not cells[0].strip()
    if is_header(cells[1:] if unnamed else cells) or (
        vector_size == 1 and not separator and is_header([" ".join(cells)])
    ):
        line, cells = next(rows, (0, []))
    if not cells:
        raise InputError(f"{name} holds no numbers.", code="empty", file=name)
    values, lines, columns = array("d"), array("q"), len(cells)
    commas, clear = False, False  # whether there are decimal commas, and whether one of them is certainly one
    while cells:
        if len(cells) != columns:
            raise InputError(
                f"{name} has {columns} columns in its first row and {len(cells)} in row {line}.",
                code="row_length", file=name, row=line,
            )  # fmt: skip
        lines.append(line)
        try:
            values.extend(list(map(float, cells)))
        except ValueError:  # this row needs a closer look
            for column, cell in enumerate(cells, 1):
                pair = separator in ("\t", ";") and has_decimal_comma(cell.strip())
                commas, clear = commas or pair, clear or (pair and not _may_be_thousands(cell.strip()))
                try:
                    values.append(parse_number(cell.replace(",", ".") if pair else cell))
                except ValueError:
                    raise _not_a_number(name, line, column, cell.strip()) from None
        if 8 * len(values) > limits.unpacked:
            raise _too_many(name, limits)
        line, cells = next(rows, (0, []))
    if commas and not clear:
        raise InputError(
            f"{name} has commas before three digits, which may separate thousands or decimals: save it with decimal "
            "points and without other commas.",
            code="ambiguous_comma", file=name,
        )  # fmt: skip
    count = len(lines)
    table = np.array(values).reshape(count, columns)
    wrong = np.argwhere(~(np.abs(table) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        raise _not_finite(name, lines[row], int(column) + 1, table[row, column])
    if columns == vector_size:
        return table
    if count == 1 and columns % vector_size == 0:
        return table.reshape(-1, vector_size)
    advice, code = _transposed(count, vector_size)
    if unnamed and columns == vector_size + 1:
        advice = "; its first column has no name and looks like row numbers, so save it without (index=False)"
        code = "row_numbers"
    elif separator == "," and columns == 2 * vector_size:
        advice, code = "; if its commas are decimal ones, save it with points", "ambiguous_comma"
    raise InputError(
        f"{name} has {columns} column{_s(columns)}, and {_step(vector_size)}{advice}.", code=code, file=name
    )


def parse_pasted(text: str, vector_size: int) -> np.ndarray:
    """Read the numbers of a pasted text: a table or, on one line or in brackets, numbers as they are typed.

    Parameters
    ----------
    text : str
        The text.
    vector_size : int
        D, the numbers of one step.

    Returns
    -------
    ndarray of shape (T, D)
        The numbers, float64.

    Raises
    ------
    InputError
        If there are no numbers, or the steps do not hold D finite numbers each.
    LimitError
        If the text holds too many numbers.
    """
    _check_size("The table", text, "", TABLE)
    if len(text.strip().splitlines()) > 1 and not {"[", "("} & set(text):
        return parse_text("The table", text, vector_size)
    values, more = vectors.parse(text, vector_size, {}, TABLE.unpacked // 8 // vector_size)
    if more:
        raise _too_many("The table", TABLE)
    if not len(values):
        raise InputError("There is nothing to read: paste a table of numbers, a row for each step.", code="empty")
    if not (np.abs(values) <= LARGEST).all():
        raise InputError(f"Every number must be finite and at most {LARGEST:g} in size; one is not.", code="not_finite")
    return values


def parse_npy(name: str, data: bytes, vector_size: int, limits: Limits = TABLE) -> np.ndarray:
    """Read the numbers of an npy file, without executing anything in it.

    Parameters
    ----------
    name : str
        The name of the file, for errors.
    data : bytes
        Its content: an array of shape (T, D), (1, T, D), (T, 1, D), or flat, step after step.
    vector_size : int
        D, the numbers of one step.
    limits : Limits, default TABLE
        How much is read.

    Returns
    -------
    ndarray of shape (T, D)
        The numbers, float64.

    Raises
    ------
    DamagedFileError
        If the file is cut off or damaged.
    UnsupportedFileError
        If the array does not hold numbers.
    LimitError
        If the array is too large.
    InputError
        If the array has another shape, or holds a number that is not finite.
    """
    dtype, shape, table = npy.read(name, data)
    if table is None or table.dtype.kind not in "fiu":
        raise UnsupportedFileError(
            f"{name} holds {dtype} and not numbers: save an array of floats or integers.", code="dtype", file=name
        )
    if table.size == 0:
        raise InputError(f"{name} holds no numbers: its shape is {shape}.", code="empty", file=name)
    if table.size * 8 > limits.unpacked:
        raise _too_many(name, limits)
    if len(shape) == 3 and 1 in shape[:2]:
        table = table[0] if shape[0] == 1 else table[:, 0]
    elif table.ndim == 1 and table.size % vector_size == 0:
        table = table.reshape(-1, vector_size)
    if table.ndim == 3 and table.shape[2] == vector_size:
        raise InputError(
            f"{name} holds {shape[0]} sequences, of shape {shape}: save one of them, such as array[0].",
            code="several_sequences", file=name,
        )  # fmt: skip
    if table.ndim != 2 or table.shape[1] != vector_size:
        advice, code = _transposed(len(table), vector_size) if table.ndim == 2 else ("", "shape")
        raise InputError(f"{name} has shape {shape}, and {_step(vector_size)}{advice}.", code=code, file=name)
    values = table.astype(np.float64)
    wrong = np.argwhere(~(np.abs(values) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        raise _not_finite(name, int(row) + 1, int(column) + 1, values[row, column])
    return values


def _separator(text: str) -> str:
    """The separator of a table's cells: a tab, a semicolon, a comma, or else spaces (an empty text)."""
    start = text[:10_000].strip("\r\n")
    return next((separator for separator in "\t;," if separator in start), "")


def _check_size(name: str, text: str, separator: str, limits: Limits) -> None:
    """Raise LimitError for more lines or cells than are read, before any of them is."""
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    if lines > MOST_ROWS + 1:
        raise LimitError(
            f"{name} has {lines:,} lines, and at most {MOST_ROWS:,} rows are read: shorten it to the steps that you "
            "want to see.",
            code="too_many_rows", file=name, limit=MOST_ROWS, actual=lines,
        )  # fmt: skip
    cells = text.count(separator) if separator else 0
    if cells > limits.unpacked // 8 + lines:
        raise _too_many(name, limits)


def _rows(name: str, text: str, separator: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Line numbers, from 1, and the cells of every line that has some; one empty cell at the end is left out."""
    most = limits.unpacked // 8
    if not separator:
        for line, spaced in enumerate(text.splitlines(), 1):
            if cells := spaced.split(None, most):
                if len(cells) > most:
                    raise _too_many(name, limits)
                yield line, cells
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    while True:
        row: list[str] | None
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"Line {reader.line_num} of the table cannot be read: {error}.",
                code="csv", file=name, row=reader.line_num,
            ) from error  # fmt: skip
        if row is None:
            return
        if len(row) > 1 and not row[-1].strip():
            row.pop()
        if any(row) and any(map(str.strip, row)):
            yield reader.line_num, row


def _may_be_thousands(pair: str) -> bool:
    """Whether a comma is before three digits and after a number that does not begin with 0: "1,234"."""
    before, after = pair.lstrip("+-−").split(",")
    return len(after) == 3 and not before.startswith("0") and len(before) <= 3


def _step(vector_size: int) -> str:
    """The size of a step in words."""
    return f"a step is {vector_size} number{_s(vector_size)}"


def _s(count: int) -> str:
    """The ending of a counted noun."""
    return "" if count == 1 else "s"


def _too_many(name: str, limits: Limits) -> LimitError:
    """The error for a table of too many numbers."""
    return LimitError(
        f"{name} holds more than {limits.unpacked / 8 / MILLION:g} million numbers: shorten it to fewer steps.",
        code="too_many_numbers", file=name, limit=limits.unpacked / 8,
    )  # fmt: skip


def _transposed(rows: int, vector_size: int) -> tuple[str, str]:
    """Advice and code for a table of another width."""
    if rows == vector_size:
        return "; it has as many rows, so it seems to be transposed: transpose it back", "transposed"
    return "", "shape"


def _not_a_number(name: str, row: int, column: int, cell: str) -> InputError:
    """The error for a cell that is not a number."""
    if not cell:
        message = f"{name} has an empty cell in row {row}, column {column}: every step needs all of its numbers."
        return InputError(message, code="empty_cell", file=name, row=row, column=column)
    shown = cell if len(cell) <= SHOWN else cell[:SHOWN] + "…"
    message = f"{name} has {shown!r} in row {row}, column {column}, which is not a number."
    return InputError(message, code="not_a_number", file=name, row=row, column=column, token=cell)


def _not_finite(name: str, row: int, column: int, value: float) -> InputError:
    """The error for a number that is infinite, NaN or too large."""
    what = f"at most {LARGEST:g} in size" if math.isfinite(value) else "finite"
    message = f"{name} has {value:g} in row {row}, column {column}, and every number must be {what}."
    return InputError(message, code="not_finite", file=name, row=row, column=column)
