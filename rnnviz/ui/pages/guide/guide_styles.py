"""The guide's style sheets: the CSS files of this folder, and the colours of symbols and links."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ....cells import CELLS, Definition
from ....cells.equation_roles import ROLE_COLOURS
from ....colours import TEXT_SHARE, rgb
from ...shared.catalogue import CELL_ORDER

COLOURED = '.katex-html [style*="color"]'


@st.cache_resource(show_spinner=False)
def style_element() -> str:
    """The style sheet as an element for `st.html`; colours of symbols are mixed with the text's, to suit any theme."""
    rules = [_theme_colour("--page", "backgroundColor"), _theme_colour("--primary", "primaryColor")]
    rules += [file.read_text() for file in sorted(Path(__file__).parent.glob("*.css"))]
    rules.append(f"{COLOURED} {COLOURED} {{ color: inherit !important; }}".replace(".katex-html", "", 1).strip())
    for colour in ROLE_COLOURS.values():
        channels = ", ".join(map(str, rgb(colour)))
        ink = f"color-mix(in srgb, {colour} {TEXT_SHARE}%, currentColor)"
        rules.append(f'.katex-html [style*="rgb({channels})"]:not({COLOURED} *) {{ color: {ink} !important; }}')
    return "<style>" + "\n".join(rules) + "</style>"


def _theme_colour(name: str, option: str) -> str:
    """A colour of the app's theme as a property of the page; no rule where the theme has none of its own."""
    light, dark = (st.get_option(f"theme.{theme}.{option}") for theme in ("light", "dark"))
    return f":root {{ {name}: light-dark({light}, {dark}); }}" if light and dark else ""


def link_style_element(shown: Definition | None) -> str:
    """The colours of links to quantities: those of the cell on the page, and of the guide's cells for all others."""
    definitions = [CELLS[cell].define() for cell in CELL_ORDER] + ([] if shown is None else [shown])
    colours = {name: q.colour for definition in definitions for name, q in definition.by_name.items()}
    rules = (
        f'a:is([href$="light={name}"], [href*="light={name}&"]) {{ --role: {colour}; }}'
        for name, colour in colours.items()
    )
    return "<style>" + "\n".join(rules) + "</style>"
