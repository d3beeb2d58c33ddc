"""A trace: the instrument, and on demand all units as a figure."""

from __future__ import annotations

import streamlit as st

from ....analysis import attribution_over_time
from ....colours import PREDICTION, symmetric_limit
from ....errors import InterventionError
from ....instrument.settings_schema import Notes
from ....model import Model
from ....text.read_words import read_words
from ....trace import Trace
from ...shared import charts, lesson_link, position, what_if
from ...shared.catalogue import TaskModels
from ...shared.instrument import TokenValues, instrument
from ...shared.long_work import Progress, cached, stoppable
from ...shared.session_keys import TOKEN_VALUES

ATTRIBUTION = "attribution"  # the name of the values in the instrument


def show(task: TaskModels, text: str, trace: Trace, model: Model, layer: int, direction: str, notes: Notes) -> None:
    """Show the instrument, and below it the figure, which is drawn only when it is opened."""
    step, unit = position.from_link(trace, layer=layer)
    instrument(
        trace,
        model,
        layer,
        direction,
        step=step,
        unit=unit,
        text=text,
        default_text=task.examples[0],
        editable=lesson_link.shows("whatif"),
        on_request=what_if.apply_requested,
        token_values=_requested_values(trace, model),
        notes=notes,
    )
    figure = st.expander("All units as a figure", icon=":material/grid_on:", key="figure", on_change="rerun")
    if figure.open:
        with figure:
            st.caption("To zoom in, drag. The toolbar has full screen and a download.")
            charts.heatmaps(trace, layer=layer, direction=direction)


def _requested_values(trace: Trace, model: Model) -> dict[str, TokenValues]:
    """What each token does for the answer after every step, once the reader has coloured the tokens by it.

    T runs take too long to make them at each letter for everybody.
    """
    if st.session_state.get(TOKEN_VALUES) != ATTRIBUTION or trace.outputs is None:
        return {}

    token = read_words(model.vocabulary).token
    key = ("attribution", trace.fingerprint)
    progress = Progress(f"Changing each {token}.", key)

    def work() -> TokenValues | None:
        try:
            values = attribution_over_time(trace, progress)
        except InterventionError:  # tokens would have to be removed, which moves the values that are held
            return None
        loss = "log odds that the answer loses" if trace.probabilities is not None else "how far the output falls"
        return TokenValues(f"{loss} in a swap of each {token}", values, PREDICTION, symmetric_limit(values))

    found = None
    with stoppable():
        found = cached(model.network, key, work)
        progress.end()
    return {} if found is None else {ATTRIBUTION: found}
