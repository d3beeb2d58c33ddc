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


def counted(number: int, noun: str) -> str:
    """Say how many there are of something.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        What, in the singular; the plural adds an s.

    Returns
    -------
    str
        The number and the noun.

    Examples
    --------
    >>> counted(1, "output"), counted(1800, "output")
    ('1 output', '1,800 outputs')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def abridged(text: str, most: int) -> str:
    """Leave out the middle of a text that is too long: a sentence that echoes a stranger's words keeps its end.

    Parameters
    ----------
    text : str
        Any text.
    most : int
        The most characters of the result; at least 3.

    Returns
    -------
    str
        The text, or its beginning and its end.

    Examples
    --------
    >>> abridged("abcdefghij", 7)
    'abc … j'
    """
    if len(text) <= most:
        return text
    end = (most - 3) // 3
    return f"{text[: most - 3 - end]} … {text[len(text) - end :]}"


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
