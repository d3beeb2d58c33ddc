"""The instrument in Streamlit: its views, its slots and the position that it reports."""

import rnnviz
from rnnviz.errors import UnknownNameError
from rnnviz.interventions import Hold
from rnnviz.ui.shared.instrument import KEY, VIEWS, instrument, reported_position, slot
from tests.raising import raises


def test_a_reported_position_counts_for_this_very_trace_only(monkeypatch):
    model = rnnviz.load("names-lstm")
    trace = model.trace("ab")
    state = {}
    monkeypatch.setattr("rnnviz.ui.shared.instrument.st.session_state", state)
    assert reported_position(trace) is None
    state[KEY] = {"position": None}
    assert reported_position(trace) is None
    state[KEY] = {"position": {"fingerprint": trace.fingerprint, "step": 3, "unit": 63}}
    assert reported_position(trace) == (3, 63)
    state[KEY]["position"]["unit"] = None
    assert reported_position(trace) == (3, None)
    for other in (model.trace("ba"), model.trace("ab", interventions=[Hold("forget", 1)])):
        assert reported_position(other) is None
    for step, unit in ((0, 0), (4, 0), (1, 64), (1, -1), (1, "2"), ("2", 0), (None, 0)):
        state[KEY]["position"] |= {"step": step, "unit": unit}
        assert reported_position(trace) is None


def test_a_slot_names_its_values_safely():
    assert slot("credit", values='a"b') == ('<div class="rnnviz-slot" data-view="credit" data-values="a&quot;b"></div>')


def test_a_view_that_does_not_exist_is_refused():
    model = rnnviz.load("counter-rnn")
    with raises(UnknownNameError, kind="view", name="pie", allowed=VIEWS):
        instrument(model.trace("ab"), model, step=1, unit=0, views=["tokens", "pie"])
