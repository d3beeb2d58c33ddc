"""Vectors of D numbers a step: read from what people type or paste, from seeded noise, or from a table by its name.

A text of numbers has them apart by blanks, commas or semicolons, D of them a step. With line ends in it, it is a
table: a line holds whole steps, or an equal part of one (long vectors are printed on several lines), and a first line
of nothing but words is its head. `noise(seed=1, steps=40)` stands for standard normal numbers, a name for its table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
import regex

LARGEST = 1e38  # the size of a number that float32 still holds with room to spare
LONGEST = 64  # code points of a number; of a longer word only so many are told
NAME = 120  # code points of a table's name
FEW = 3  # numbers that fit into a step's label
MOST_SEED, MOST_STEPS, MOST_SCALE = 2**32 - 1, 10_000, 1e30  # of noise
LOOK = 20_000  # code points at the start of a text by which it is seen how it is written

_LINE = regex.compile(r"[^\r\n]+")
_WORD = regex.compile(r"[^\s,;\[\]()]+")
_CELL = regex.compile(r"[^\s;\[\]()]+")
_PAIR = regex.compile(r"[+\-−]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_TITLE = regex.compile(r"[\p{L}_](?:[^.].*)?")  # "O.5" is a number with a slip, not a name
_FILE = regex.compile(r"\S.*\.(?:csv|tsv|txt|npy)", regex.IGNORECASE)
_NOISE = regex.compile(r"noise\s*(?:\(|$)", regex.IGNORECASE)
_CALL = regex.compile(r"noise\s*\(([^()]*)\)", regex.IGNORECASE)


class MissingTableError(ValueError):
    """A text names a table that is not here. name: the table's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no table {name!r} here: give its numbers, for the name alone does not hold them.")
        self.name = name


class Tables(Mapping[str, np.ndarray]):
    """Tables by name, (T, D) each, in float64, which nobody can change. Equal if they hold the same numbers.

    Raises ValueError for a name that is empty, too long, or a text of numbers itself, and for what is not
    a table of finite numbers of one width.
    """

    def __init__(self, tables: Mapping[str, np.ndarray] | None = None) -> None:
        self._tables = {name: _table(name, values) for name, values in (tables or {}).items()}
        if len({values.shape[1] for values in self._tables.values()}) > 1:
            raise ValueError(f"the tables {', '.join(map(repr, self))} are not of the same number of columns")

    def __getitem__(self, name: str) -> np.ndarray:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tables):
            return NotImplemented
        return self.keys() == other.keys() and all(np.array_equal(values, other[name]) for name, values in self.items())

    def __hash__(self) -> int:
        return hash(frozenset((name, values.shape) for name, values in self.items()))

    def __repr__(self) -> str:
        return f"Tables({', '.join(f'{name!r}: {values.shape}' for name, values in self.items())})"


def parse(text: str, width: int, tables: Mapping[str, np.ndarray], limit: int | None = None) -> tuple[np.ndarray, bool]:
    """The numbers (T, width) of a text, at most `limit` steps of them, and whether there were more.

    Raises MissingTableError for the name of a file that is not among the tables, ValueError for what is no numbers,
    does not divide into steps, or could be read in two ways. Numbers beyond the limit are not looked at.
    """
    short = text.strip() if len(text) <= 2 * NAME else ""
    if short in tables:
        return tables[short][:limit], limit is not None and len(tables[short]) > limit
    if _FILE.fullmatch(short):
        raise MissingTableError(short)
    if _NOISE.match(short):
        seed, steps, scale = _arguments(short)
        values = noise(seed, steps if limit is None else min(steps, limit), width, scale)
        return values, steps > len(values)
    _check_commas(text[:LOOK], width)
    most = None if limit is None else limit * width
    numbers = list(islice(_numbers(text, width), None if most is None else most + 1))
    cut = most is not None and len(numbers) > most
    numbers = numbers[:most]
    if len(numbers) % width:
        raise ValueError(f"Each step needs {width} numbers; {len(numbers)} do not divide into steps.")
    return np.array(numbers, dtype=np.float64).reshape(-1, width), cut


