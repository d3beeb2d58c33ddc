"""Two texts through one network on the Compare page, and all that can be typed into its boxes."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import difference
from rnnviz.ui.pages.compare import MODES
from rnnviz.ui.pages.compare.two_texts import PAIRS
from rnnviz.ui.shared.text_box import CHARACTERS, TOKENS

from .shown import charts, figure, numbers
from .test_compare import THREE, compare, spoken
from .test_memory import said

pytestmark = pytest.mark.usefixtures("open_door")

# ---- two texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", THREE)
@pytest.mark.parametrize(("one", "other"), [("Rossi", "Rossini"), ("Nakamura", "a"), ("x", "Papadopoulos")])
def test_two_texts_and_their_difference(cell, one, other):
    app = compare(task="names", text=one, other=other, mode="texts", cell=cell)
    model = rnnviz.load(f"names-{cell}")
    apart = difference(model.trace(one), model.trace(other))
    for name in model.definition.states:
        shown = {
            which: next(numbers(h["z"]) for h in figure(app, f"text-{which}") if h["name"] == name)
            for which in ("first", "second", "difference")
        }
        np.testing.assert_array_equal(shown["first"][:, : len(apart.before)], apart.before[name].T)
        np.testing.assert_array_equal(shown["second"][:, : len(apart.after)], apart.after[name].T)
        np.testing.assert_allclose(shown["difference"], apart.values(name).T, atol=1e-6)
    bars = next(part for part in figure(app, "texts-said") if part["type"] == "bar")
    np.testing.assert_allclose(numbers(bars["y"]), apart.change, atol=1e-7)
    told = said(app)
    first = next(k for k, pair in enumerate(zip(apart.tokens_before, apart.tokens_after, strict=True), 1)
                 if pair[0] != pair[1])  # fmt: skip
    assert f"The texts first differ at step {first} (" in told
    if apart.first is None:
        assert "the same for both" in told
    else:
        (label, sure), (against, surer) = (spoken(trace, apart.first) for trace in (apart.before, apart.after))
        assert f"parts ways at step {apart.first}: **{label}** ({sure}) for the first text" in told
        assert f"**{against}** ({surer}) for the second" in told
    ends = [spoken(trace, len(trace)) for trace in (apart.before, apart.after)]
    assert "In the end it says " + " and ".join(
        f"**{label}** ({sure}) of the {which}" for (label, sure), which in zip(ends, ("first", "second"), strict=True)
    ) in told  # fmt: skip


def test_not_good_against_good():
    app = compare(mode="texts")
    assert (app.text_input(key="text").value, app.text_input(key="other-reviews").value) == PAIRS["reviews"]
    assert "step 4 (“not” against “good”)" in said(app)
    assert "other" not in app.query_params


def test_the_second_text_is_in_the_link_and_kept_for_its_task():
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
    assert figure(again, "text-second") == figure(
        compare(task="names", text="Rossi", mode="texts", other="Rossini"), "text-second"
    )


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


def test_the_strip_plays_the_longer_text():
    app = compare(task="names", text="Li", mode="texts", other="Nakamura", step="7")
    assert not app.warning  # step 7 exists, in the second text


def test_the_same_text_twice():
    assert "Both texts are the same" in said(compare(task="names", text="Li", mode="texts", other="Li"))


# ---- what can be typed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("task", "text"), [("names", "a"), ("names", "日本"), ("counter", "ab" * TOKENS), ("reviews", "qwzx qqq")]
)
def test_one_token_unknown_ones_and_a_text_at_the_limit(mode, task, text):
    app = compare(task=task, text=text, mode=mode)
    assert charts(app) and not app.error


@pytest.mark.parametrize("mode", MODES)
def test_nothing_to_read_is_said(mode):
    app = compare(task="reviews", text=" ", mode=mode)
    assert app.info and not charts(app)


def test_an_empty_second_text_is_said_and_a_novel_is_cut():
    app = compare(mode="texts", other=" ")
    assert app.info and not charts(app)
    app.text_input(key="other-reviews").set_value("good " * CHARACTERS).run()
    assert "was cut" in said(app) and charts(app)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_texts(one, other):
    app = compare(task="names", text=one, other=other, mode="texts")
    assert not app.error
    assert not re.search(r"<script", said(app))
