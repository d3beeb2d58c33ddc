"""The link's parameters: what a link says comes first and once, what was chosen is remembered, defaults stay out."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hst

from rnnviz.errors import ArgumentError
from rnnviz.ui.shared import link_state
from rnnviz.ui.shared.link_state import Parameter, number, number_text, one_of, some_of
from rnnviz.ui.shared.session_keys import NOTICES
from tests.raising import raises

UI = Path(link_state.__file__).parents[1]
ROOMS = [UI / "shared", *(UI / "pages" / page for page in ("explore", "memory", "compare", "dynamics", "train"))]


class Address(dict):
    """Stands in for the address of the browser."""

    to_dict = dict.copy


@pytest.fixture
def page(monkeypatch):
    """A session without a page; called with parameters, it opens a page by a link that has them."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", Address())
    pages = iter(range(100))

    def open_page(**link: str) -> SimpleNamespace:
        st.query_params.clear()
        st.query_params.update(link)
        link_state.begin_visit(f"page {next(pages)}")
        return st.query_params

    return open_page


CELL = Parameter("cell", "lstm", one_of(["rnn", "gru", "lstm"]))


def test_the_link_comes_first_then_what_was_chosen_then_the_default(page):
    page()
    CELL.restore()
    assert CELL.value == "lstm"
    page(cell="gru")
    CELL.restore()
    assert CELL.save() == "gru"
    page()
    st.session_state.pop(CELL.key)  # as Streamlit forgets the widgets of a page that is left
    CELL.restore()
    assert CELL.value == "gru"


def test_a_link_is_read_once_a_visit(page):
    page(cell="gru")
    CELL.restore()
    st.session_state[CELL.key] = "rnn"  # chosen by the user
    CELL.restore()
    assert CELL.value == "rnn"
    del st.session_state[CELL.key]
    CELL.restore()
    assert CELL.value == "lstm", "neither the link's nor a value that was never saved"


def test_a_default_is_not_in_the_link(page):
    address = page(cell="gru")
    CELL.restore()
    CELL.set("lstm")
    CELL.save()
    assert address == {}
    CELL.set("rnn")
    CELL.save()
    assert address == {"cell": "rnn"}


def test_an_invalid_value_is_reported_once_and_left_out(page):
    page(cell="brain")
    CELL.restore()
    assert CELL.value == "lstm" and list(st.session_state[NOTICES]) == ["link-cell"]
    page()
    CELL.restore()
    assert not st.session_state[NOTICES], "another page, another link"


def test_a_value_belongs_to_its_scope(page):
    page(longest="30")
    recall, parity = (Parameter("longest", 10, number(1, 99), scope=scope) for scope in ("recall", "parity"))
    recall.restore()
    recall.save()
    parity.restore()
    assert (recall.value, parity.value) == (30, 10), "the link spoke of the task that was open"


def test_one_widget_can_hold_values_of_several_scopes(page):
    page(text="Ada")
    names, counter = (Parameter("text", "", str, scope, widget_key="text") for scope in ("names", "counter"))
    names.restore()
    assert names.save() == "Ada"
    counter.restore()
    assert counter.value == ""
    st.session_state["text"] = "aabb"
    counter.save()
    names.restore()
    assert names.value == "Ada"


def test_several_changes_are_one_step_of_the_history(page, monkeypatch):
    address = page(layer="1")
    layer, step = Parameter("layer", 0, number(0, 3)), Parameter("step", 9, number(1, 9))
    written = []
    monkeypatch.setattr(Address, "update", lambda self, new: written.append(new) or dict.update(self, new))
    with link_state.one_step():
        CELL.write("gru")
        layer.write(0)
        with link_state.one_step():
            step.write(7)
        assert (CELL.text, layer.text, step.read()) == ("gru", None, 7), "as if it had been written"
        assert address == {"layer": "1"}
    assert address == {"cell": "gru", "step": "7"} and written == [{"cell": "gru", "step": "7"}]
    with link_state.one_step():
        CELL.write("gru")
    assert len(written) == 1, "nothing new"


def test_an_alias_is_read_and_taken_out(page):
    address = page(read="Ada")
    text = Parameter("text", "", str, alias="read")
    text.restore()
    assert text.value == "Ada" and address == {}


def test_a_remembered_value_that_no_longer_exists_is_dropped(page):
    page()
    CELL.set("gru")
    page()
    fewer = Parameter("cell", "lstm", one_of(["lstm"]))
    fewer.restore()
    assert fewer.value == "lstm" and not st.session_state.get(NOTICES)


def test_what_the_browser_writes_is_only_read(page):
    address = page(step="7")
    step = Parameter("step", 9, number(1, 9))
    assert step.read() == 7
    assert Parameter("step", 5, number(1, 5)).read() == 5  # the text is shorter now
    assert address == {"step": "7"} and not st.session_state.get(NOTICES)


def test_a_restart_begins_with_the_given_value(page):
    page()
    CELL.restore()
    CELL.set("gru")
    CELL.restart()
    CELL.restore()
    assert CELL.value == "lstm"
    CELL.restart("rnn")
    CELL.restore()
    assert CELL.value == "rnn"


@given(hst.floats(-1e6, 1e6) | hst.integers(-1000, 1000))
def test_numbers_come_back_from_the_link(value):
    whole = isinstance(value, int)
    read = number(-1e6, 1e6, whole, optional=True)(number_text(value))
    assert read == pytest.approx(value, rel=1e-5, abs=1e-12)


def test_an_empty_number_is_none():
    assert number(1, 5, optional=True)("") is None and number_text(None) == ""


@pytest.mark.parametrize("text", ["", "x", "0", "6", "nan", "inf", "1e999", "٣٣", "9" * 5000, "1.5"])
def test_numbers_out_of_range_are_refused(text):
    with raises(ArgumentError, code="not_allowed", allowed=(1, 5)):
        number(1, 5)(text)


def test_names_are_refused_and_sorted():
    with raises(ArgumentError, code="not_allowed", allowed=("a", "b")):
        some_of("ab")("b,c")
    assert some_of("abc")("c,a") == ["a", "c"]


def touched(file):
    """The attributes of st, and the literal keys of the session's state, that a file uses."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "st":
            yield f"st.{node.attr}"
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "st.session_state":
            yield from (f"key {node.slice.value}" for _ in "k" if isinstance(node.slice, ast.Constant))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("st.session_state.") and node.args:
            yield from (f"key {node.args[0].value}" for _ in "k" if isinstance(node.args[0], ast.Constant))


def test_only_the_link_state_knows_the_address():
    users = {file.name for file in UI.rglob("*.py") if "st.query_params" in set(touched(file))}
    assert users == {"link_state.py"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_keys_of_the_session_are_declared_in_one_file(room):
    assert not [(file.name, use) for file in room.rglob("*.py") for use in touched(file) if use.startswith("key ")]
