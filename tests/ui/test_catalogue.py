"""The catalogue of models: a session's own ones beside the bundled ones, under names of their own."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from rnnviz.errors import ArrayError, MissingTableError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from rnnviz.ui.shared import catalogue
from rnnviz.ui.shared.session_keys import OWN_TASKS
from tests.raising import raises


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """Outside a running page there is no session; a plain dict stands in for it."""
    monkeypatch.setattr(st, "session_state", {})


def made(cell: str) -> Model:
    letters = Vocabulary.collect("characters", ["ab"])
    network = Network.random(
        cell, hidden=3, vocabulary=len(letters), embedding=2, classes=2, rng=np.random.default_rng(0)
    )
    return Model("x", network, letters, ["no", "yes"])


def test_own_models_are_added_to_the_bundled_ones():
    name = catalogue.add("mine", "Made here", {"gru": made("gru"), "rnn": made("rnn")}, ["abba"])
    task = catalogue.tasks()[name]
    assert list(catalogue.tasks())[-1] == name == "mine"
    assert (task.title, task.cells, task.examples) == ("Made here", ["rnn", "gru"], ["abba"])
    assert catalogue.model(task, "gru").name == "mine-gru"
    assert catalogue.model(task, "gru").trace("ab").cell == "gru"
    catalogue.remove(name)
    assert name not in catalogue.tasks()


def test_no_two_tasks_share_a_name():
    names = [catalogue.add(name, "Again", {"gru": made("gru")}) for name in ("names", "mine", "mine")]
    assert names == ["names-2", "mine", "mine-2"]
    assert catalogue.model(catalogue.tasks()["names"], "gru").name == "names-gru"
    assert {catalogue.model(catalogue.tasks()[name], "gru").name for name in names} == {f"{name}-gru" for name in names}


def test_another_session_does_not_see_them(monkeypatch):
    catalogue.add("mine", "Made here", {"gru": made("gru")})
    monkeypatch.setattr(st, "session_state", {})
    assert "mine" not in catalogue.tasks() and "names" in catalogue.tasks()


def test_a_task_of_the_session_has_the_cells_of_its_models_alone():
    assert all("peephole" in task.further_cells for task in catalogue.tasks().values())
    name = catalogue.add("mine", "Made here", {"peephole": made("peephole")})
    assert catalogue.tasks()[name].cells == ["peephole"]
    assert catalogue.model(catalogue.tasks()[name], "peephole").trace("ab").cell == "peephole"


def test_without_a_card_something_can_be_read():
    name = catalogue.add("mine", "Made here", {"gru": made("gru")})
    task = catalogue.tasks()[name]
    assert len(catalogue.model(task, "gru").trace(task.examples[0])) >= 1


def numeric(width: int = 2) -> Model:
    network = Network.random("gru", hidden=3, embedding=width, classes=2, rng=np.random.default_rng(0))
    return Model("x", network, Vocabulary("numbers", vector_size=width), ["no", "yes"])


def test_a_table_is_read_by_all_models_of_its_task_in_this_session_alone(monkeypatch):
    lstm = Network.random("lstm", hidden=3, embedding=2, classes=2, rng=np.random.default_rng(0))
    both = {"gru": numeric(), "lstm": replace(numeric(), network=lstm)}
    names = [catalogue.add("mine", "Made here", both) for _ in range(2)]
    task, other = (catalogue.tasks()[name] for name in names)
    values = np.arange(8.0).reshape(4, 2)
    catalogue.put_table(task, "data.csv", values)
    for cell in ("gru", "lstm"):
        np.testing.assert_array_equal(catalogue.model(task, cell).trace("data.csv")["input_vector"], values)
        with raises(MissingTableError, name="data.csv"):
            catalogue.model(other, cell).trace("data.csv")
    catalogue.put_table(task, "data.csv", -values)
    assert catalogue.model(task, "gru").trace("data.csv")["input_vector"].min() == -7
    with raises(ArrayError, code="wrong_size", expected=2):
        catalogue.put_table(task, "wide.csv", np.ones((2, 3)))
    assert list(catalogue.tables(task)) == ["data.csv"]
    monkeypatch.setattr(st, "session_state", {OWN_TASKS: st.session_state[OWN_TASKS]})
    assert not catalogue.tables(task)


def test_the_oldest_of_many_tables_is_dropped_and_all_with_their_task():
    name = catalogue.add("mine", "Made here", {"gru": numeric()})
    task = catalogue.tasks()[name]
    for k in range(catalogue.MOST_TABLES + 2):
        catalogue.put_table(task, f"{k}.csv", np.ones((1, 2)))
    assert list(catalogue.tables(task)) == [f"{k}.csv" for k in range(2, catalogue.MOST_TABLES + 2)]
    catalogue.remove(name)
    assert not catalogue.tables(task)


def test_what_reads_numbers_opens_on_noise():
    name = catalogue.add("mine", "Made here", {"gru": numeric(512)})
    task = catalogue.tasks()[name]
    assert (task.vector_size, task.examples[0]) == (512, "noise(seed=0, steps=24)")
    assert len(catalogue.model(task, "gru").trace(task.examples[0])) == 24
    assert catalogue.tasks()["names"].vector_size is None


def test_a_name_of_many_long_letters_fits_a_file_system_and_a_link():
    for letters in ("𝒶" * 60, "日" * 60, "a" * 300, "- " * 60, "\U0001f600" * 60, "ß-" * 80):
        name = catalogue.slug(letters)
        assert name and len(name.encode()) <= catalogue.SLUG and not name.startswith("-") and not name.endswith("-")
