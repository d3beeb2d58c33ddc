"""Text in Streamlit's Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan

from ...number_format import NOT_A_NUMBER
from ...text.tokens import quoted_label

# Where an address is broken.
ADDRESS = re.compile(r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@[\w-]+\.\w)", re.IGNORECASE)
WORD_JOINER = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """A text as Streamlit's Markdown shows it letter by letter: with every sign of markup escaped.

    Addresses become links even where their signs are escaped, so each has a character without width within it.
    """
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|$:~^&" else c for c in ADDRESS.sub(WORD_JOINER, text))


def spoken(markdown: str) -> str:
    """Markdown of ours without its marks, as a screen reader says it."""
    return re.sub(r"\\(.)|\*\*", lambda mark: mark[1] or "", markdown, flags=re.DOTALL).replace(WORD_JOINER, "")


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage: 68.3 %. Less than all is never 100 %, more than nothing never 0 %; NaN is named."""
    if isnan(share):
        return NOT_A_NUMBER
    text, least = f"{100 * share:.{digits}f}", 10.0**-digits
    if share > 0 and float(text) == 0:
        text = f"under {least:.{digits}f}"
    elif share < 1 and float(text) >= 100:
        text = f"over {100 - least:.{digits}f}"
    return f"{text}\N{NO-BREAK SPACE}%"


def prediction(label: str, probability: float) -> str:
    """A model's output in Markdown: **Italian**, 68.3 %. Where outputs overflow, there is none."""
    if isnan(probability):
        return f"**{plain(quoted_label(label))}**, because the outputs are not numbers"
    return f"**{plain(quoted_label(label))}**, {percent(probability)}"


def series(words: Sequence[str], last: str = "and") -> str:
    """Words in a row: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
