"""Tables of numbers that somebody brings, CSV, TSV or npy, as an array (T, D): a row a step, a column a number.

What is typed may be written freely (see `rnnviz.text.vectors`); a table is taken at its word: every row has D cells.
The standard library's csv reads it, because it tells for every cell that is none in which row and column it stands.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterator
from tokenize import TokenError

import numpy as np

from ..limits import MILLION, Limits
from . import vectors
from .vectors import LARGEST, has_decimal_comma, is_header, parse_number

TABLE = Limits(file=20 * MILLION, unpacked=40 * MILLION, arrays=1)
SHOWN = 24  # code points of a cell that a sentence shows
_MAGIC, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
# What numpy raises on such a head, which it reads as a Python literal and, failing that, by the tokenizer.
_NO_HEAD = (KeyError, ValueError, TypeError, SyntaxError, EOFError, RecursionError, MemoryError, TokenError)
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_table(name: str, data: bytes, width: int, limits: Limits = TABLE) -> np.ndarray:
    """A file's numbers (T, width), float64. What it is, npy or text, is seen from its bytes.

    name: for sentences. Raises ValueError, in one sentence for a person, for what is too large, no such table,
    of another width, or holds a number that is not finite or larger than float32 can hold.
    """
    if len(data) > limits.file:
        raise ValueError(
            f"{name} has {len(data) / MILLION:,.1f} million bytes, and at most {limits.file / MILLION:g} million are "
            "read: cut the table to the steps that you want to see."
        )
    if data.startswith(_MAGIC):
        return parse_npy(name, data, width, limits)
    if data.startswith(_ZIP):
        raise ValueError(f"{name} is a zip, as .xlsx and .npz are: save the table as CSV, or one array by numpy.save.")
    encoding = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise ValueError(f"{name} is neither text nor npy: save the table as CSV, or as an array by numpy.save.")
    return parse_text(name, text, width, limits)


def parse_text(name: str, text: str, width: int, limits: Limits = TABLE) -> np.ndarray:
    """The numbers (T, width) of a table as text: cells apart by tabs, semicolons, commas or blanks, a row each line.

    A first row of words is a head. With tabs or semicolons between cells, "0,5" is understood as 0.5. A single
    row of several steps is taken for these. See `read_table` for what is raised.
    """
    mark = _separator(text)
    rows = _rows(text, mark)
    line, cells = next(rows, (0, []))
    unnamed = bool(cells) and not cells[0].strip()
    if is_header(cells[1:] if unnamed else cells) or (width == 1 and not mark and is_header([" ".join(cells)])):
        line, cells = next(rows, (0, []))
    if not cells:
        raise ValueError(f"{name} holds no numbers.")
    values, lines, columns = array("d"), array("q"), len(cells)
    commas, clear = False, False  # whether there are decimal commas, and whether one of them can be nothing else
    while cells:
        if len(cells) != columns:
            raise ValueError(f"{name} has {columns} columns in its first row and {len(cells)} in row {line}.")
        lines.append(line)
        try:
            values.extend(list(map(float, cells)))
        except ValueError:  # this row asks for a closer look
            for column, cell in enumerate(cells, 1):
                pair = mark in ("\t", ";") and has_decimal_comma(cell.strip())
                commas, clear = commas or pair, clear or (pair and not _thousands(cell.strip()))
                try:
                    values.append(parse_number(cell.replace(",", ".") if pair else cell))
                except ValueError:
                    raise ValueError(_no_number(name, line, column, cell.strip())) from None
        if 8 * len(values) > limits.unpacked:
            raise ValueError(_too_many(name, limits))
        line, cells = next(rows, (0, []))
    if commas and not clear:
        raise ValueError(
            f"{name} has commas before three digits, and they can part thousands or decimals: save it with decimal "
            "points and without other commas."
        )
    count = len(lines)
    found = np.array(values).reshape(count, columns)
    wrong = np.argwhere(~(np.abs(found) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(_not_finite(name, lines[row], column + 1, found[row, column]))
    if columns == width:
        return found
    if count == 1 and columns % width == 0:
        return found.reshape(-1, width)
    advice = _turned(count, width)
    if unnamed and columns == width + 1:
        advice = "; its first column has no name and looks like row numbers, so save it without (index=False)"
    elif mark == "," and columns == 2 * width:
        advice = "; if its commas are decimal ones, save it with points"
    raise ValueError(f"{name} has {columns} column{_s(columns)}, and {_step(width)}{advice}.")


def parse_pasted(text: str, width: int) -> np.ndarray:
    """The numbers (T, width) of a text that was pasted: a table, or, on one line or in brackets, as one types them.

    See `read_table` for what is raised.
    """
    if len(text.strip().splitlines()) > 1 and not {"[", "("} & set(text):
        return parse_text("The table", text, width)
    values, _ = vectors.parse(text, width, {})
    if not len(values):
        raise ValueError("There is nothing to read: paste a table of numbers, a row for each step.")
    if not (np.abs(values) <= LARGEST).all():
        raise ValueError(f"Every number must be finite and at most {LARGEST:g} in size; one is not.")
    return values


def parse_npy(name: str, data: bytes, width: int, limits: Limits = TABLE) -> np.ndarray:
    """The numbers (T, width) of an npy file: (T, width), (1, T, width), (T, 1, width), or flat, step by step.

    Nothing in it is executed. See `read_table` for what is raised.
    """
    shape = _shape_of(name, data, limits)
    try:
        found = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, MemoryError, OverflowError) as error:
        raise ValueError(f"{name} is cut off or damaged: save the array anew by numpy.save.") from error
    if len(shape) == 3 and 1 in shape[:2]:
        found = found[0] if shape[0] == 1 else found[:, 0]
    elif found.ndim == 1 and found.size % width == 0:
        found = found.reshape(-1, width)
    if found.ndim == 3 and found.shape[2] == width:
        raise ValueError(f"{name} holds {shape[0]} sequences, of shape {shape}: save one of them, such as array[0].")
    if found.ndim != 2 or found.shape[1] != width:
        advice = _turned(len(found), width) if found.ndim == 2 else ""
        raise ValueError(f"{name} has shape {shape}, and {_step(width)}{advice}.")
    values = found.astype(np.float64)
    wrong = np.argwhere(~(np.abs(values) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(_not_finite(name, row + 1, column + 1, values[row, column]))
    return values


def _shape_of(name: str, data: bytes, limits: Limits) -> tuple[int, ...]:
    """What an npy file's head says, before anything of that size is made. Raises ValueError if it cannot be true."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = readers[version](file)
    except _NO_HEAD as error:
        raise ValueError(f"{name} has no head that numpy can read: save the array anew by numpy.save.") from error
    if dtype.kind not in "fiu":
        raise ValueError(f"{name} holds {dtype} and not numbers: save an array of floats or whole numbers.")
    if math.prod(shape) == 0:
        raise ValueError(f"{name} holds no numbers: its shape is {shape}.")
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize > len(data) - file.tell():
        raise ValueError(f"{name} has shape {shape} and fewer numbers, so it is cut off: save it anew by numpy.save.")
    if math.prod(shape) * 8 > limits.unpacked:
        raise ValueError(_too_many(name, limits))
    return tuple(shape)