def noise(seed: int, steps: int, width: int, scale: float = 1.0) -> np.ndarray:
    """Standard normal numbers (steps, width) times `scale`, the same for a seed everywhere.

    Fewer steps are the first of more.
    """
    return scale * np.random.default_rng(seed).standard_normal((steps, width))


def step_labels(values: np.ndarray) -> list[str]:
    """What each step of (T, D) is called where a text has its letters: "0.5 -1 2", or "#7" for more than three numbers.

    No few digits stand for a long vector. The step's number is short enough for an axis, and says what one looks for
    there: when. It stays with a step when another one is removed. A label says nothing of the numbers, which is why
    nothing may be known by its labels (see `Trace.fingerprint`).
    """
    if values.shape[1] <= FEW:
        return [" ".join(f"{v:g}" for v in row) for row in values]
    return [f"#{step}" for step in range(1, len(values) + 1)]


def swapped_label(label: str, new: str, width: int) -> str:
    """The label of a step whose numbers are swapped, by those of the two: "#7′" for a long vector."""
    return new if width <= FEW else f"{label}′"


def to_text(values: np.ndarray) -> str:
    """Numbers (T, D) as a text that reads back to the very same: steps apart by semicolons."""
    return ("; " if values.shape[1] > 1 else " ").join(" ".join(map(repr, row)) for row in values.tolist())


def parse_number(word: str) -> float:
    """One number as people write it, a minus sign for a hyphen and quotes around it included. ValueError for others."""
    return float(word.strip("\"'").replace("−", "-"))


def is_header(cells: list[str]) -> bool:
    """Whether the cells of a table's first line are the names of its columns: words, none of them a number."""
    return bool(cells) and all(_TITLE.fullmatch(cell.strip().strip("\"'")) and not _is_number(cell) for cell in cells)


def has_decimal_comma(cell: str) -> bool:
    """Whether a cell is a number with a comma in it, tight between digits: "0,5"."""
    return _PAIR.fullmatch(cell) is not None


def _table(name: str, values: np.ndarray) -> np.ndarray:
    if not (0 < len(name) <= NAME and name == name.strip()):
        raise ValueError(
            f"a table needs a name of 1 to {NAME} letters without blanks at its ends; {name[:NAME]!r} is not"
        )
    if _CALL.fullmatch(name) or all(map(_is_number, _WORD.findall(name))):
        raise ValueError(f"{name!r} cannot be a table's name, for it could be read as numbers")
    found = np.array(values, dtype=np.float64)
    if found.ndim != 2 or found.size == 0:
        raise ValueError(f"the table {name!r} has shape {found.shape}, and must be (steps, numbers a step)")
    if not (np.abs(found) <= LARGEST).all():
        raise ValueError(f"the numbers of the table {name!r} must be finite and at most {LARGEST:g} in size")
    found.setflags(write=False)
    return found


def _is_number(word: str) -> bool:
    try:
        parse_number(word)
    except ValueError:
        return False
    return True


def _numbers(text: str, width: int) -> Iterator[float]:
    """The numbers of a text, line by line, without a head. Raises ValueError once a line does not hold whole steps."""
    lines = _LINE.finditer(text, _after_head(text))
    apart = len(list(islice(_LINE.finditer(text), 2))) > 1 and not {"[", "("} & set(text[:LOOK])
    for line in lines:
        count = 0
        for count, match in enumerate(_WORD.finditer(text, line.start(), line.end()), 1):  # noqa: B007
            word = match[0] if len(match[0]) <= LONGEST else match[0][:LONGEST] + "…"
            try:
                yield parse_number(word)
            except ValueError:
                raise ValueError(f"{word!r} is not a number: type numbers such as {_such(width)}.") from None
        if apart and count and count % width and width % count:
            where = text.count("\n", 0, line.start()) + 1
            raise ValueError(f"Each step needs {width} numbers; line {where} has {count}.")


