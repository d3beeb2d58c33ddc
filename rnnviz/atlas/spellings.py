"""The tokens of a corpus as they are spelled in it, each with its row of the embedding."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from ..text.tokens import END, NEW_LINE, SIGNS, UNKNOWN, Vocabulary, normalise, split

_ASCII = 128
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Spellings(dict[str, int]):
    """Every spelling of a token with its number.

    The first V are the tokens of the vocabulary; spellings that it does not list follow in the order in which they
    occur first, and are read as another row: as the same word in lower case, or as `<unk>`.

    Parameters
    ----------
    vocabulary : Vocabulary
        What the network reads.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__({token: k for k, token in enumerate(vocabulary.tokens)})
        self.vocabulary = vocabulary
        self.texts = [*vocabulary.tokens]
        self.rows = [*range(len(vocabulary))]
        self.unknown = [token == UNKNOWN for token in vocabulary.tokens]
        self._ascii = np.full(_ASCII, -1, np.int32)

    def __missing__(self, token: str) -> int:
        if token == SIGNS[NEW_LINE] and (line_end := self.get(NEW_LINE, len(self.vocabulary))) < len(self.vocabulary):
            self[token] = line_end  # as `Vocabulary.encode` reads the sign
            return line_end
        known = self.vocabulary.unknown_id
        spelled = token if token == END else normalise(self.vocabulary.kind, token)
        row = self.get(spelled, len(self.vocabulary))
        is_unknown = row >= len(self.vocabulary) or self.texts[row] == UNKNOWN
        number = self[token] = len(self.texts)
        self.texts.append(token)
        self.rows.append(row if row < len(self.vocabulary) else -1 if known is None else known)
        self.unknown.append(is_unknown)
        return number

    def numbers(self, tokens: Iterable[str]) -> np.ndarray:
        """The numbers of tokens, (T,)."""
        # half a surrogate pair fits into no file
        plain = (token if token.isascii() else _SURROGATE.sub("\ufffd", token) for token in tokens)
        return np.array([self[token] for token in plain], np.int32)

    def numbers_of_text(self, text: str) -> np.ndarray:
        """The numbers of the tokens of a text, (T,)."""
        if self.vocabulary.kind == "characters" and text.isascii() and "\r" not in text:
            codes = np.frombuffer(text.encode(), np.uint8)  # every character is a token of its own
            for code in np.unique(codes[self._ascii[codes] < 0]):
                self._ascii[code] = self[chr(code)]
            return self._ascii[codes]
        return self.numbers(split(self.vocabulary.kind, text))


def tail_length(kind: str, text: str) -> int:
    """How much of the end of a part of a text may belong to a token that the next part continues.

    Every token ends at a line end, and words end at spaces as well.
    """
    cut = text.rfind("\n") + 1
    if not cut and kind != "characters":
        cut = max((text.rfind(space) for space in " \t"), default=-1) + 1
    if not cut and kind == "characters" and text:
        *_, last = split("characters", text)
        cut = len(text) - len(last)
    return len(text) - cut
