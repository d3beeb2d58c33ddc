"""The one place where whatever goes wrong with a stranger's file becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import DamagedFileError, LimitError, MissingLibraryError, RnnvizError
from ...wording import printable


@contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Turn every exception inside into one of rnnviz's own.

    Parameters
    ----------
    name : str
        The file's name.

    Raises
    ------
    MissingLibraryError
        If the library that reads such files is not installed.
    LimitError
        If there is not enough memory; code "memory".
    DamagedFileError
        If a reader fails in a way that it does not know of; code "unreadable".
    """
    try:
        yield
    except RnnvizError:
        raise
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"{name} cannot be read without {error.name}, which is not installed: pip install {error.name}",
            code="missing_library", library=error.name or "", file=name,
        ) from error  # fmt: skip
    except MemoryError as error:
        raise LimitError(f"There is not enough memory to read {printable(name)}.", code="memory", file=name) from error
    except Exception as error:  # the libraries below raise what they please for files that are not theirs
        raise DamagedFileError(
            f"{printable(name)} cannot be read: it is damaged, or contradicts its own format "
            f"({type(error).__name__}).",
            code="unreadable", file=name,
        ) from error  # fmt: skip
