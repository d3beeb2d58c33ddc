"""Contexts of a unit as text in which every token has the colour of the unit's value."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ....atlas.context_values import UnitContext
from ....cells.definition import Quantity
from ....colours import negative_colour, rgb
from ....number_format import short_number
from ....text.tokens import visible

STRONGEST = 0.55  # opacity of the largest value: the letters on it stay readable in both themes
CLOSE = 0.03  # a share of the scale below which a token has no colour

STYLE = """<style>
ol.unit-contexts { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.35rem; }
ol.unit-contexts li {
  display: grid; grid-template-columns: 3.2rem minmax(0, 1fr); gap: 0.6rem; align-items: baseline;
  margin: 0; padding: 0;
}
.unit-contexts .value { text-align: end; font-variant-numeric: tabular-nums; font-size: 0.875rem; }
.unit-contexts .text {
  font-family: var(--st-code-font, monospace); font-size: 0.875rem; line-height: 1.7; overflow-wrap: anywhere;
}
.unit-contexts .text > span { padding: 0.1rem 0; border-radius: 0.15rem; }
.unit-contexts .here { outline: 2px solid currentColor; outline-offset: -1px; }
</style>"""


def contexts_html(contexts: Sequence[UnitContext], quantity: Quantity, limit: float, words: bool) -> str:
    """Write contexts as a list.

    Parameters
    ----------
    contexts : sequence of UnitContext
        The contexts, one for each row.
    quantity : Quantity
        What the values are.
    limit : float
        The value that has the strongest colour.
    words : bool
        Whether tokens are words, with spaces between.

    Returns
    -------
    str
        HTML, in which the corpus is text and nothing else.
    """
    rows = "".join(_row(context, quantity, limit, words) for context in contexts)
    return f'{STYLE}<ol class="unit-contexts">{rows}</ol>'


def _row(context: UnitContext, quantity: Quantity, limit: float, words: bool) -> str:
    parts = []
    for k, (token, value) in enumerate(zip(context.tokens, context.values.tolist(), strict=True)):
        here = ' class="here"' if k == context.at else ""
        title = f"{visible(token)}: {short_number(value)}"
        shown = visible(token) if words or not token.isspace() else ("⏎" if "\n" in token else "\u00a0")
        parts.append(
            f'<span{here} style="background:{_background(value, quantity, limit)}" title="{escape(title)}">'
            f"{escape(shown)}</span>"
        )
    value = escape(short_number(context.value))
    return f'<li><span class="value">{value}</span><span class="text">{(" " if words else "").join(parts)}</span></li>'


def _background(value: float, quantity: Quantity, limit: float) -> str:
    share = min(abs(value) / limit, 1.0) if limit > 0 and value == value else 0.0
    if share < CLOSE:
        return "transparent"
    colour = quantity.colour if value >= 0 else negative_colour(quantity.colour)
    return f"rgba({','.join(map(str, rgb(colour)))},{STRONGEST * share:.2f})"
