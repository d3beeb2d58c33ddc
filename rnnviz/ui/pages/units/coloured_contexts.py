"""Contexts as text in which every token has a colour: that of a unit's value, or of how many units are on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from ....atlas.context_values import UnitContext
from ....atlas.span_contexts import SpanContext
from ....cells.definition import Quantity
from ....colours import negative_colour, rgb
from ....number_format import short_number
from ....text.tokens import visible
from .listed_values import value_text

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
.unit-contexts.spans li { grid-template-columns: 6.75rem minmax(0, 1fr); }
.unit-contexts.spans .here { outline: none; box-shadow: 0 2px 0 currentColor; font-weight: 600; border-radius: 0; }
.unit-contexts .value small { display: block; font-size: 0.75rem; white-space: nowrap; }
.unit-legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; font-size: 0.875rem; }
.unit-legend > span { display: inline-flex; gap: 0.4rem; align-items: center; }
.unit-legend i { width: 6rem; height: 0.75rem; border-radius: 0.15rem; }
.unit-legend b {
  width: 0.75em; height: 1.25em; outline: 2px solid currentColor; outline-offset: -1px; border-radius: 0.15rem;
}
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


def legend_html(quantity: Quantity, limit: float, token: str) -> str:
    """Say what the colours and the frame of `contexts_html` mean.

    Parameters
    ----------
    quantity : Quantity
        What the values are.
    limit : float
        The value that has the strongest colour.
    token : str
        What a token is called.

    Returns
    -------
    str
        HTML.
    """
    low = 0.0 if quantity.low >= 0 else -limit
    # Beyond the limits of a quantity without bounds, colours stay the strongest.
    below, above = ("≤\u00a0" if low and not quantity.bounded else "", "" if quantity.bounded else "≥\u00a0")
    ends = ", ".join(_background(value, quantity, limit) for value in ([low] if low else []) + [0.0, limit])
    bar = f'<i style="background:linear-gradient(to right, {ends})"></i>'
    return (
        f'{STYLE}<p class="unit-legend"><span>{below}{short_number(low)} {bar} {above}{short_number(limit)}</span>'
        f"<span>{escape(quantity.title)} after each {token}</span>"
        f"<span><b></b> the {token} of the value on the left</span></p>"
    )


def _row(context: UnitContext, quantity: Quantity, limit: float, words: bool) -> str:
    values = context.values.tolist()
    titles = [value_text(value, quantity) for value in values]
    colours = [_background(value, quantity, limit) for value in values]
    text = _text(context.tokens, titles, colours, range(context.at, context.at + 1), words)
    return _item(value_text(context.value, quantity), "", text)


def spans_html(
    contexts: Sequence[SpanContext],
    labels: Sequence[str],
    notes: Sequence[str],
    quantity: Quantity,
    units: int,
    words: bool,
) -> str:
    """Write spans with their surroundings as a list, each token in the colour of how many units are on there.

    Parameters
    ----------
    contexts : sequence of SpanContext
        The spans, one for each row.
    labels, notes : sequence of str
        What stands before each of them, and below that in small letters.
    quantity : Quantity
        What units are on in.
    units : int
        The number of units, which has the strongest colour.
    words : bool
        Whether tokens are words, with spaces between.

    Returns
    -------
    str
        HTML, in which the corpus is text and nothing else.
    """
    rows = []
    for context, label, note in zip(contexts, labels, notes, strict=True):
        counts = context.counts.tolist()
        titles = [f"{count} of {units} on" for count in counts]
        colours = [_background(float(count), quantity, float(units)) for count in counts]
        text = _text(context.tokens, titles, colours, range(context.first, context.last + 1), words)
        rows.append(_item(label, note, text))
    return f'{STYLE}<ol class="unit-contexts spans">{"".join(rows)}</ol>'


def _item(label: str, note: str, text: str) -> str:
    """A row: a value with a note, and the text, which is HTML."""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f'<li><span class="value">{escape(label)}{small}</span><span class="text">{text}</span></li>'


def _text(
    tokens: Sequence[str], titles: Sequence[str], colours: Sequence[str], here: Collection[int], words: bool
) -> str:
    """Coloured tokens, some of them in a frame."""
    parts, space = [], " " if words else ""
    for k, (token, title, colour) in enumerate(zip(tokens, titles, colours, strict=True)):
        shown = visible(token) if words or not token.isspace() else ("⏎" if "\n" in token else "\u00a0")
        kind = ' class="here"' if k in here else ""
        parts.append(
            f'<span{kind} style="background:{colour}" title="{escape(f"{visible(token)}: {title}")}">'
            f"{escape(shown)}</span>"
        )
    return space.join(parts)


def _background(value: float, quantity: Quantity, limit: float) -> str:
    share = min(abs(value) / limit, 1.0) if limit > 0 and value == value else 0.0
    if share < CLOSE:
        return "transparent"
    colour = quantity.colour if value >= 0 else negative_colour(quantity.colour)
    return f"rgba({','.join(map(str, rgb(colour)))},{STRONGEST * share:.2f})"
