"""A teacher's link: the parameter `hide` names the controls that a lesson does not need.

It stays in force for the whole session, from page to page, and in every link copied from it.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from . import link_state
from .instrument import slot

PARTS = {
    "typing": "the text box and its examples",
    "model": "the choice of model and cell",
    "questions": "the questions of the guide",
    "tabs": "the choice of question on the Memory and Compare pages",
    "whatif": "the ways to change a run",
    "training": "the settings of a training",
    "verify": "the check against a framework on the Models page",
    "explore": "the way from the guide to Explore",
    "downloads": "the downloads",
    "about": "what is known of the model",
    "navigation": "the menu of pages",
    "link": "this maker of links",
}


def hidden() -> set[str]:
    """The parts that the link hides. A part that does not exist is said to the user once, and left out."""
    state = st.session_state
    asked = st.query_params.get("hide", "").split(",") if "hide" in st.query_params else None
    if asked is not None and asked != state.get("hidden"):
        state["hidden"] = asked
        for name in asked:
            if name and name not in PARTS:
                link_state.notice(f"The link asks to hide “{name}”; what can be hidden: {', '.join(PARTS)}.")
    return {name for name in state.get("hidden", []) if name in PARTS}


def shows(part: str) -> bool:
    """Whether a page shows a part of `PARTS`."""
    return part not in hidden()


def keep() -> None:
    """Keep what is hidden in the page's link, which a change of page empties."""
    link_state.keep("hide", ",".join(sorted(hidden())), "")


def maker(stepping: bool = False) -> None:
    """A menu that makes such a link to the present view. stepping: whether an instrument knows the step."""
    keep()
    if not shows("link"):
        return
    menu = st.popover("Link for a lesson", icon=":material/school:", key="lesson", on_change="rerun")
    if not menu.open:
        return
    with menu:
        st.caption("Whoever opens this link sees this very view, without the controls that the lesson does not need.")
        chosen = st.pills("Hide", list(PARTS), selection_mode="multi", key="hide", help=_explained())
        hide = ",".join(sorted(chosen))
        if stepping:
            st.html(slot("link", hide=hide))
            return
        here = {name: value for name, value in st.query_params.to_dict().items() if name != "hide"}
        query = urlencode(here | ({"hide": hide} if hide else {}))
        st.code(f"{(st.context.url or '').split('?')[0]}{'?' * bool(query)}{query}", language=None, wrap_lines=True)


def _explained() -> str:
    return "\n".join(f"- **{name}**: {what}" for name, what in PARTS.items())
