"""The instrument in Streamlit: a component that plays a trace in the browser. Moving through time asks no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from ...errors import UnknownNameError
from ...instrument import TokenValues, as_bytes, model_key, saved_page, token_values_data, trace_data, trace_id
from ...instrument.leading_labels import leading_labels
from ...instrument.schema import Payload
from ...instrument.settings_schema import ComparisonData, Notes, RunData
from ...model import Model
from ...trace import Trace
from . import position, served_code
from .page_data import PageData
from .session_keys import CODE_MISSING, DEFINITIONS_SENT, PAGE_REQUESTED, RUNS_SENT, TOKEN_VALUES

__all__ = ["DIFFERENCE", "OTHER", "VIEWS", "TokenValues", "instrument", "reported_position", "slot"]

VIEWS = (
    "answer", "tokens", "transport", "unit", "phases", "diagram", "formula", "notes", "coach", "narration",
    "predictions", "heatmaps", "values", "signal", "whatif", "arithmetic", "formulas", "table",
)  # fmt: skip
OTHER, DIFFERENCE = "other", "difference"  # what slots call the run that is compared, and the second less the first
KEY = "rnnviz_instrument"  # of the component and its state

# Streamlit sends a component's code with every run. The first component fetches it from the server, once; the second
# one brings it along, where the server does not have it or the browser does not get it.
_mount_served = st.components.v2.component(
    f"{KEY}_served",
    html=f'<div class="instrument-place" data-code="{served_code.folder()}"></div>',
    js=served_code.loader(),
)
_mount_inline = st.components.v2.component(
    KEY,
    html='<div class="instrument-place"></div>',
    css=served_code.component_style(),
    js=served_code.component_script(),
)


def instrument(
    trace: Trace,
    model: Model,
    layer: int = 0,
    direction: str = "forward",
    *,
    step: int,
    unit: int | None,
    text: str = "",
    default_text: str | None = None,
    default_step: int | None = None,
    default_unit: int | None = None,
    views: Sequence[str] | None = None,
    on_request: Callable[[dict[str, str]], None] | None = None,
    token_values: Mapping[str, TokenValues] | None = None,
    follow: bool = False,
    editable: bool = False,
    value_word: str = "now",
    notes: Notes | None = None,
    runs: Mapping[str, tuple[Trace, Model]] | None = None,
    comparison: ComparisonData | None = None,
) -> None:
    """Show a trace. The browser starts at a position and keeps it from then on.

    What is the same in every run of a model is sent once; the browser asks again if it has lost it.

    Parameters
    ----------
    trace, model, layer, direction
        What to show.
    step : int
        The step at which the browser starts, counted from 1.
    unit : int or None
        The unit at which it starts; None if none was chosen.
    text : str, default ""
        The text as typed. It goes into the link unless it is the `default_text`.
    default_text : str, optional
        The text of a fresh page. If it is None, the link does not hold the text.
    default_step : int, optional
        The step of a fresh page, counted from 1, which the link leaves out. The default is the last step.
    default_unit : int, optional
        The unit that is shown until one is chosen. The default is the one with the largest effect on the answer, of
        every text anew.
    views : sequence of str, optional
        Which of VIEWS to show. The default is all of them, with "whatif" only if `editable`. Slots show their views in
        any case.
    on_request : callable, optional
        Called before the next run for what has to be computed here. A link in the words of the page requests a "text",
        a "cell" or an option of the cell by name ({"reset": "before"}); the instrument requests an intervention, whose
        text comes as "if".
    token_values : mapping of str to TokenValues, optional
        Values of all tokens, by the names that slots of the view "credit" ask for.
    follow : bool, default False
        Whether the browser reports its position, which runs the page again (see `reported_position`). Play then skips
        the phases.
    editable : bool, default False
        Whether a value can be picked in a heatmap and overridden in the view "whatif".
    value_word : str, default "now"
        What precedes the present value of the one that is picked.
    notes : Notes, optional
        What to say about the run.
    runs : mapping of str to tuple of Trace and Model, optional
        Runs that stand beside this one, under one step: `slot(..., run=name)` shows them. Each is sent once.
    comparison : ComparisonData, optional
        How the run compares step by step with the only one in `runs`, which slots show as OTHER, and both as
        DIFFERENCE. Steps of the instrument are columns then.

    Raises
    ------
    UnknownNameError
        If `views` names a view that does not exist.
    """
    for view in views or ():
        if view not in VIEWS:
            message = f"The instrument has no view {view!r}; it has {', '.join(VIEWS)}."
            raise UnknownNameError(message, kind="view", name=view, allowed=VIEWS)
    known: set[str] = st.session_state.setdefault(DEFINITIONS_SENT, set())
    sent: set[str] = st.session_state.get(RUNS_SENT, set())
    shown: set[str] = set()
    main, beside = trace, [run for run, _ in (runs or {}).values()]
    shared = leading_labels([main, *(run for run in beside if run.labels == main.labels)])

    def encoded(trace: Trace, model: Model, token_values: Mapping[str, TokenValues] | None = None) -> Payload:
        """A run, or its id alone where the browser has it from the run of the page before."""
        key = model_key(model, layer, direction)
        labels = shared if trace.labels == main.labels else leading_labels([trace])
        run = trace_id(trace, key, labels)
        shown.add(run)
        if run in sent:
            values, values_id = token_values_data(trace, token_values)
            return {"id": run, "token_values": values, "token_values_id": values_id}  # type: ignore[typeddict-item]
        data = trace_data(
            trace, model, layer, direction, definition=key not in known, token_values=token_values, labels=labels
        )
        known.add(key)
        return data

    data = encoded(trace, model, token_values)
    others: list[RunData] = [{"name": name, "payload": encoded(*run)} for name, run in (runs or {}).items()]
    st.session_state[RUNS_SENT] = shown
    page_data: PageData = {
        "start": {"step": step - 1, "unit": unit},
        "text": text,
        "views": None if views is None else list(views),
        "follow": follow,
        "editable": editable,
        "value_word": value_word,
        "notes": notes or {"remarks": [], "changes": [], "dimmed": False},
        "default_step": None if default_step is None else default_step - 1,
        "default_unit": default_unit,
        "default_text": default_text,
        "opened_at_position": position.newly_linked(),
        "saved_page": _requested_page(trace, model, layer, direction, text, notes),
        "runs": others,
        "comparison": comparison,
    }
    mount = _mount_served if served_code.is_served() and CODE_MISSING not in st.session_state else _mount_inline
    mount(
        key=KEY,
        data=as_bytes({**data, **page_data}),
        on_missing_code_change=lambda: st.session_state.update({CODE_MISSING: True}),
        on_missing_data_change=_send_everything,
        on_reconnected_change=lambda: None,  # the run itself says what a server that was started again has lost
        on_request_change=lambda: _handle_request(on_request),
        on_position_change=lambda: None,  # makes Streamlit keep the state that `reported_position` reads
    )


def _send_everything() -> None:
    """Send definitions and runs again: the browser has lost some."""
    st.session_state[DEFINITIONS_SENT] = set()
    st.session_state[RUNS_SENT] = set()


def reported_position(trace: Trace, layer: int = 0) -> tuple[int, int | None] | None:
    """The step (from 1) and the chosen unit at which the browser came to rest, if it reported them for this very trace.

    Only an instrument that is followed reports its position. A position outside the trace counts as none.
    """
    state = st.session_state.get(KEY)
    position = state.get("position") if isinstance(state, Mapping) else None
    if not isinstance(position, Mapping) or position.get("fingerprint") != trace.fingerprint:
        return None
    step, unit = position.get("step"), position.get("unit")
    if not isinstance(step, int) or not isinstance(unit, int | None):
        return None
    fits = 1 <= step <= len(trace) and (unit is None or 0 <= unit < trace.units(layer))
    return (step, unit) if fits else None


def slot(view: str, **data: str) -> str:
    """The HTML of a place in the page into which the instrument draws one of its views."""
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f'<div class="rnnviz-slot" data-view="{escape(view)}"{attributes}></div>'


def side_by_side_heatmaps(runs: Mapping[str, str], quantities: Sequence[str]) -> None:
    """Show the same heatmaps of several runs in columns, under one step and one choice of rows.

    Parameters
    ----------
    runs : mapping of str to str
        The heading of each column, by what slots call the run; "" is the main one.
    quantities : sequence of str
        The heatmaps by name, with "prediction" for the probabilities.
    """
    st.html(slot("choices"))
    for column, (name, title) in zip(st.columns(len(runs), gap="small"), runs.items(), strict=True):
        with column:
            st.markdown(f"**{title}**")
            run = {"run": name} if name else {}
            st.html(slot("heatmaps", quantities=",".join(quantities), choices="none", **run))


def _handle_request(on_request: Callable[[dict[str, str]], None] | None) -> None:
    """Pass on what the browser has requested."""
    request = st.session_state[KEY]["request"]
    if request and request.get("save") == "page":
        st.session_state[PAGE_REQUESTED] = request
    elif request and "token_values" in request:
        st.session_state[TOKEN_VALUES] = request["token_values"]
    elif on_request and request:
        on_request({str(key): str(value) for key, value in request.items()})


def _requested_page(
    trace: Trace, model: Model, layer: int, direction: str, text: str, notes: Notes | None
) -> str | None:
    """The view that the browser has requested as a page; None if it has not."""
    view: Mapping[str, Any] | None = st.session_state.pop(PAGE_REQUESTED, None)
    if view is None:
        return None
    phases = {phase.name for phase in trace.definitions[layer].phases}
    return saved_page(
        trace,
        model,
        layer,
        direction,
        step=int(view["step"]),
        unit=int(view["unit"]),
        phase=view["phase"] if view["phase"] in phases else None,
        row_order=view["row_order"],
        all_rows=bool(view["all_rows"]),
        text=text,
        remarks=None if notes is None else notes["remarks"],
    )
