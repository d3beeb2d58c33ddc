"""The words of the field, each said once: a cell's own from its definition, the rest from glossary.md."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from ....cells import CELLS, Definition, Quantity


@dataclass(frozen=True)
class Term:
    """A term and what it means. `uses`: the quantities that go by this name, with the titles of their cells."""

    name: str
    says: str
    uses: tuple[tuple[str, Quantity], ...] = ()

    @property
    def slug(self) -> str:
        return slug(self.name)


def slug(name: str) -> str:
    """A term as a link writes it: "Hidden state" as "hidden-state"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def terms(file: Path) -> dict[str, Term]:
    """All terms by slug, in alphabetical order: of all cells, and those of a file with `## term` and its words."""
    found = of_cells(cell.define() for cell in CELLS.values() if cell.offered)
    for entry in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, says = entry.partition("\n")
        found[slug(name)] = Term(name.strip(), " ".join(says.split()))
    return dict(sorted(found.items()))


def of_cells(definitions: Iterable[Definition]) -> dict[str, Term]:
    """The quantities of cells as terms, by slug, in the order of computation."""
    found: dict[str, Term] = {}
    for definition in definitions:
        for quantity in definition.by_name.values():
            known = found.get(slug(quantity.title), Term(quantity.title, quantity.description))
            found[known.slug] = replace(known, uses=(*known.uses, (definition.title, quantity)))
    return found


def listed(terms: Iterable[Term]) -> str:
    """Terms as a list in HTML: each with an anchor (term-<slug>), its symbol in its colour, its range and meaning."""
    entries = []
    for term in terms:
        symbols = dict.fromkeys((quantity.symbol, quantity.colour) for _, quantity in term.uses)
        marks = "".join(f'<b style="--role: {colour}">{escape(sign)}</b>' for sign, colour in symbols)
        where = f"<small>{escape(_where(term))}</small>" if term.uses else ""
        words = f"<dt>{marks}{escape(term.name)}</dt><dd>{escape(_told(term))}{where}</dd>"
        entries.append(f'<div class="term" id="term-{term.slug}">{words}</div>')
    return f'<dl class="terms">{"".join(entries)}</dl>'


def _told(term: Term) -> str:
    """What a term means; where cells say it in different words, those of each."""
    said: dict[str, list[str]] = {}
    for cell, quantity in term.uses:
        said.setdefault(quantity.description, []).append(cell)
    if len(said) < 2:
        return term.says
    return " ".join(f"{', '.join(cells)}: {says}" for says, cells in said.items())


def _where(term: Term) -> str:
    """The cells that have a quantity, and its range, as a sentence."""
    *cells, last = dict.fromkeys(cell for cell, _ in term.uses)
    named = f"{', '.join(cells)} and {last}" if cells else last
    return f"In the {named}, {range_of(term.uses[0][1])}."


def range_of(quantity: Quantity) -> str:
    """The bounds of a quantity's values in words."""
    if quantity.bounded:
        return f"between {quantity.low:g} and {quantity.high:g}".replace("-", "−")
    return f"at least {quantity.low:g}".replace("-", "−") if math.isfinite(quantity.low) else "any number"
