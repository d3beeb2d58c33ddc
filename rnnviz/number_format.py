"""Numbers as text for a person: with a minus sign instead of a hyphen, and in few characters."""

from __future__ import annotations


def with_minus_signs(text: str) -> str:
    """Replace the hyphens of a text by minus signs.

    Parameters
    ----------
    text : str
        Formatted numbers.

    Returns
    -------
    str
        The text with "−" for every "-".

    Examples
    --------
    >>> with_minus_signs(f"{-0.5:g}")
    '−0.5'
    """
    return text.replace("-", "−")


def short_number(value: float) -> str:
    """Format a number in a few characters: three digits, or an exponent from 10 000 on.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        For example "0.995", "−7.3", "2190" or "3.5e+8".

    Examples
    --------
    >>> [short_number(value) for value in (0.9951, -7.3, 2190.4, 3.5e8)]
    ['0.995', '−7.3', '2190', '3.5e+8']
    """
    size = abs(value)
    text = f"{value:.3g}" if size < 1e3 else f"{value:.0f}" if size < 1e4 else f"{value:.1e}".replace("e+0", "e+")
    return with_minus_signs(text)
