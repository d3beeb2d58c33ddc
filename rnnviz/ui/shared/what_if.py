"""What if: the interventions that are in force, kept for the session and in the link, and the ways to add one."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ...analysis import experiments, forget_at
from ...cells import Definition
from ...interventions import Intervention, apply_interventions, describe, format_all, parse, parse_all
from ...model import Model
from ...text.tokens import visible
from . import lesson_link, link_state
from .link_state import plain
from .text_box import TOKENS

PARAMETER = "if"
_CHIPS = "what-if"
GRAMMAR = """One change each, at steps of your text:

- `forget=1` holds a gate of every unit at every step; `forget.3,5-7@2-9=0.5` of units 3, 5, 6, 7 at steps 2 to 9
- `cell.4@3=-2` sets a state; `zero.4` silences a unit; `freeze.4@6-9` keeps its states as they were
- `swap@3=x` reads another token at step 3, or, where a step is numbers, others: `swap@3=0.5 -1`,
  `swap@3=noise(seed=1, steps=1)`; `remove@3` none
- `:1b` after the place means the second layer, backward
"""


def listed() -> list[Intervention]:
    """The interventions in force, whether or not they make sense for the present model and text."""
    state = st.session_state
    if "interventions" not in state:
        state["interventions"] = []
        try:
            state["interventions"] = _texts(parse_all(st.query_params.get(PARAMETER, "")))
        except ValueError as error:
            link_state.notice(f"The link asks for a change that cannot be read: {error}")
    return [parse(text) for text in state["interventions"]]


def keep() -> None:
    """Keep the interventions in the page's link, which a change of page empties."""
    link_state.keep(PARAMETER, format_all(listed()), "")


def add(text: str) -> None:
    """Put another intervention into force, in place of one that is about the very same. If the text is none, say so."""
    try:
        new = parse(text)
    except ValueError as error:
        link_state.notice(str(error))
        return
    st.session_state["interventions"] = _texts([*(one for one in listed() if _about(one) != _about(new)), new])


def applied(model: Model, text: str) -> tuple[Intervention, ...]:
    """Those in force that make sense here. Why another one does not is said on the page; it stays for other texts."""
    found: list[Intervention] = []
    reasons: list[str] = []
    asked = listed()
    if not asked:
        return ()
    try:
        reading = model.vocabulary.encode(text, TOKENS)
    except ValueError:
        return ()  # nothing is read at all, which `reading.read` says
    for one in asked:
        try:
            apply_interventions(reading, [*found, one], model.vocabulary, model.network)
            found.append(one)
        except ValueError as error:
            reasons.append(plain(str(error)))
    if reasons:
        st.warning(
            reasons[0] if len(reasons) == 1 else "\n".join(f"- {one}" for one in reasons), icon=":material/block:"
        )
    return tuple(found)


def menu(model: Model, text: str) -> None:
    """The experiments behind a button, for a page that is about something else."""
    if not lesson_link.shows("whatif"):
        return
    opened = st.popover("What if …", icon=":material/science:", key="what-if-menu", on_change="rerun")
    if not opened.open:
        return
    with opened:
        try:
            tokens = model.vocabulary.encode(text, TOKENS).tokens
        except ValueError:
            tokens = []
        choices(model.definition, tokens)
        if not listed():
            chips(model.definition)
        st.caption("Or click a cell of a heatmap, and set it under “What if” below the instrument.")


def bar(model: Model, text: str) -> tuple[Intervention, ...]:
    """What is in force on such a page, if anything is. Returns what can be applied."""
    if listed():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if lesson_link.shows("whatif"):
                chips(model.definition)
            st.page_link(
                "pages/memory.py",
                label="Before and after",
                icon=":material/compare_arrows:",
                query_params={"question": "changes"},
            )
    return applied(model, text)


def chips(definition: Definition) -> None:
    """What is in force, to be taken out one by one or all at once; typed text adds to it."""
    state = st.session_state
    state[_CHIPS] = state["interventions"] = _texts(listed())
    st.multiselect(
        "What if …",
        state["interventions"],
        key=_CHIPS,
        accept_new_options=True,
        format_func=lambda text: describe(parse(text), definition),
        placeholder="Nothing is changed. Choose an experiment, or type a change, such as forget.3@2-9=0.5",
        help=GRAMMAR,
        on_change=_typed,
    )


def choices(definition: Definition, tokens: list[str]) -> None:
    """The ready-made experiments on this cell, a button each."""
    with st.container(horizontal=True):
        for experiment in experiments(definition):
            st.button(
                experiment.title,
                key=f"experiment-{experiment.intervention}",
                help=experiment.says,
                on_click=add,
                args=(str(experiment.intervention),),
            )
        st.menu_button(
            "Forget at a token",
            range(1, len(tokens) + 1),
            format_func=lambda step: f"{step} · {visible(tokens[step - 1])}",
            key="forget-at",
            help="At this one step the past is dropped: from the state that a gate carries on, or, without one, "
            "from all states. What a gate or a candidate computes there still knows the hidden state before.",
            on_click=lambda: add(str(forget_at(definition, st.session_state["forget-at"]))),
        )


def asked(request: dict[str, str]) -> None:
    """What the instrument's form sends."""
    if PARAMETER in request:
        add(request[PARAMETER])


def _typed() -> None:
    """Take what the chips hold now; what was typed there and cannot be read is said, and left out."""
    found = []
    for text in st.session_state[_CHIPS]:
        try:
            found.append(parse(_tidied(text)))
        except ValueError as error:
            link_state.notice(str(error))
    st.session_state["interventions"] = _texts(found)


def _tidied(text: str) -> str:
    """Typed text without the capitals and blanks that a person may put before a value: " Forget = 1"."""
    place, equals, value = text.strip().partition("=")
    head = place.replace(" ", "").lower()
    return head + equals + (value if head.startswith("swap") else value.strip())


def _about(one: Intervention) -> str:
    """What an intervention is about, without what it puts there."""
    return str(one).partition("=")[0]


def _texts(interventions: Iterable[Intervention]) -> list[str]:
    return list(dict.fromkeys(str(one) for one in interventions))
