"""The short texts of interventions, for a link and for a file."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import Trace
from rnnviz.errors import InterventionError
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero, format_all, parse, parse_all

from ..raising import raises
from .drawn import draw_model

places = st.tuples(
    st.none() | st.sets(st.integers(0, 999), min_size=1).map(tuple),
    st.none() | st.tuples(st.integers(1, 999), st.integers(1, 999)),
    st.integers(0, 9),
    st.sampled_from(["forward", "backward"]),
)
names = st.sampled_from(["forget", "input", "hidden", "cell"])
anything = st.one_of(
    st.builds(lambda q, v, p: Hold(q, v, *p), names, st.floats(allow_nan=False), places),
    st.builds(lambda kind, p, s: kind(*p, s), st.sampled_from([Zero, Freeze]), places, st.none() | names),
    st.builds(Swap, st.integers(1, 999), st.text()),
    st.builds(Remove, st.integers(1, 999)),
)


@given(st.lists(anything, max_size=4))
def test_every_text_reads_back_as_what_it_was(listed):
    assert parse_all(format_all(listed)) == tuple(listed)
    for one in listed:
        assert parse(str(one)) == one
        assert str(one).isascii()


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Hold("forget", 1), "forget=1"),
        (Hold("forget", 0.5, (7, 3, 5, 6), (2, 9)), "forget.3,5-7@2-9=0.5"),
        (Hold("cell", -2, 4, 3, 1, "backward"), "cell.4@3:1b=-2"),
        (Zero(4), "zero.4"),
        (Zero((4,), 3, state="cell"), "zero/cell.4@3"),
        (Freeze([5, 4], (6, 9), 0, "backward"), "freeze.4-5@6-9:0b"),
        (Swap(3, "x"), "swap@3=x"),
        (Swap(3, "ä;=&"), "swap@3=%C3%A4%3B%3D%26"),
        (Swap(3, "\ud800"), "swap@3=%EF%BF%BD"),
        (Remove(3), "remove@3"),
    ],
)
def test_the_short_forms(one, text):
    assert str(one) == text
    assert parse(text) == one
    assert hash(parse(text)) == hash(one)


@pytest.mark.parametrize(
    "text",
    [
        "", "forget", "forget=", "forget=x", "=1", "forget.x=1", "forget@=1", "forget@3-=1", "forget/cell=1",
        "zero=1", "freeze.4=2", "swap@3", "swap=x", "swap@3-4=x", "swap.2@3=x", "swap@3:1=x", "swap@3=%ff",
        "remove", "remove@3=x", "remove@3-4", "zero.5-3", "zero.0-999999999", "forget@9999999999=1", "f\u0660=1 ",
    ],
)  # fmt: skip
def test_texts_that_are_not_interventions(text):
    with raises(InterventionError, code="unreadable", intervention=text):
        parse(text)


@given(text=st.text(st.sampled_from("forgetzswapinmv.@:=;-,/b0123456789%")) | st.text())
def test_any_text_is_read_or_refused_and_runs_or_is_refused(text):
    try:
        draw_model().trace("abc", interventions=parse_all(text))
    except ValueError as error:
        assert str(error).endswith(".")


def test_a_saved_trace_knows_its_interventions():
    model = draw_model()
    trace = model.trace("abc", interventions=[Hold("forget", 1, 2), Swap(2, "é")])
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = Trace.load(file)
    assert again.interventions == trace.interventions and again.has_held_values
    np.testing.assert_array_equal(again["forget"], trace["forget"])
