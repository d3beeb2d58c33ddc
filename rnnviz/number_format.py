"""Numbers as text for a person: with a minus sign instead of a hyphen, and in few characters."""

from __future__ import annotations

import math

NOT_A_NUMBER = "not a number"


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


def digits(value: float, form: str = ".3g") -> str:
    """Format a number, or name what is none.

    Parameters
    ----------
    value : float
        Any number, infinity or NaN.
    form : str, default ".3g"
        How Python formats it.

    Returns
    -------
    str
        The number with a minus sign; "inf", "−inf" or "not a number" beyond all numbers.

    Examples
    --------
    >>> [digits(value) for value in (-0.12345, math.inf, math.nan)]
    ['−0.123', 'inf', 'not a number']
    """
    return NOT_A_NUMBER if math.isnan(value) else with_minus_signs(f"{value:{form}}")


def short_number(value: float) -> str:
    """Format a number in a few characters: three digits, or an exponent from 10 000 on.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        For example "0.995", "−7.3", "2190" or "3.5e+8"; "inf", "−inf" and "not a number" beyond all numbers.

    Examples
    --------
    >>> [short_number(value) for value in (0.9951, -7.3, 2190.4, 3.5e8)]
    ['0.995', '−7.3', '2190', '3.5e+8']
    """
    size = abs(value)
    if math.isnan(value):
        return NOT_A_NUMBER
    text = f"{value:.3g}" if size < 1e3 else f"{value:.0f}" if size < 1e4 else f"{value:.1e}".replace("e+0", "e+")
    return with_minus_signs(text)


def whole_percent(share: float) -> str:
    r"""Format a share in whole percents. Less than all is never 100 %, more than nothing never 0 %.

    Parameters
    ----------
    share : float
        From 0 to 1; NaN is named.

    Returns
    -------
    str
        For example "68 %", "under 1 %" or "over 99 %", with a space at which a line does not break.

    Examples
    --------
    >>> [whole_percent(share) for share in (0.684, 0.0001, 0.999)]
    ['68\xa0%', 'under 1\xa0%', 'over 99\xa0%']
    """
    if math.isnan(share):
        return NOT_A_NUMBER
    whole = int(100 * share + 0.5)  # halves go up, as in the browser
    bound = "under 1" if whole == 0 and share > 0 else "over 99" if whole == 100 and share < 1 else str(whole)
    return f"{bound}\N{NO-BREAK SPACE}%"
