"""Tokens as the labels of an axis, and the room that they need."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..text.tokens import visible

LETTER, LONGEST = 6.5, 12  # pixels of a letter of a token's label, and the letters shown of a long one


def markup_label(token: str, unknown: bool = False) -> str:
    """A token or label as an axis shows it: short, never markup, and marked where the vocabulary lacks it."""
    text = visible(token)
    text = escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…", quote=False)
    return f"<i>{text}</i><sup>?</sup>" if unknown else text


def token_labels(tokens: Sequence[str], unknown: Sequence[bool] | np.ndarray) -> dict[str, str]:
    """What a time axis writes in place of the number of each step, for its `labelalias`."""
    pairs = zip(tokens, unknown, strict=True)
    return {str(t): markup_label(token, bool(is_unknown)) for t, (token, is_unknown) in enumerate(pairs, 1)}


def token_room(tokens: Sequence[str]) -> int:
    """Pixels for the labels of tokens, which are upright where there is little width."""
    longest = max(len(visible(token)) for token in tokens)
    return 22 if longest < 3 else round(10 + LETTER * min(longest, LONGEST))
