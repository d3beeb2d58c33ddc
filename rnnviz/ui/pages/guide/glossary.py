"""The glossary: each term once, those of the cells from their definitions, the others from glossary.md."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from ....cells import CELLS, Cell, Definition, Quantity
from ....number_format import with_minus_signs
from ...shared.catalogue import CELL_ORDER


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
        The file's terms and those of the guide's cells, by slug, in alphabetical order.
    """
    terms = cell_terms(CELLS[name].define() for name in CELL_ORDER)
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


def cells_html(cells: Iterable[type[Cell]], terms: Mapping[str, Term]) -> str:
    """Cells as an HTML list: what each is, and those of its quantities that `terms` do not describe as they are."""
    entries = []
    for cell in cells:
        usual, lines = [], []
        for quantity in cell.define().quantities:
            words = _other_words(quantity, terms.get(term_slug(quantity.title)))
            symbol = f'<b style="--role: {quantity.colour}">{escape(quantity.symbol)}</b>'
            if words:
                lines.append(f"<p>{symbol}{escape(quantity.title)}: {escape(words)}</p>")
            else:
                usual.append(symbol)
        as_above = f"<small>{''.join(usual)}as above</small>" if usual else ""
        reference = f" <small>{escape(cell.reference)}</small>" if cell.reference else ""
        meaning = f"{escape(cell.summary)}{''.join(lines)}{as_above}"
        entries.append(f'<div class="term"><dt>{escape(cell.title)}{reference}</dt><dd>{meaning}</dd></div>')
    return f'<dl class="terms">{"".join(entries)}</dl>'


def _other_words(quantity: Quantity, term: Term | None) -> str:
    """What a quantity is, as far as it is not what a term says it is in one of its cells."""
    uses = [used for _, used in term.uses] if term else []
    words = [] if any(used.description == quantity.description for used in uses) else [quantity.description]
    size = range_in_words(quantity)
    if not any(range_in_words(used) == size for used in uses) and quantity.role != "candidate":
        words.append(f"{size.capitalize()}.")
    return " ".join(words)


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
