"""What a network reads, in words: a text of tokens, or a sequence of steps that are numbers."""

from __future__ import annotations

from typing import NamedTuple

from .tokens import Vocabulary


class ReadWords(NamedTuple):
    """The words for an input.

    Parameters
    ----------
    token : str
        What is read at one step.
    text : str
        All of it.
    """

    token: str
    text: str


TEXT, NUMBERS = ReadWords("token", "text"), ReadWords("step", "sequence")


def read_words(vocabulary: Vocabulary | None) -> ReadWords:
    """Name what a network with a vocabulary reads.

    Parameters
    ----------
    vocabulary : Vocabulary or None
        The vocabulary; None where it is not known, as for a trace from a file.

    Returns
    -------
    ReadWords
        "step" and "sequence" for numbers, and else "token" and "text".

    Examples
    --------
    >>> read_words(Vocabulary("numbers")).token
    'step'
    """
    return NUMBERS if vocabulary is not None and vocabulary.kind == "numbers" else TEXT
