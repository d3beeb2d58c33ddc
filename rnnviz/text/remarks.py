"""What a reader is told of a text that was read: that it was too long, that tokens are unknown."""

from __future__ import annotations

from . import sentences
from .tokens import UNKNOWN, Encoding, Vocabulary, visible


def reading_remarks(encoding: Encoding, vocabulary: Vocabulary, most: int) -> list[str]:
    """Say what of a text was not read as it was typed.

    Parameters
    ----------
    encoding : Encoding
        The text as the network reads it.
    vocabulary : Vocabulary
        What encoded it.
    most : int
        The most tokens that are read.

    Returns
    -------
    list of str
        Sentences; none if all of it was read.
    """
    remarks = [only_first(vocabulary, most)] if encoding.truncated else []
    unknown = [visible(t) for t, is_unknown in zip(encoding.tokens, encoding.unknown, strict=True) if is_unknown]
    names = list(dict.fromkeys(unknown))
    if names:
        listed = ", ".join(names[: sentences.MOST_NAMES])
        listed += sentences.AND_OTHERS if len(names) > sentences.MOST_NAMES else ""
        remarks.append(sentences.NOT_IN_VOCABULARY.format(names=listed, unknown=UNKNOWN))
    return remarks


def only_first(vocabulary: Vocabulary, most: int) -> str:
    """Say that only the beginning of a text is read.

    Parameters
    ----------
    vocabulary : Vocabulary
        What encodes the text.
    most : int
        The most tokens that are read.

    Returns
    -------
    str
        A sentence.
    """
    return sentences.ONLY_FIRST.format(most=most, what="steps" if vocabulary.kind == "numbers" else "tokens")
