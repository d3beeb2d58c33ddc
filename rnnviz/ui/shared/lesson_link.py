"""Links for lessons: the parameter `hide` names the controls that a lesson does not need.

It applies to the whole session, on every page, and is part of every link copied from it.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from ...wording import printable
from . import link_state, notices
from .instrument import slot
from .link_parameters import HIDE
from .markdown import series
from .session_keys import HIDDEN, HIDE_READ

NAME, NAMES = 40, 3  # characters and number of unknown names that a message repeats

PARTS = {
    "typing": "the text box and its examples",
    "model": "the choice of model and cell",
    "questions": "the questions in the guide",
    "tabs": "the choice of question on the Memory and Compare pages",
    "whatif": "the controls that change a run",
    "training": "the training settings",
    "verify": "the check against a framework on the Models page",
    "explore": "the links from the guide to Explore",
    "downloads": "the downloads",
    "about": "the model card",
    "navigation": "the menu of pages",
    "link": "this menu",
}


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


def menu(stepping: bool = False) -> None:
    """A menu that makes a link to the present view. stepping: whether the page has an instrument, with a position."""
    save()
    if not shows("link"):
        return
    popover = st.popover("Share", icon=":material/share:", key="lesson", on_change="rerun")
    if not popover.open:
        return
    with popover:
        st.caption("This link opens the present view, without the controls that you hide.")
        chosen = st.pills("Hide", list(PARTS), selection_mode="multi", key="hide", help=_parts_in_words())
        hide = ",".join(sorted(chosen))
        if stepping:
            st.html(slot("link", hide=hide))
            return
        parameters = link_state.all_parameters() | {HIDE.name: hide}
        query = urlencode({name: text for name, text in parameters.items() if name != HIDE.name or text})
        st.code(f"{(st.context.url or '').split('?')[0]}{'?' * bool(query)}{query}", language=None, wrap_lines=True)


def _parts_in_words() -> str:
    return "\n".join(f"- **{name}**: {what}" for name, what in PARTS.items())
