"""The errors that rnnviz raises.

Each message is one sentence for a person. Programs and tests read the class, its `code` and its other fields instead:
sentences improve over time, codes stay. Every class is also a built-in error, so that code that expects a ValueError,
TypeError, KeyError or FileNotFoundError keeps working.
"""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, Self

from .wording import abridged

LONGEST_MESSAGE = 1200  # characters: a message repeats words of files and links, which have no bound of their own


class RnnvizError(Exception):
    """Base class of all errors raised on purpose.

    Parameters
    ----------
    message : str
        One sentence that says what is wrong and, where it helps, what to do. Its middle is left out if it is very long.
    code : str, default ""
        A short key, stable across versions, that distinguishes errors of one class: "too_large", "damaged".
    **fields
        Details of the error, one for each field that the class declares.

    Raises
    ------
    TypeError
        If a field is given that the class does not declare.
    """

    code: str = ""

    def __init__(self, message: str, *, code: str = "", **fields: Any) -> None:
        super().__init__(abridged(message, LONGEST_MESSAGE))
        self.code = code
        for name, value in fields.items():
            if name not in self.field_names():
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """List the fields that the class declares beside its code.

        Returns
        -------
        tuple of str
            Their names, those of base classes first.
        """
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

    def with_message(self, message: str, **fields: Any) -> Self:
        """Copy the error with another message, for a caller that knows more about the context.

        Parameters
        ----------
        message : str
            The new sentence.
        **fields
            Further details, which replace those of the same name.

        Returns
        -------
        RnnvizError
            An error of the same class with the same code and fields.
        """
        return type(self)(message, code=self.code, **{**self.fields, **fields})


def _rebuilt(cls: type[RnnvizError], message: str, code: str, fields: dict[str, Any]) -> RnnvizError:
    return cls(message, code=code, **fields)


class ArrayError(RnnvizError, ValueError):
    """An array has the wrong shape, or does not fit another one.

    Attributes
    ----------
    name : str
        The name of the array.
    shape : tuple of int or None
        Its shape.
    expected : object
        The expected shape or size.
    """

    name: str = ""
    shape: tuple[int, ...] | None = None
    expected: Any = None


class NotFiniteError(ArrayError):
    """An array holds NaN or infinite values; during training, a sign that the run diverged.

    Attributes
    ----------
    count : int or None
        How many values are not finite.
    """

    count: int | None = None


class DtypeError(RnnvizError, TypeError):
    """An array or another argument has the wrong type.

    Attributes
    ----------
    name : str
        The name of the argument.
    dtype : str
        Its type.
    expected : object
        The expected type.
    """

    name: str = ""
    dtype: str = ""
    expected: Any = None


class UnknownNameError(RnnvizError, ValueError):
    """A name does not exist.

    Attributes
    ----------
    kind : str
        What the name should refer to: "model", "cell", "option".
    name : str
        The name.
    allowed : tuple of str
        The names that exist.
    """

    kind: str = ""
    name: str = ""
    allowed: tuple[str, ...] = ()


class UnknownQuantityError(UnknownNameError, KeyError):
    """A trace does not hold the requested quantity, layer or direction."""


class ArgumentError(RnnvizError, ValueError):
    """An argument is outside its range, or contradicts another one.

    Attributes
    ----------
    name : str
        The name of the argument.
    value : object
        Its value.
    allowed : object
        The values that it can have.
    """

    name: str = ""
    value: Any = None
    allowed: Any = None


class InputError(RnnvizError, ValueError):
    """A text, a table or a row of numbers cannot be read.

    Attributes
    ----------
    step : int or None
        The step, counted from 1.
    row, column : int or None
        The place in a table, counted from 1.
    token : str
        The token or number.
    file : str
        The name of the file, if the input is one.
    shape : tuple of int or None
        The shape of an array of numbers.
    expected : object
        What was expected: the numbers of one step, the number of tokens.
    """

    step: int | None = None
    row: int | None = None
    column: int | None = None
    token: str = ""
    file: str = ""
    shape: tuple[int, ...] | None = None
    expected: Any = None


class MissingTableError(InputError):
    """A text is the name of a table that is not loaded.

    Attributes
    ----------
    name : str
        The name of the table.
    """

    name: str = ""


class InterventionError(RnnvizError, ValueError):
    """An intervention does not fit the network or the text, or contradicts another one.

    Attributes
    ----------
    intervention : Intervention or str or None
        The intervention, or the text that is not one.
    other : Intervention or None
        The intervention that it contradicts.
    step : int or None
        The step, counted from 1.
    unit : int or None
        The unit, counted from 0.
    """

    intervention: Any = None
    other: Any = None
    step: int | None = None
    unit: int | None = None


class FileError(RnnvizError, ValueError):
    """A file cannot be opened, or holds nothing that can be used.

    Attributes
    ----------
    file : str
        The name of the file.
    part : str
        The part of it that is meant, such as the name of an array.
    """

    file: str = ""
    part: str = ""


class DamagedFileError(FileError):
    """A file is cut off, corrupt, or violates its own format."""


class UnsupportedFileError(FileError):
    """A file is intact, but holds something that rnnviz does not read."""


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file."""


class LimitError(FileError):
    """A file, or a part of it, exceeds a limit.

    Attributes
    ----------
    limit : float or None
        The limit, such as a number of bytes.
    actual : float or None
        The actual size, in the same unit.
    """

    limit: float | None = None
    actual: float | None = None


class BusyError(RnnvizError, RuntimeError):
    """A server that others share has no room for this at the moment.

    Attributes
    ----------
    limit : float or None
        The limit, such as a number of waiting files.
    actual : float or None
        What is in use, in the same unit.
    """

    limit: float | None = None
    actual: float | None = None


class MissingLibraryError(RnnvizError, ModuleNotFoundError):
    """A library is not installed.

    Attributes
    ----------
    library : str
        The name of the library.
    file : str
        The name of the file that cannot be read without it.
    """

    library: str = ""
    file: str = ""


class TrainingError(RnnvizError, ValueError):
    """A training run cannot start or continue with these settings.

    Attributes
    ----------
    setting : str
        The name of the setting at fault.
    value : object
        Its value.
    limit : float or None
        The largest value that is allowed.
    epochs : int or None
        How many epochs would be allowed, 0 if not even one.
    """

    setting: str = ""
    value: Any = None
    limit: float | None = None
    epochs: int | None = None


class MissingDataError(TrainingError):
    """The data set of a task is missing.

    Attributes
    ----------
    task : str
        The name of the task.
    folder : str
        The folder that the data should be in, below the data folder.
    """

    task: str = ""
    folder: str = ""


class ChapterError(RnnvizError, ValueError):
    """A chapter of the guide breaks the form that chapters have.

    Attributes
    ----------
    file : str
        The name of the chapter's file.
    line : int
        The line, counted from 1.
    """

    file: str = ""
    line: int = 0
