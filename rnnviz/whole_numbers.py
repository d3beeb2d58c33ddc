"""Whole numbers that callers give: how many, and which one of several."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from .errors import ArgumentError

MOST = 2**31 - 1  # a larger number is a mistake, and does not fit where arrays are counted


def check_whole(name: str, value: Any, least: int = 0, most: int = MOST) -> None:
    """Check that an argument is a whole number within bounds.

    Parameters
    ----------
    name : str
        The name of the argument.
    value : object
        The argument; any type of whole number, but no truth value.
    least, most : int, default 0 and 2,147,483,647
        The bounds.

    Raises
    ------
    ArgumentError
        If it is none, or outside; code "out_of_range".
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or not least <= int(value) <= most:
        upper = "of at least {}" if most == MOST else "from {} to {}"
        raise ArgumentError(
            f"{name} is {value!r}; it must be a whole number {upper.format(least, most)}.",
            code="out_of_range", name=name, value=value, allowed=(least, most),
        )  # fmt: skip
