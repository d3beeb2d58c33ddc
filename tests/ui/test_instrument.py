"""The instrument in Streamlit: its views, its slots and the position that it reports."""

import re

import pytest

import rnnviz
from rnnviz.instrument import bundle
from rnnviz.instrument.payload import trace_id
from rnnviz.interventions import Hold
from rnnviz.ui.shared.instrument import KEY, VIEWS, instrument, reported_position, slot


def test_where_the_browser_stood_counts_for_this_very_trace_only(monkeypatch):
    model = rnnviz.load("names-lstm")
    trace = model.trace("ab")
    state = {}
    monkeypatch.setattr("rnnviz.ui.shared.instrument.st.session_state", state)
    assert reported_position(trace) is None
    state[KEY] = {"place": None}
    assert reported_position(trace) is None
    state[KEY] = {"place": {"trace": trace_id(trace), "step": 3, "unit": 63}}
    assert reported_position(trace) == (3, 63)
    for other in (model.trace("ba"), model.trace("ab", interventions=[Hold("forget", 1)])):
        assert reported_position(other) is None
    for step, unit in ((0, 0), (4, 0), (1, 64), (1, -1), ("2", 0), (None, 0)):
        state[KEY]["place"] |= {"step": step, "unit": unit}
        assert reported_position(trace) is None


def test_a_slot_names_its_rows_safely():
    assert slot("credit", rows='a"b') == ('<div class="rnnviz-slot" data-view="credit" data-rows="a&quot;b"></div>')


def test_the_views_have_the_same_names_and_order_in_the_browser():
    source = (bundle.SCRIPTS / "instrument.js").read_text()
    views = re.search(r"^const VIEWS = \{(.*?)^\};", source, re.M | re.S)
    assert views and tuple(re.findall(r"(\w+):", views[1])) == VIEWS


def test_a_view_that_does_not_exist_is_refused():
    model = rnnviz.load("counter-rnn")
    with pytest.raises(ValueError, match="no view pie; it has tokens, transport"):
        instrument(model.trace("ab"), model, step=1, unit=0, views=["tokens", "pie"])
