"""What stands in the place of {{...}} in the guide's words, and the explanation that a term carries along."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ....cells import CELLS, Definition, Quantity
from .glossary import Term, range_of

_PLACE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_TERM = re.compile(r"\]\(#term-([\w-]+)\)")


def filled(markdown: str, terms: Mapping[str, Term], shown: Definition | None = None) -> str:
    """Markdown with the words of the cells' definitions put in, and each term's meaning as its link's title.

    shown: the definition of the cell on the page, whose conventions may not be the usual ones.
    Raises ValueError for a place or a term that does not exist.
    """

    def explained(match: re.Match[str]) -> str:
        if match[1] not in terms:
            raise ValueError(f"the glossary has no term “{match[1]}”")
        says = re.sub(r"[\[\]*`$\\]|\(#[^)]*\)", "", terms[match[1]].says).replace('"', "”")
        return f'](#term-{match[1]} "{says}")'

    return _TERM.sub(explained, _PLACE.sub(lambda match: _said(match[1], shown), markdown))


def _said(place: str, shown: Definition | None) -> str:
    """{{cell.name.what}}: of a quantity its title, symbol, says or range; of a phase its sentence or equations."""
    cell, _, rest = place.partition(".")
    name, _, what = rest.rpartition(".")
    try:
        definition = shown if shown and shown.name == cell else CELLS[cell].define()
        if what in ("phase", "equations"):
            phase = next(phase for phase in definition.phases if phase.name == name)
            colours = {q.name: q.colour for q in definition.quantities}
            lines = phase.latex(definition.by_name, colours)
            return phase.description if what == "phase" else "\n\n".join(f"$$\n{line}\n$$" for line in lines)
        quantity = definition.by_name[name]
        return {
            "title": quantity.title,
            "symbol": symbol(quantity),
            "says": quantity.description,
            "range": range_of(quantity),
        }[what]
    except (KeyError, StopIteration):
        raise ValueError(
            f"{{{{{place}}}}} is nothing a cell says; it is written {{{{cell.quantity.says}}}} (or title, symbol, "
            f"range) or {{{{cell.phase.equations}}}} (or phase)"
        ) from None


def symbol(quantity: Quantity) -> str:
    """A quantity's symbol as coloured mathematics."""
    return rf"$\textcolor{{{quantity.colour}}}{{{quantity.symbol}}}$"
