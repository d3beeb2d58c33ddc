"""Two texts through one network on the Compare page, and all that can be typed into its boxes."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import difference
from rnnviz.ui.pages.compare import COMPARISONS
from rnnviz.ui.pages.compare.texts_panel import PAIRS
from rnnviz.ui.shared.session_keys import NOTICES
from rnnviz.ui.shared.text_box import CHARACTERS, TOKENS

from .app_pages import charts, figure, instrument_data, instrument_values, numbers, page_text, runs_beside, slots
from .test_compare import THREE, compare, predicted

pytestmark = pytest.mark.usefixtures("open_door")


def bars(app):
    """The change of the prediction, step by step."""
    return next(part for part in figure(app, "texts-said") if part["type"] == "bar")


# ---- two texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", THREE)
@pytest.mark.parametrize(("one", "other"), [("Rossi", "Rossini"), ("Nakamura", "a"), ("x", "Papadopoulos")])
def test_two_texts_and_their_difference(cell, one, other):
    app = compare(task="names", text=one, other=other, mode="texts", cell=cell)
    model = rnnviz.load(f"names-{cell}")
    apart = difference(model.trace(one), model.trace(other))
    second = runs_beside(app)["other"]
    for name in model.definition.states:
        np.testing.assert_array_equal(instrument_values(app)[name], apart.before[name])
        np.testing.assert_array_equal(second[name], apart.after[name])
    assert [data.get("run") for data in slots(app, "heatmaps")] == [None, "other", "difference"]
    assert [tuple(column) for column in instrument_data(app)["comparison"]["columns"]] == apart.rows()
    np.testing.assert_allclose(numbers(bars(app)["y"]), apart.change, atol=1e-7)
    summary = app.markdown[0].value.replace("\\", "")
    first = next(k for k, pair in enumerate(zip(apart.tokens_before, apart.tokens_after, strict=True), 1)
                 if pair[0] != pair[1])  # fmt: skip
    assert f"column {first}" in summary
    for trace in (apart.before, apart.after):
        label, probability = predicted(trace, len(trace))
        assert f"**{label}**, {probability}" in summary


def test_where_a_model_is_asked_at_every_step_the_first_difference_is_named():
    app = compare(task="counter", text="aabb", other="abab", mode="texts")
    model = rnnviz.load("counter-lstm")
    apart = difference(model.trace("aabb"), model.trace("abab"))
    assert apart.first is not None and f"column {apart.first}:" in app.markdown[0].value.replace("\\", "")


def test_not_good_against_good():
    app = compare(mode="texts")
    assert (app.text_input(key="text").value, app.text_input(key="other-reviews").value) == PAIRS["reviews"]
    summary = app.markdown[0].value
    assert "column 4" in summary and "“not”" in summary and "“good”" not in summary  # “good” meets “good”
    assert "other" not in app.query_params


def test_the_second_text_is_in_the_link_and_remembered_for_its_task():
    app = compare(task="names", text="Rossi", mode="texts")
    app.text_input(key="other-names").set_value("Rossini").run()
    assert app.query_params["other"] in ("Rossini", ["Rossini"])
    app.selectbox(key="task").set_value("reviews").run()
    assert app.text_input(key="other-reviews").value == PAIRS["reviews"][1]
    app.selectbox(key="task").set_value("names").run()
    assert app.text_input(key="other-names").value == "Rossini"
    app.segmented_control(key="compare-mode").set_value("cells").run()
    assert "other" not in app.query_params
    again = compare(task="names", text="Rossi", mode="texts", other="Rossini")
    assert again.text_input(key="other-names").value == "Rossini" and not again.warning
    second = rnnviz.load("names-lstm").trace("Rossini")
    np.testing.assert_array_equal(runs_beside(again)["other"]["hidden"], second["hidden"])


def test_each_comparison_opens_on_its_own_text_and_keeps_what_was_typed():
    app = compare()
    opened = app.text_input(key="text").value
    app.segmented_control(key="compare-mode").set_value("texts").run()
    assert app.text_input(key="text").value == PAIRS["reviews"][0]
    app.segmented_control(key="compare-mode").set_value("cells").run()
    assert app.text_input(key="text").value == opened
    app.text_input(key="text").set_value("a very good film").run()
    app.segmented_control(key="compare-mode").set_value("texts").run()
    assert app.text_input(key="text").value == "a very good film"


def test_the_link_holds_a_column_of_the_longer_text():
    app = compare(task="names", text="Li", mode="texts", other="Nakamura", step="7")
    assert not app.warning and instrument_data(app)["start"]["step"] == 6


def test_the_same_text_twice():
    app = compare(task="names", text="Li", mode="texts", other="Li")
    assert "step" not in app.markdown[0].value and not numbers(bars(app)["y"]).any()


# ---- what can be typed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", COMPARISONS)
@pytest.mark.parametrize(
    ("task", "text"), [("names", "a"), ("names", "日本"), ("counter", "ab" * TOKENS), ("reviews", "qwzx qqq")]
)
def test_one_token_unknown_ones_and_a_text_at_the_limit(mode, task, text):
    app = compare(task=task, text=text, mode=mode)
    assert charts(app) and not app.error


@pytest.mark.parametrize("mode", COMPARISONS)
def test_an_empty_text_gives_a_message(mode):
    app = compare(task="reviews", text=" ", mode=mode)
    assert app.info and not charts(app)


def test_an_empty_second_text_gives_a_message_and_a_novel_is_cut():
    app = compare(mode="texts", other=" ")
    assert app.info and not charts(app)
    app.text_input(key="other-reviews").set_value("good " * CHARACTERS).run()
    assert "text-length" in app.session_state[NOTICES] and charts(app)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_texts(one, other):
    app = compare(task="names", text=one, other=other, mode="texts")
    assert not app.error
    assert not re.search(r"<script", page_text(app))
