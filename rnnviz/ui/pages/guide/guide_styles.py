"""The guide's style sheet: the CSS files of this folder, and every quantity's colour from the cells' definitions."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ....cells import CELLS
from ....colours import rgb

COLOURED = '.katex-html [style*="color"]'


@st.cache_resource(show_spinner=False)
def style_element() -> str:
    """The style sheet as an element for `st.html`; colours of symbols are mixed with the text's, to suit any theme."""
    light, dark = (st.get_option(f"theme.{theme}.backgroundColor") for theme in ("light", "dark"))
    rules = [f":root {{ --page: light-dark({light}, {dark}); }}"] if light and dark else []
    rules += [file.read_text() for file in sorted(Path(__file__).parent.glob("*.css"))]
    rules.append(f"{COLOURED} {COLOURED} {{ color: inherit !important; }}".replace(".katex-html", "", 1).strip())
    for cell in CELLS.values():
        for name, quantity in cell.define().by_name.items():
            channels = ", ".join(map(str, rgb(quantity.colour)))
            ink = f"color-mix(in srgb, {quantity.colour} 60%, currentColor)"
            rules.append(f'a:is([href$="light={name}"], [href*="light={name}&"]) {{ --role: {quantity.colour}; }}')
            rules.append(f'.katex-html [style*="rgb({channels})"]:not({COLOURED} *) {{ color: {ink} !important; }}')
    return "<style>" + "\n".join(dict.fromkeys(rules)) + "</style>"
