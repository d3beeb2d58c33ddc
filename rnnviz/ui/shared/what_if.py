"""What if: the changes to a run, which are in the session and in the link, and the controls that add one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import streamlit as st

from ...analysis import difference, experiments, forgetting_intervention
from ...cells import Definition
from ...interventions import Intervention, PreparedText, describe, parse, prepare_text
from ...model import Model
from ...network import States, predicted
from ...number_format import short_number
from ...text.tokens import Encoding, visible
from ...trace import Trace
from . import lesson_link, notices
from .link_parameters import CHANGES, few_enough
from .markdown import percent, plain, prediction
from .session_keys import FORGET_AT, WHAT_IF_CHIPS, WHAT_IF_MENUS

MOST_VALUES = 4  # columns of outputs in the table of experiments
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


def menu(
    model: Model, typed: Encoding | None, initial: States | None = None, more: Callable[[], None] | None = None
) -> None:
    """The controls behind a button, for a page about something else; typed: the text without changes.

    The menu closes when something is changed, so that the figure that it changed comes into view. initial: the states
    that the page's run starts from; more: draws further controls.
    """
    if not lesson_link.shows("whatif"):
        return
    definition = model.definition
    menus = st.session_state.get(WHAT_IF_MENUS, 0)  # another key is another menu, which is closed
    popover = st.popover("What if …", icon=":material/science:", key=f"what-if-menu-{menus}", on_change="rerun")
    if not popover.open:
        return
    with popover:
        experiment_buttons(definition, typed.tokens if typed else [])
        chips(*model.definitions)
        if typed is not None and model.network.readout_weight is not None and experiments(definition):
            experiment_table(model, typed, model.run(PreparedText(typed, typed, {}), initial=initial))
        if more is not None:
            more()
        st.caption("Or click a cell of a heatmap and set its value under “What if” below the instrument.")
        st.page_link(
            "pages/memory.py",
            label="Before and after",
            icon=":material/compare_arrows:",
            query_params={"question": "changes"},
        )


def experiment_table(model: Model, typed: Encoding, unchanged: Trace) -> None:
    """What a text ends on in each experiment, and how much of the last prediction's probability moves.

    Of a model that gives values, the values of the outputs that change most.
    """
    runs: dict[str, Trace] = {"no change": unchanged}
    for experiment in experiments(model.definition):
        prepared = prepare_text(typed, [experiment.intervention], model.vocabulary, model.network, skip_invalid=True)
        runs[experiment.title] = model.run(prepared, initial=unchanged.start)
    if unchanged.probabilities is None:
        st.table({"experiment": list(runs), **_last_values(list(runs.values()))})
        return
    st.table(
        {
            "experiment": list(runs),
            "last prediction": [prediction(*last_prediction(trace)) for trace in runs.values()],
            "probability moved": ["", *(percent(_moved(unchanged, trace)) for trace in [*runs.values()][1:])],
        }
    )


def _last_values(runs: list[Trace]) -> dict[str, list[str]]:
    """By heading, the last values of the outputs that the runs change most; the first run is the unchanged one."""
    answers = np.stack([trace.answer for trace in runs if trace.answer is not None]).astype(np.float64)
    change = np.nan_to_num(np.abs(answers - answers[0])).max(0)
    columns = sorted(np.argsort(-change, kind="stable")[:MOST_VALUES].tolist())
    if answers.shape[1] == 1:
        return {"last output": [short_number(float(row[0])) for row in answers]}
    labels = runs[0].labels
    return {
        f"last output, {plain(visible(labels[k]))}": [short_number(float(row[k])) for row in answers] for k in columns
    }


def last_prediction(trace: Trace) -> tuple[str, float]:
    """The label and the probability of the prediction at the end."""
    assert trace.probabilities is not None
    return predicted(trace.labels, trace.probabilities[-1])


def _moved(before: Trace, after: Trace) -> float:
    """The share of the last prediction's probability that moved to other labels."""
    change = difference(before, after).change
    assert change is not None
    return float(change[-1])


def chips(*definitions: Definition) -> None:
    """The present changes, which can be removed one by one or all at once, and a box to type another."""
    st.session_state[WHAT_IF_CHIPS] = list(changes())
    st.multiselect(
        "What if …",
        list(changes()),
        key=WHAT_IF_CHIPS,
        accept_new_options=True,
        format_func=lambda change: describe(change, *definitions),
        placeholder="Nothing is changed. Choose an experiment, or type a change, such as forget.3@2-9=0.5",
        help=GRAMMAR,
        on_change=_read_chips,
    )


def experiment_buttons(definition: Definition, tokens: list[str]) -> None:
    """The ready-made experiments on the cell of the first layer, a button each."""
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
            "Forget at a step",
            range(1, len(tokens) + 1),
            format_func=lambda step: plain(f"{step} · {visible(tokens[step - 1])}"),
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
    CHANGES.set(few_enough(chosen))
    st.session_state[WHAT_IF_MENUS] = st.session_state.get(WHAT_IF_MENUS, 0) + 1


def _tidied(text: str) -> str:
    """Typed text without capitals, and without spaces before the value: " Forget = 1" becomes "forget=1"."""
    place, equals, value = text.strip().partition("=")
    head = place.replace(" ", "").lower()
    return head + equals + (value if head.startswith("swap") else value.strip())


def _target(change: Intervention) -> str:
    """What a change acts on, without the value that it puts there."""
    return str(change).partition("=")[0]
