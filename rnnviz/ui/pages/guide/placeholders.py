"""The placeholders in the guide's Markdown: {{...}} for text of a cell's definition, #term-... for the glossary."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ....cells import CELLS, Definition, Quantity
from ....errors import UnknownNameError
from .glossary import Term, range_in_words

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_TERM_LINK = re.compile(r"\]\(#term-([\w-]+)\)")
_MARKUP = re.compile(r"[\[\]*`$\\]|\(#[^)]*\)")


def fill_placeholders(markdown: str, terms: Mapping[str, Term], definition: Definition | None = None) -> str:
    """Replace placeholders by text of the cells' definitions, and give links to terms their meaning as title.

    Parameters
    ----------
    markdown : str
        Markdown with `{{cell.quantity.what}}`, where `what` is title, symbol, description or range, with
        `{{cell.phase.phase}}` or `{{cell.phase.equations}}`, and with `[...](#term-<slug>)`.
    terms : mapping of str to Term
        The glossary, by slug.
    definition : Definition, optional
        The definition of the cell on the page, in place of that cell's default one; its conventions can differ.

    Returns
    -------
    str
        Markdown without placeholders.

    Raises
    ------
    UnknownNameError
        If no cell has what a placeholder names (kind "placeholder"), or the glossary has no such term (kind "term").
    """

    def with_meaning(match: re.Match[str]) -> str:
        slug = match[1]
        if slug not in terms:
            raise UnknownNameError(f"The glossary has no term “{slug}”.", code="no_term", kind="term", name=slug)
        meaning = _MARKUP.sub("", terms[slug].meaning).replace('"', "”")
        return f'](#term-{slug} "{meaning}")'

    return _TERM_LINK.sub(with_meaning, _PLACEHOLDER.sub(lambda match: _cell_text(match[1], definition), markdown))


def _cell_text(placeholder: str, shown: Definition | None) -> str:
    """The text for "cell.name.what"; `name` is a quantity's or a phase's."""
    cell, _, rest = placeholder.partition(".")
    name, _, what = rest.rpartition(".")
    try:
        definition = shown if shown and shown.name == cell else CELLS[cell].define()
        if what in ("phase", "equations"):
            phase = next(phase for phase in definition.phases if phase.name == name)
            colours = {q.name: q.colour for q in definition.quantities}
            notation = definition.notation(colours)
            lines = [equation.latex(notation) for equation in phase.equations]
            return phase.description if what == "phase" else "\n\n".join(f"$$\n{line}\n$$" for line in lines)
        quantity = definition.by_name[name]
        return {
            "title": quantity.title,
            "symbol": coloured_symbol(quantity),
            "description": quantity.description,
            "range": range_in_words(quantity),
        }[what]
    except (KeyError, StopIteration):
        message = (
            f"No cell has {{{{{placeholder}}}}}; write {{{{cell.quantity.description}}}} (or title, symbol, range) or "
            "{{cell.phase.equations}} (or phase)."
        )
        raise UnknownNameError(message, code="no_placeholder", kind="placeholder", name=placeholder) from None


def coloured_symbol(quantity: Quantity) -> str:
    """A quantity's symbol as mathematics in its colour."""
    return rf"$\textcolor{{{quantity.colour}}}{{{quantity.symbol}}}$"
