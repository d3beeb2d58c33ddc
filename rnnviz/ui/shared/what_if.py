"""What if: the changes to a run, which are in the session and in the link, and the controls that add one."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ...analysis import experiments, forgetting_intervention
from ...cells import Definition
from ...interventions import Intervention, describe, parse
from ...text.tokens import visible
from . import lesson_link, notices
from .link_parameters import CHANGES
from .session_keys import FORGET_AT, WHAT_IF_CHIPS

GRAMMAR = """One change per entry. Steps are those of your text.

- `forget=1` holds a gate of every unit at every step; `forget.3,5-7@2-9=0.5` holds it for units 3, 5, 6 and 7 at
  steps 2 to 9
- `cell.4@3=-2` sets a state; `zero.4` silences a unit; `freeze.4@6-9` keeps its states as they were
- `swap@3=x` reads another token at step 3. Where a step is numbers, it reads others: `swap@3=0.5 -1`,
  `swap@3=noise(seed=1, steps=1)`. `remove@3` leaves the step out
- `:1b` after the units and steps means layer 2, backward; here layers count from 0
"""


def changes() -> tuple[Intervention, ...]:
    """The present changes, whether or not they are possible for the present model and text."""
    CHANGES.restore()
    return CHANGES.value


def save() -> None:
    """Keep the changes in the link of the page."""
    CHANGES.restore()
    CHANGES.save()


def add(new: Intervention) -> None:
    """Add a change, in place of an earlier one of the same quantity, units and steps; for a callback."""
    _set([*(change for change in changes() if _target(change) != _target(new)), new])


def apply_requested(request: dict[str, str]) -> None:
    """Add the change that the instrument's form sends, or take one back; for a callback."""
    if CHANGES.name in request:
        try:
            add(parse(request[CHANGES.name]))
        except ValueError as error:
            notices.add("what-if", str(error))
    if "without" in request:
        _set(change for change in changes() if str(change) != request["without"])


def menu(definition: Definition, tokens: list[str]) -> None:
    """The controls behind a button, for a page about something else; tokens: those of the text as typed."""
    if not lesson_link.shows("whatif"):
        return
    popover = st.popover("What if …", icon=":material/science:", key="what-if-menu", on_change="rerun")
    if not popover.open:
        return
    with popover:
        experiment_buttons(definition, tokens)
        chips(definition)
        st.caption("Or click a cell of a heatmap and set its value under “What if” below the instrument.")
        st.page_link(
            "pages/memory.py",
            label="Before and after",
            icon=":material/compare_arrows:",
            query_params={"question": "changes"},
        )


def chips(definition: Definition) -> None:
    """The present changes, which can be removed one by one or all at once, and a box to type another."""
    st.session_state[WHAT_IF_CHIPS] = list(changes())
    st.multiselect(
        "What if …",
        list(changes()),
        key=WHAT_IF_CHIPS,
        accept_new_options=True,
        format_func=lambda change: describe(change, definition),
        placeholder="Nothing is changed. Choose an experiment, or type a change, such as forget.3@2-9=0.5",
        help=GRAMMAR,
        on_change=_read_chips,
    )


def experiment_buttons(definition: Definition, tokens: list[str]) -> None:
    """The ready-made experiments on this cell, a button each."""
    with st.container(horizontal=True):
        for experiment in experiments(definition):
            st.button(
                experiment.title,
                key=f"experiment-{experiment.intervention}",
                help=experiment.description,
                on_click=add,
                args=(experiment.intervention,),
            )
        st.menu_button(
            "Forget at a token",
            range(1, len(tokens) + 1),
            format_func=lambda step: f"{step} · {visible(tokens[step - 1])}",
            key=FORGET_AT,
            help="Drops the past at this one step: from the state that a gate carries on or, without such a gate, "
            "from all states. Gates and candidate at this step still see the hidden state before it.",
            on_click=lambda: add(forgetting_intervention(definition, st.session_state[FORGET_AT])),
        )


def _read_chips() -> None:
    """Take over the chips as they are now. Typed ones that cannot be read are reported and left out."""
    chosen: list[Intervention] = []
    for chip in st.session_state[WHAT_IF_CHIPS]:
        try:
            chosen.append(parse(_tidied(chip)) if isinstance(chip, str) else chip)
        except ValueError as error:
            notices.add("what-if", str(error))
    _set(chosen)


def _set(chosen: Iterable[Intervention]) -> None:
    CHANGES.set(tuple(dict.fromkeys(chosen)))


def _tidied(text: str) -> str:
    """Typed text without capitals, and without spaces before the value: " Forget = 1" becomes "forget=1"."""
    place, equals, value = text.strip().partition("=")
    head = place.replace(" ", "").lower()
    return head + equals + (value if head.startswith("swap") else value.strip())


def _target(change: Intervention) -> str:
    """What a change acts on, without the value that it puts there."""
    return str(change).partition("=")[0]
