"""Texts and names from files, made fit to be shown."""

from __future__ import annotations


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
