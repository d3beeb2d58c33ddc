"""What a notebook shows of an object. The parts above register how; the objects' own parts do not know them."""

from __future__ import annotations

from functools import singledispatch


@singledispatch
def html_of(shown: object) -> str | None:
    """Write an object as HTML for a notebook.

    Parameters
    ----------
    shown : object
        The object. `html_of.register` adds a function for a class.

    Returns
    -------
    str or None
        The HTML; None for a class without such a function, which a notebook shows as plain text.
    """
    return None
