"""Figures of a memory: the shares of the analysis, true to the number and to the unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import kept_by_gate, memory_shares
from rnnviz.cells.definition import CELL, FORGET, HIDDEN, UPDATE
from rnnviz.colours import diverging_scale, sequential_scale
from rnnviz.errors import ArgumentError, ArrayError
from rnnviz.figures import kept_chart, memory_map

from ..raising import raises
from .agreement import agree, no_markup_but_our_own


@pytest.fixture(scope="module")
def trace():
    return rnnviz.load("names-lstm").trace("Schmidhuber")


@pytest.mark.parametrize("unit", [7, None])
@pytest.mark.parametrize(("model", "quantity"), [("names-lstm", CELL), ("names-gru", HIDDEN)])
def test_the_map_is_what_was_written(model, quantity, unit):
    trace = rnnviz.load(model).trace("Schmidhuber")
    written = memory_shares(trace, unit)
    figure = memory_map(written, quantity, unit, trace.tokens, trace.unknown)
    (heatmap,) = figure.data
    there = np.tri(len(trace), dtype=bool)
    np.testing.assert_allclose(np.asarray(heatmap.z)[there], written[there], rtol=1e-6)
    assert np.isnan(np.asarray(heatmap.z)[~there]).all()
    most = np.abs(written).max()
    assert most <= heatmap.zmax <= 2 * most
    assert heatmap.zmin == (0 if unit is None else -heatmap.zmax)
    scale = sequential_scale(quantity.colour) if unit is None else diverging_scale(quantity.colour)
    assert [list(stop) for stop in heatmap.colorscale] == scale
    assert heatmap.colorbar.tickvals[-1] == heatmap.zmax and len(heatmap.colorbar.ticktext[-1]) > 0
    assert heatmap.name == "written"
    heading = figure.layout.annotations[0].text
    assert quantity.title in heading.lower()
    assert ("all units" if unit is None else "unit 7") in heading
    # The rows add up to the memory: what one reads off the figure is the state.
    if unit is not None:
        state = trace[quantity.name][:, unit]
        np.testing.assert_allclose(np.nansum(heatmap.z, axis=1), state, atol=1e-5)
    args = (written, quantity, unit, trace.tokens, trace.unknown)
    assert agree(memory_map, *args)


def test_a_memory_that_reads_from_the_end_fills_the_other_triangle():
    z = memory_map(np.ones((3, 3)), CELL, 0, list("abc"), backward=True).data[0].z
    np.testing.assert_array_equal(np.isnan(np.asarray(z)), np.tri(3, k=-1, dtype=bool))


@pytest.mark.parametrize("steps", [1, 256])
def test_short_and_long_texts(steps):
    written = np.tri(steps) * -0.001
    tokens = ["<b>x</b>"] * steps
    assert agree(memory_map, written, CELL, 0, tokens)
    figure = memory_map(written, CELL, 0, tokens)
    assert no_markup_but_our_own(figure) and figure.layout.height <= 340
    assert figure.data[0].zmax == 0.001


def test_a_memory_of_nothing_and_one_of_another_text():
    assert memory_map(np.zeros((2, 2)), CELL, None, ["a", "b"]).data[0].zmax == 1
    with raises(ArrayError, name="shares", shape=(3, 3), expected=(2, 2)):
        memory_map(np.zeros((3, 3)), CELL, None, ["a", "b"])


# ---- what the gate keeps ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "gate"), [("names-lstm", FORGET), ("names-gru", UPDATE)])
def test_what_is_kept_is_ranked_and_carries_its_unit(model, gate):
    kept = kept_by_gate(rnnviz.load(model).trace("Schmidhuber"))
    figure = kept_chart(kept.shares, kept.order, gate, unit=3)
    dots, ring = figure.data
    np.testing.assert_array_equal(dots.x, np.arange(1, len(kept.shares) + 1))
    np.testing.assert_array_equal(dots.customdata, kept.order)
    ranked = kept.shares[kept.order]
    inside = (ranked > 0) & (ranked < 1)
    odds = 10 ** np.asarray(dots.y)[inside]
    np.testing.assert_allclose(odds / (1 + odds), ranked[inside], rtol=1e-6)
    assert dots.marker.color == gate.colour
    at = list(kept.order).index(3)
    assert (ring.x[0], ring.y[0]) == (dots.x[at], dots.y[at]) and ring.marker.symbol == "circle-open"
    named = {(note.x, note.text.removeprefix("<b>").removesuffix("</b>")) for note in figure.layout.annotations[1:]}
    size = len(kept.order)
    ends = {(k + 1, f"unit {kept.order[k]}") for k in (0, 1, 2, size - 3, size - 2, size - 1, at)}
    assert named == ends
    assert agree(kept_chart, kept.shares, kept.order, gate, unit=3)


def test_a_tick_is_where_its_share_is_drawn():
    shares = np.array([0.999, 0.9, 0.5, 0.1, 0.01])
    figure = kept_chart(shares, np.arange(5), FORGET)
    drawn = dict(zip(shares, figure.data[0].y, strict=True))
    for text, height in zip(figure.layout.yaxis.ticktext, figure.layout.yaxis.tickvals, strict=True):
        share = float(text.removesuffix(" %")) / 100
        assert share not in drawn or drawn[share] == pytest.approx(height)


def test_units_that_never_forget_or_forget_all_are_marked():
    shares = np.array([0.8, 1.0, 0.0, 0.95])
    figure = kept_chart(shares, np.array([1, 3, 0, 2]), FORGET)
    (dots,) = figure.data
    assert list(dots.marker.symbol) == ["triangle-up-open", "circle", "circle", "triangle-down-open"]
    ticks = dict(zip(figure.layout.yaxis.ticktext, figure.layout.yaxis.tickvals, strict=True))
    assert ticks["100 %"] == dots.y[0] and ticks["0"] == dots.y[-1]
    assert ticks["100 %"] > max(dots.y[1:]) and ticks["0"] < min(dots.y[:-1])
    assert "13.5 steps" in dots.text[1] and "nothing" in dots.text[0] and "everything" in dots.text[3]


def test_a_share_below_one_half_has_no_half_life_in_steps():
    (dots,) = kept_chart(np.array([0.3]), np.array([0]), FORGET).data
    assert "30 %" in dots.text[0] and "steps" not in dots.text[0]


@given(st.lists(st.sampled_from([0.0, 1e-9, 0.3, 0.9, 1 - 1e-15, 1.0]), min_size=1, max_size=12), st.data())
def test_every_unit_is_within_the_axis_and_named_at_most_once(shares, data):
    shares = np.array(shares)
    unit = data.draw(st.none() | st.integers(0, len(shares) - 1))
    order = np.argsort(-shares, kind="stable")
    figure = kept_chart(shares, order, FORGET, unit=unit)
    low, high = figure.layout.yaxis.range
    y = np.asarray(figure.data[0].y)
    assert (low < y).all() and (y < high).all() and (np.diff(y) <= 0).all()
    names = [note.text for note in figure.layout.annotations[1:]]
    assert len(names) == len(set(names)) and len(names) >= min(len(shares), 6)
    assert unit is None or f"<b>unit {unit}</b>" in names
    assert all(low < tick < high for tick in figure.layout.yaxis.tickvals)


def test_a_unit_that_does_not_exist_cannot_be_marked():
    with raises(ArgumentError, code="unknown_unit", value=2, allowed=(0, 1)):
        kept_chart(np.ones(2), np.array([0, 1]), FORGET, unit=2)


def test_the_row_of_a_step_is_boxed():
    for step, row in ((1, 0), (3, 2), (9, 2)):
        shapes = memory_map(np.ones((3, 3)), CELL, 0, list("abc"), step=step).layout.shapes
        assert [(s.y0, s.y1) for s in shapes if s.type == "rect"] == [(row - 0.5, row + 0.5)]
    assert not [s for s in memory_map(np.ones((3, 3)), CELL, 0, list("abc")).layout.shapes if s.type == "rect"]
