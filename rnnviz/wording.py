"""Words and names from files, made fit to be shown, and sentences about a file's arrays."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import UnsupportedFileError

LISTED = 5  # names in a sentence


def printable(text: str, most: int = 80) -> str:
    """Make a text from a file fit for a sentence.

    Parameters
    ----------
    text : str
        Any text.
    most : int, default 80
        The most characters of the result.

    Returns
    -------
    str
        The text on one line, in printable characters, shortened.
    """
    tidy = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return tidy if len(tidy) <= most else tidy[: most - 1] + "…"


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which pickles and JSON can hold but no file or page.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with "?" in their place.
    """
    return text.encode("utf-8", "replace").decode()


def ignored_arrays_note(arrays: Sequence[str]) -> tuple[str, ...]:
    """Write the note about arrays that are not read.

    Parameters
    ----------
    arrays : sequence of str
        Their names and types, "name (complex64)".

    Returns
    -------
    tuple of str
        One note, or none if there are no such arrays.
    """
    more = f" and {len(arrays) - LISTED} more" if len(arrays) > LISTED else ""
    few = ", ".join(arrays[:LISTED])
    return (f"Ignored, because a recurrent network has no arrays of this type: {few}{more}.",) if arrays else ()


def no_arrays_error(name: str, notes: Sequence[str]) -> UnsupportedFileError:
    """Make the error for a file without arrays that can be read.

    Parameters
    ----------
    name : str
        The name of the file.
    notes : sequence of str
        Notes on what the file holds instead.

    Returns
    -------
    UnsupportedFileError
        The error to raise.
    """
    message = " ".join([f"{name} holds no arrays of numbers that can be read.", *notes])
    return UnsupportedFileError(message, code="no_arrays", file=name)