def _such(width: int) -> str:
    """How numbers are typed: "0.5 -1 2"; for steps of two "0.5 -1, 0.5 -1"."""
    if width == 1:
        return "0.5 -1 2"
    step = " ".join(["0.5", "-1", "2"][k % 3] for k in range(min(width, 4)))
    return f"{step}, {step}" if width <= 4 else f"{step} …, {width} for each step"


def _after_head(text: str) -> int:
    """Where the numbers begin: after the first line if it holds nothing but words, and more than that follows."""
    first = _LINE.search(text, 0, LOOK)
    while first is not None and not first[0].strip():
        first = _LINE.search(text, first.end(), LOOK)
    if first is None or _WORD.search(text, first.end(), first.end() + LOOK) is None:
        return 0
    cells = [cell for cell in regex.split(r"[\t,;]", first[0]) if cell.strip()]
    if len(cells) < 2:
        cells = first[0].split()
    return first.end() if is_header(cells) else 0


def _check_commas(head: str, width: int) -> None:
    """Raises ValueError where commas could be decimal ones: "0,5; 1,25" is two numbers or four.

    A cell like "0,5" among others of its kind is a row of its own only where a step has two numbers,
    and not if such cells fill the lines of a table by twos.
    """
    rows = [cells for line in head.splitlines() if (cells := _CELL.findall(line))]
    cells = [cell for row in rows for cell in row]
    pair = next((cell for cell in cells if has_decimal_comma(cell)), None)
    if pair is None or len(cells) == 1 or any("," in cell and not has_decimal_comma(cell) for cell in cells):
        return
    if width == 2 and (len(rows) == 1 or any(len(row) != 2 for row in rows)):
        return
    raise ValueError(
        f"{pair!r} can be one number or two: write {pair.replace(',', '.')} with a point, "
        "and a blank after a comma that stands between numbers."
    )


def _arguments(text: str) -> tuple[int, int, float]:
    """Seed, steps and scale of "noise(seed=1, steps=40, scale=0.5)", or of "noise(1, 40)"."""
    found: dict[str, str] = {}
    problem = None
    call = _CALL.fullmatch(text)
    parts = [part.strip() for part in call[1].split(",") if call[1].strip()] if call else []
    for place, part in enumerate(parts):
        name, equals, value = (side.strip() for side in part.partition("="))
        if not equals:
            if len(found) != place or place > 2:
                problem = f"{part!r} has no name before it"
                break
            name, value = ("seed", "steps", "scale")[place], name
        name = name.lower()
        if name not in ("seed", "steps", "scale"):
            problem = f"there is no {name!r}"
        elif name in found:
            problem = f"{name} is given twice"
        found[name] = value
    if call is None:
        problem = f"{text!r} is written otherwise"
    if problem is None:
        problem = next((f"{name} is missing" for name in ("seed", "steps") if name not in found), None)
    if problem is None:
        try:
            seed = _whole("seed", found["seed"], 0, MOST_SEED)
            steps = _whole("steps", found["steps"], 1, MOST_STEPS)
            return seed, steps, _scale(found.get("scale", "1"))
        except ValueError as error:
            problem = str(error)
    raise ValueError(f"Noise is numbers drawn as noise(seed=1, steps=40), perhaps with scale=0.5; here {problem}.")


def _whole(name: str, text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ValueError(f"{name} is {text[:LONGEST]!r} and not a whole number from {least} to {most}")
    return value


def _scale(text: str) -> float:
    value = parse_number(text) if _is_number(text) else math.nan
    if not 0 <= value <= MOST_SCALE:
        raise ValueError(f"scale is {text[:LONGEST]!r} and not a number from 0 to {MOST_SCALE:g}")
    return value
