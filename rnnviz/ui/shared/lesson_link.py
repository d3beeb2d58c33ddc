"""Links for lessons: the parameter `hide` names the controls that a lesson does not need.

It applies to the whole session, on every page, and is part of every link copied from it.
"""

from __future__ import annotations

import streamlit as st

from ...wording import printable
from . import notices
from .link_parameters import HIDE
from .markdown import series
from .session_keys import HIDDEN, HIDE_READ

NAME, NAMES = 40, 3  # characters and number of unknown names that a message repeats

# The parts by the name that a link has for them, and what the menu calls them, where they are.
PART_GROUPS = {
    "To change the view": {
        "typing": "Text box and examples",
        "model": "Model and cell",
        "whatif": "What-if",
        "tabs": "Questions of Memory and Compare",
    },
    "To go elsewhere": {
        "navigation": "Page menu",
        "explore": "Links from the guide to Explore",
        "downloads": "Save menu",
        "link": "Share button",
    },
    "In the guide": {
        "questions": "Questions",
        "class": "Ask the class",
    },
    "On other pages": {
        "about": "About the model",
        "training": "Training settings",
        "verify": "Verify against your framework",
    },
}
PARTS = {name: words for group in PART_GROUPS.values() for name, words in group.items()}


def hidden() -> list[str]:
    """The parts that the link hides, in alphabetical order. Unknown ones are reported once and ignored."""
    state = st.session_state
    if (text := HIDE.text) is not None and text != state.get(HIDE_READ):
        state[HIDE_READ] = text
        names = set(HIDE.read())
        state[HIDDEN] = sorted(names & set(PARTS))
        if unknown := sorted(names - set(PARTS)):
            listed = series([f"“{printable(name, NAME)}”" for name in unknown[:NAMES]])
            others = f" and {len(unknown) - NAMES:,} more names" if len(unknown) > NAMES else ""
            verb = "do" if len(unknown) > 1 else "does"
            notices.add(
                "hide", f"The link hides {listed}{others}, which {verb} not exist. Choose from {', '.join(PARTS)}."
            )
    hidden_parts: list[str] = state.get(HIDDEN, [])
    return hidden_parts


def shows(part: str) -> bool:
    """Whether a page shows a part of `PARTS`."""
    return part not in hidden()


def save() -> None:
    """Keep the hidden parts in the link of the page."""
    HIDE.write(hidden())
