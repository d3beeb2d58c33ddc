"""Vectors of D numbers a step: typed or pasted, drawn as seeded noise, or read from a named table.

The numbers of a text are separated by spaces, commas or semicolons, D of them a step. A text of several lines is a
table: each line holds whole steps, or an equal part of one (long vectors are printed on several lines), and a first
line of words alone is its header. `noise(seed=1, steps=40)` means standard normal numbers, a name means its table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
import regex

from ..errors import InputError, MissingTableError
from . import sentences

LARGEST = 1e38  # the size of a number that float32 still holds with room to spare
LONGEST = 64  # code points of a number; a sentence shows only so many of a longer word
NAME = 120  # code points of a table's name
FEW = 3  # numbers that fit into a step's label
MOST_SEED, MOST_STEPS, MOST_SCALE = 2**32 - 1, 10_000, 1e30  # of noise
LOOK = 20_000  # code points at the start of a text that decide how it is read

_LINE = regex.compile(r"[^\r\n]+")
WORD = regex.compile(r"[^\s,;\[\]()]+")
_CELL = regex.compile(r"[^\s;\[\]()]+")
_PAIR = regex.compile(r"[+\-−]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_TITLE = regex.compile(r"[\p{L}_](?:[^.].*)?")  # "O.5" is a number with a slip, not a name
_FILE = regex.compile(r"\S.*\.(?:csv|tsv|txt|npy)", regex.IGNORECASE)
_NOISE = regex.compile(r"noise\s*(?:\(|$)", regex.IGNORECASE)
NOISE_CALL = regex.compile(r"noise\s*\(([^()]*)\)", regex.IGNORECASE)


def parse(
    text: str, vector_size: int, tables: Mapping[str, np.ndarray], limit: int | None = None
) -> tuple[np.ndarray, bool]:
    """Read the numbers of a text.

    Parameters
    ----------
    text : str
        Numbers, noise, or the name of a table.
    vector_size : int
        D, the numbers of one step.
    tables : mapping of str to ndarray of shape (T, D)
        The tables by name.
    limit : int or None, default None
        Read at most so many steps; numbers beyond are not looked at.

    Returns
    -------
    values : ndarray of shape (T, D)
        The numbers, float64.
    truncated : bool
        Whether there are more steps than the limit.

    Raises
    ------
    MissingTableError
        If the text is the name of a file that is not among the tables.
    InputError
        If the text is not numbers, does not divide into steps, or is ambiguous.
    """
    short = text.strip() if len(text) <= 2 * NAME else ""
    if short in tables:
        return tables[short][:limit], limit is not None and len(tables[short]) > limit
    if _FILE.fullmatch(short):
        raise MissingTableError(sentences.MISSING_TABLE.format(name=short), code="missing_table", name=short)
    if _NOISE.match(short):
        seed, steps, scale = _arguments(short)
        values = noise(seed, steps if limit is None else min(steps, limit), vector_size, scale)
        return values, steps > len(values)
    _check_commas(text[:LOOK], vector_size)
    most = None if limit is None else limit * vector_size
    numbers = list(islice(_numbers(text, vector_size), None if most is None else most + 1))
    truncated = most is not None and len(numbers) > most
    numbers = numbers[:most]
    if len(numbers) % vector_size:
        sentence = sentences.INCOMPLETE_STEP.format(size=vector_size, count=len(numbers))
        raise InputError(sentence, code="incomplete_step", expected=vector_size)
    return np.array(numbers, dtype=np.float64).reshape(-1, vector_size), truncated


def noise(seed: int, steps: int, vector_size: int, scale: float = 1.0) -> np.ndarray:
    """Draw standard normal numbers, the same for a seed everywhere.

    Parameters
    ----------
    seed : int
        The seed, 0 or more.
    steps : int
        T, the number of steps. Fewer steps are the first of more.
    vector_size : int
        D, the numbers of one step.
    scale : float, default 1.0
        The standard deviation.

    Returns
    -------
    ndarray of shape (T, D)
        The numbers, float64.
    """
    return scale * np.random.default_rng(seed).standard_normal((steps, vector_size))


def step_labels(values: np.ndarray, first: int = 1) -> list[str]:
    """Label each step where a text has its letters.

    Parameters
    ----------
    values : ndarray of shape (T, D)
        The numbers.
    first : int, default 1
        The number of the first step.

    Returns
    -------
    list of str
        T labels: the numbers themselves, "0.5 -1 2", or "#7" for the seventh of longer vectors.

    Notes
    -----
    A long vector has no short label. The number of its step fits on an axis and says when it was read; it stays with
    the step when another one is removed. A label does not identify the numbers, so nothing may rely on it (see
    `Trace.fingerprint`).
    """
    if values.shape[1] <= FEW:
        return [" ".join(f"{v:g}" for v in row) for row in values]
    return [f"#{step}" for step in range(first, first + len(values))]


def swapped_label(label: str, new: str, vector_size: int) -> str:
    """Label a step whose numbers are swapped.

    Parameters
    ----------
    label : str
        The label before.
    new : str
        The label of the new numbers alone.
    vector_size : int
        D, the numbers of one step.

    Returns
    -------
    str
        The new label; for a long vector the old one marked, "#7′".
    """
    return new if vector_size <= FEW else f"{label}′"


def to_text(values: np.ndarray) -> str:
    """Write numbers as a text that reads back to the same.

    Parameters
    ----------
    values : ndarray of shape (T, D)
        The numbers.

    Returns
    -------
    str
        The steps, separated by semicolons.
    """
    return ("; " if values.shape[1] > 1 else " ").join(" ".join(map(repr, row)) for row in values.tolist())


def parse_number(word: str) -> float:
    """Read one number as people write it, with a minus sign or quotes around it.

    Parameters
    ----------
    word : str
        The number.

    Returns
    -------
    float
        Its value.

    Raises
    ------
    ValueError
        If it is not a number.
    """
    return float(word.strip("\"'").replace("−", "-"))


def is_header(cells: list[str]) -> bool:
    """Tell whether the first line of a table names its columns.

    Parameters
    ----------
    cells : list of str
        The cells of the line.

    Returns
    -------
    bool
        Whether there are cells, and all of them are words.
    """
    return bool(cells) and all(_TITLE.fullmatch(cell.strip().strip("\"'")) and not is_number(cell) for cell in cells)


def has_decimal_comma(cell: str) -> bool:
    """Tell whether a cell is a number with a comma between digits.

    Parameters
    ----------
    cell : str
        The cell.

    Returns
    -------
    bool
        True for "0,5", and for "1,234" as well.
    """
    return _PAIR.fullmatch(cell) is not None


def is_number(word: str) -> bool:
    """Tell whether a word is a number.

    Parameters
    ----------
    word : str
        The word.

    Returns
    -------
    bool
        Whether `parse_number` can read it.
    """
    try:
        parse_number(word)
    except ValueError:
        return False
    return True


def _numbers(text: str, vector_size: int) -> Iterator[float]:
    """The numbers of a text, line by line, without a header."""
    lines = _LINE.finditer(text, _after_header(text))
    is_table = len(list(islice(_LINE.finditer(text), 2))) > 1 and not {"[", "("} & set(text[:LOOK])
    for line in lines:
        count = 0
        for count, match in enumerate(WORD.finditer(text, line.start(), line.end()), 1):  # noqa: B007
            word = match[0] if len(match[0]) <= LONGEST else match[0][:LONGEST] + "…"
            try:
                yield parse_number(word)
            except ValueError:
                sentence = sentences.NOT_A_NUMBER.format(word=word, sample=sample(vector_size))
                raise InputError(sentence, code="not_a_number", token=word) from None
        if is_table and count and count % vector_size and vector_size % count:
            row = text.count("\n", 0, line.start()) + 1
            sentence = sentences.INCOMPLETE_LINE.format(size=vector_size, row=row, count=count)
            raise InputError(sentence, code="incomplete_step", row=row, expected=vector_size)


def sample(vector_size: int) -> str:
    """How numbers are typed: "0.5 -1 2"; for steps of two "0.5 -1, 0.5 -1"."""
    if vector_size == 1:
        return "0.5 -1 2"
    step = " ".join(["0.5", "-1", "2"][k % 3] for k in range(min(vector_size, 4)))
    return f"{step}, {step}" if vector_size <= 4 else f"{step} …, {vector_size} for each step"


def _after_header(text: str) -> int:
    """Where the numbers begin: after the first line, if it holds words alone and more lines follow."""
    first = _LINE.search(text, 0, LOOK)
    while first is not None and not first[0].strip():
        first = _LINE.search(text, first.end(), LOOK)
    if first is None or WORD.search(text, first.end(), first.end() + LOOK) is None:
        return 0
    cells = [cell for cell in regex.split(r"[\t,;]", first[0]) if cell.strip()]
    if len(cells) < 2:
        cells = first[0].split()
    return first.end() if is_header(cells) else 0


def _check_commas(start: str, vector_size: int) -> None:
    """Raise InputError where commas may be decimal ones: "0,5; 1,25" is two numbers or four.

    A cell like "0,5" among others of its kind is a row of its own only where a step has two numbers,
    and not if such cells fill the lines of a table by twos.
    """
    rows = [cells for line in start.splitlines() if (cells := _CELL.findall(line))]
    cells = [cell for row in rows for cell in row]
    pair = next((cell for cell in cells if has_decimal_comma(cell)), None)
    if pair is None or len(cells) == 1 or any("," in cell and not has_decimal_comma(cell) for cell in cells):
        return
    if vector_size == 2 and (len(rows) == 1 or any(len(row) != 2 for row in rows)):
        return
    sentence = sentences.AMBIGUOUS_COMMA.format(pair=pair, point=pair.replace(",", "."))
    raise InputError(sentence, code="ambiguous_comma", token=pair)


def _arguments(text: str) -> tuple[int, int, float]:
    """Seed, steps and scale of "noise(seed=1, steps=40, scale=0.5)", or of "noise(1, 40)"."""
    arguments: dict[str, str] = {}
    problem = None
    call = NOISE_CALL.fullmatch(text)
    parts = [part.strip() for part in call[1].split(",") if call[1].strip()] if call else []
    for place, part in enumerate(parts):
        name, equals, value = (side.strip() for side in part.partition("="))
        if not equals:
            if len(arguments) != place or place > 2:
                problem = f"{part!r} has no name"
                break
            name, value = ("seed", "steps", "scale")[place], name
        name = name.lower()
        if name not in ("seed", "steps", "scale"):
            problem = f"there is no argument {name!r}"
        elif name in arguments:
            problem = f"{name} is given twice"
        arguments[name] = value
    if call is None:
        problem = f"{text!r} lacks its parentheses"
    if problem is None:
        problem = next((f"{name} is missing" for name in ("seed", "steps") if name not in arguments), None)
    if problem is None:
        try:
            seed = _whole("seed", arguments["seed"], 0, MOST_SEED)
            steps = _whole("steps", arguments["steps"], 1, MOST_STEPS)
            return seed, steps, _scale(arguments.get("scale", "1"))
        except ValueError as error:
            problem = str(error)
    raise InputError(
        f"Random numbers are written noise(seed=1, steps=40), optionally with scale=0.5; here {problem}.",
        code="noise",
        token=text,
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    """A whole number in a range; ValueError says what is wrong with it."""
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ValueError(f"{name} is {text[:LONGEST]!r} and not a whole number from {least} to {most}")
    return value


def _scale(text: str) -> float:
    """The scale of noise; ValueError says what is wrong with it."""
    value = parse_number(text) if is_number(text) else math.nan
    if not 0 <= value <= MOST_SCALE:
        raise ValueError(f"scale is {text[:LONGEST]!r} and not a number from 0 to {MOST_SCALE:g}")
    return value
