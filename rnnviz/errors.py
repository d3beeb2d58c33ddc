"""The errors that rnnviz raises.

Each message is one sentence for a person. Programs and tests read the class, its `code` and its other fields
instead: sentences get better over time, codes stay. Every class is also a built-in error, so that code that expects a
ValueError, TypeError, KeyError or FileNotFoundError keeps working.
"""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, Self


class RnnvizError(Exception):
    """Base class of all errors raised on purpose.

    Parameters
    ----------
    message : str
        One sentence: what is wrong and, where it helps, what to do.
    code : str, default ""
        A short key, stable across versions, that tells errors of one class apart: "too_large", "damaged".
    **fields
        Facts about the error, one for each field that the class declares.

    Raises
    ------
    TypeError
        If a field is given that the class does not declare.
    """

    code: str = ""

    def __init__(self, message: str, *, code: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        for name, value in fields.items():
            if name not in self.field_names():
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The names of the fields beside the code, those of base classes first."""
        declared = [name for base in reversed(cls.__mro__) for name in get_annotations(base)]
        return tuple(name for name in dict.fromkeys(declared) if name != "code")

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that were given, by name."""
        return {name: getattr(self, name) for name in self.field_names() if name in self.__dict__}

    @property
    def message(self) -> str:
        """The sentence, without the quotes that a KeyError puts around it."""
        return str(self.args[0])

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:  # fields are keyword-only, which pickle does not know
        return _rebuilt, (type(self), self.message, self.code, self.fields)

    def with_message(self, message: str) -> Self:
        """A copy with another message, for a caller that knows more about the context."""
        return type(self)(message, code=self.code, **self.fields)


def _rebuilt(cls: type[RnnvizError], message: str, code: str, fields: dict[str, Any]) -> RnnvizError:
    return cls(message, code=code, **fields)


class ArrayError(RnnvizError, ValueError):
    """An array has the wrong shape or holds values that are not finite."""

    name: str = ""
    shape: tuple[int, ...] | None = None
    expected: Any = None


class DtypeError(RnnvizError, TypeError):
    """An array or another argument has the wrong type."""

    name: str = ""
    dtype: str = ""
    expected: Any = None


class UnknownNameError(RnnvizError, ValueError):
    """A name does not exist. `kind` says what it should name ("model", "cell", "option"), `allowed` what there is."""

    kind: str = ""
    name: str = ""
    allowed: tuple[str, ...] = ()


class UnknownQuantityError(UnknownNameError, KeyError):
    """A trace does not hold the quantity, layer or direction that it was asked for."""


class ArgumentError(RnnvizError, ValueError):
    """A value is outside its range, or contradicts another one. `name` is the argument's."""

    name: str = ""
    value: Any = None
    allowed: Any = None


class InputError(RnnvizError, ValueError):
    """A text, a table or a row of numbers cannot be read. `step`, `row` and `column` count from 1."""

    step: int | None = None
    row: int | None = None
    column: int | None = None
    token: str = ""


class InterventionError(RnnvizError, ValueError):
    """An intervention does not fit the network or the text, or contradicts another one.

    `intervention` is the one refused and `other` the one that it contradicts; `step` counts from 1, `unit` from 0.
    """

    intervention: Any = None
    other: Any = None
    step: int | None = None
    unit: int | None = None


class FileError(RnnvizError, ValueError):
    """A file cannot be opened, or holds nothing that can be used. `part` names what inside it is meant."""

    file: str = ""
    part: str = ""


class DamagedFileError(FileError):
    """A file is cut off, corrupt, or breaks the rules of its own format."""


class UnsupportedFileError(FileError):
    """A file is intact, but holds something that rnnviz does not read."""


class LimitError(FileError):
    """A file, or a part of it, is beyond a limit. `limit` and `actual` are in the unit of the limit's name."""

    limit: float | None = None
    actual: float | None = None


class TrainingError(RnnvizError, ValueError):
    """A training run cannot start or go on as it was asked to."""


class ChapterError(RnnvizError, ValueError):
    """A chapter of the guide breaks the form that chapters have. `line` counts from 1."""

    file: str = ""
    line: int = 0
