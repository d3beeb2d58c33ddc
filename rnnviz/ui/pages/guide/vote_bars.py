"""How many of a class chose what, as bars with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from .markup import without_markup


def html(choices: Sequence[str], counts: Mapping[str, int], right: str | None = None) -> str:
    """The bars as HTML.

    Parameters
    ----------
    choices : sequence of str
        The choices, in the order of the page.
    counts : mapping of str to int
        How many chose each.
    right : str, optional
        The right one, if it is marked.

    Returns
    -------
    str
        A list with a choice, a bar and a number in each row.
    """
    most = max(1, *counts.values())
    rows = []
    for choice in choices:
        is_right = choice == right
        words = escape(without_markup(choice)) + (' <b class="right">✓ right</b>' if is_right else "")
        count = counts[choice]
        bar = f'<i style="--share: {100 * count / most:.4g}%"{" class=right" if is_right else ""}></i>'
        rows.append(f"<li><span>{words}</span>{bar}<b>{count:,}</b></li>")
    return f'<ul class="rnnviz-votes">{"".join(rows)}</ul>'
