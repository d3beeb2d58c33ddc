"""Links for lessons: the parameter `hide` names the controls that a lesson does not need.

It applies to the whole session, on every page, and is part of every link copied from it.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from . import link_state, notices
from .instrument import slot
from .link_parameters import HIDE
from .session_keys import HIDDEN

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
    if HIDE.text is not None and (names := HIDE.read()) != state.get(HIDDEN):
        state[HIDDEN] = names
        for name in names:
            if name not in PARTS:
                notices.add(
                    f"hide-{name}", f"The link hides “{name}”, which does not exist. Choose from {', '.join(PARTS)}."
                )
    return sorted(name for name in state.get(HIDDEN, []) if name in PARTS)


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