def _separator(text: str) -> str:
    """What stands between the cells of a table: a tab, a semicolon, a comma, or else blanks (an empty text)."""
    start = text[:10_000].strip("\r\n")
    return next((mark for mark in "\t;," if mark in start), "")


def _rows(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers, from 1, and the cells of every line that has some; one empty cell at the end is left out."""
    if not mark:
        for line, blanks in enumerate(text.splitlines(), 1):
            if cells := blanks.split():
                yield line, cells
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    while True:
        row: list[str] | None
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise ValueError(f"Line {reader.line_num} of the table cannot be read: {error}.") from error
        if row is None:
            return
        if len(row) > 1 and not row[-1].strip():
            row.pop()
        if any(row) and any(map(str.strip, row)):
            yield reader.line_num, row


def _thousands(pair: str) -> bool:
    """Whether a comma stands before three digits and after a number that does not begin with 0: "1,234"."""
    before, after = pair.lstrip("+-−").split(",")
    return len(after) == 3 and not before.startswith("0") and len(before) <= 3


def _step(width: int) -> str:
    return f"a step is {width} number{_s(width)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _too_many(name: str, limits: Limits) -> str:
    return f"{name} holds more than {limits.unpacked / 8 / MILLION:g} million numbers: cut it to fewer steps."


def _turned(rows: int, width: int) -> str:
    return "; it has as many rows, so it seems to lie on its side: transpose it" if rows == width else ""


def _no_number(name: str, row: int, column: int, cell: str) -> str:
    if not cell:
        return f"{name} has an empty cell in row {row}, column {column}: every step needs all of its numbers."
    shown = cell if len(cell) <= SHOWN else cell[:SHOWN] + "…"
    return f"{name} has {shown!r} in row {row}, column {column}, which is not a number."


def _not_finite(name: str, row: int, column: int, value: float) -> str:
    what = f"at most {LARGEST:g} in size" if math.isfinite(value) else "finite"
    return f"{name} has {value:g} in row {row}, column {column}, and every number must be {what}."
