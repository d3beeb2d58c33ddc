"""The glossary: each term once, those of the cells from their definitions, the others from glossary.md."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from ....cells import CELLS, Definition, Quantity
from ....number_format import with_minus_signs


@dataclass(frozen=True)
class Term:
    """A term and its meaning; `uses` has the quantities of this name, each with the title of its cell."""

    name: str
    meaning: str
    uses: tuple[tuple[str, Quantity], ...] = ()

    @property
    def slug(self) -> str:
        """The term as links write it."""
        return term_slug(self.name)


def term_slug(name: str) -> str:
    """A term as links write it: "hidden-state" for "Hidden state"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def load_terms(file: Path) -> dict[str, Term]:
    """Collect all terms.

    Parameters
    ----------
    file : Path
        A Markdown file with a heading `## term` before each meaning.

    Returns
    -------
    dict of str to Term
        The file's terms and those of all offered cells, by slug, in alphabetical order.
    """
    terms = cell_terms(cell.define() for cell in CELLS.values() if cell.offered)
    for entry in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, meaning = entry.partition("\n")
        terms[term_slug(name)] = Term(name.strip(), " ".join(meaning.split()))
    return dict(sorted(terms.items()))


def cell_terms(definitions: Iterable[Definition]) -> dict[str, Term]:
    """The quantities of cells as terms, by slug, in the order of computation."""
    terms: dict[str, Term] = {}
    for definition in definitions:
        for quantity in definition.by_name.values():
            term = terms.get(term_slug(quantity.title), Term(quantity.title, quantity.description))
            terms[term.slug] = replace(term, uses=(*term.uses, (definition.title, quantity)))
    return terms


def terms_html(terms: Iterable[Term]) -> str:
    """Terms as an HTML list: each with an anchor (term-<slug>), its symbol in its colour, its meaning and range."""
    entries = []
    for term in terms:
        symbols = dict.fromkeys((quantity.symbol, quantity.colour) for _, quantity in term.uses)
        marks = "".join(f'<b style="--role: {colour}">{escape(symbol)}</b>' for symbol, colour in symbols)
        use = f"<small>{escape(_cells_and_range(term))}</small>" if term.uses else ""
        entry = f"<dt>{marks}{escape(term.name)}</dt><dd>{escape(_full_meaning(term))}{use}</dd>"
        entries.append(f'<div class="term" id="term-{term.slug}">{entry}</div>')
    return f'<dl class="terms">{"".join(entries)}</dl>'


def _full_meaning(term: Term) -> str:
    """A term's meaning; where cells describe it differently, the description of each."""
    cells_by_meaning: dict[str, list[str]] = {}
    for cell, quantity in term.uses:
        cells_by_meaning.setdefault(quantity.description, []).append(cell)
    if len(cells_by_meaning) < 2:
        return term.meaning
    return " ".join(f"{', '.join(cells)}: {meaning}" for meaning, cells in cells_by_meaning.items())


def _cells_and_range(term: Term) -> str:
    """The cells that have a quantity, and its range, as a sentence."""
    *cells, last = dict.fromkeys(cell for cell, _ in term.uses)
    listed = f"{', '.join(cells)} and {last}" if cells else last
    return f"In the {listed}, {range_in_words(term.uses[0][1])}."


def range_in_words(quantity: Quantity) -> str:
    """The bounds of a quantity's values: "between 0 and 1"."""
    if quantity.bounded:
        return with_minus_signs(f"between {quantity.low:g} and {quantity.high:g}")
    return with_minus_signs(f"at least {quantity.low:g}") if math.isfinite(quantity.low) else "any number"
