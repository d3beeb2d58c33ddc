"""What-if figures: before, after and their difference have the same columns, step by step as typed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.colours import PREDICTION, diverging_scale, scale_limits, symmetric_limit
from rnnviz.errors import ArgumentError
from rnnviz.figures import heatmaps, prediction_change, what_if_heatmaps
from rnnviz.figures.chart_parts import outline_path
from rnnviz.figures.token_labels import markup_label
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero, held_and_frozen, remaining_steps

from ..raising import raises
from .agreement import agree, no_markup_but_our_own

TEXT = "Schmidhuber"
ALL = (
    Hold("forget", 1.0),
    Hold("input", 0.0, units=(3, 4, 9), steps=(2, 5)),
    Freeze(units=(7,), steps=(9, 10)),
    Remove(4),
    Remove(6),
    Swap(8, "z"),
)


@pytest.fixture(scope="module")
def model():
    return rnnviz.load("names-lstm")


@pytest.fixture(scope="module")
def before(model):
    return model.trace(TEXT)


@pytest.fixture(scope="module")
def after(model):
    return model.trace(TEXT, interventions=ALL)


def spread(values, remaining, steps):
    placed = np.full((steps, values.shape[1]), np.nan)
    placed[remaining] = values
    return placed


@pytest.mark.parametrize("which", ["before", "after", "difference"])
def test_each_is_valid_and_the_same_for_a_page(before, after, which):
    assert agree(what_if_heatmaps, before, after, which)
    assert agree(what_if_heatmaps, before, after, which, ["forget"])


def test_numbers_are_those_of_the_traces_at_the_steps_as_typed(before, after):
    remaining = remaining_steps(ALL, len(before))
    three = {which: what_if_heatmaps(before, after, which) for which in ("before", "after", "difference")}
    for name in ("hidden", "cell", "forget", "input", "candidate", "output"):
        old, new = before[name].astype(float), spread(after[name], remaining, len(before))
        for which, values in (("before", old), ("after", new), ("difference", new - old)):
            (heatmap,) = [h for h in three[which].data if h.name == name]
            np.testing.assert_allclose(heatmap.z, values.T, atol=1e-6)
            assert list(heatmap.x) == list(range(1, len(before) + 1))
            if which == "difference":
                limit = symmetric_limit(new - old)
                assert (heatmap.zmin, heatmap.zmax) == (-limit, limit)
                colour = before.definition.by_name[name].colour
                assert [list(stop) for stop in heatmap.colorscale] == diverging_scale(colour)
                assert tuple(heatmap.colorbar.tickvals) == (-limit, 0, limit)


def test_all_three_have_the_same_panels_heights_axes_and_margins(before, after):
    three = [what_if_heatmaps(before, after, which) for which in ("before", "after", "difference")]
    for figure in three[1:]:
        assert [h.name for h in figure.data] == [h.name for h in three[0].data]
        assert figure.layout.height == three[0].layout.height
        assert figure.layout.margin == three[0].layout.margin
        assert figure.layout.margin.autoexpand is False
        assert figure.layout.xaxis.range == three[0].layout.xaxis.range
        for k in range(2, len(figure.data) + 1):
            assert figure.layout[f"yaxis{k}"].domain == three[0].layout[f"yaxis{k}"].domain
        assert list(figure.data[0].y) == list(three[0].data[0].y), "the same classes in all three"


def test_before_is_the_stack_of_heatmaps_with_limits_that_suit_both(before, after):
    figure, plain = what_if_heatmaps(before, after, "before"), heatmaps(before)
    for one, other in zip(figure.data[1:], plain.data[1:], strict=True):
        np.testing.assert_array_equal(one.z, other.z)
        assert [list(stop) for stop in one.colorscale] == [list(stop) for stop in other.colorscale]
    limits = [
        next((h.zmin, h.zmax) for h in what_if_heatmaps(before, after, which).data if h.name == "cell")
        for which in ("before", "after")
    ]
    both = np.concatenate([before["cell"], after["cell"]])
    assert limits[0] == limits[1] == scale_limits(before.definition.by_name["cell"], both)


def test_the_readouts_classes_are_the_likeliest_of_both_runs(before, after):
    remaining = remaining_steps(ALL, len(before))
    figure = what_if_heatmaps(before, after, "difference")
    prediction = figure.data[0]
    assert [list(stop) for stop in prediction.colorscale] == diverging_scale(PREDICTION)
    for name, row in zip(prediction.y, prediction.z, strict=True):
        k = [markup_label(text) for text in before.labels].index(name)
        change = after.probabilities[:, k] - before.probabilities[remaining, k]
        np.testing.assert_allclose(np.asarray(row)[remaining], change, atol=1e-7)
    for trace in (before, after):
        assert markup_label(trace.labels[trace.probabilities[-1].argmax()]) in prediction.y


def test_labels_follow_the_swap_and_strike_out_what_was_removed(before, after):
    labels = what_if_heatmaps(before, after, "after").layout.xaxis.labelalias
    assert (labels["4"], labels["6"], labels["8"]) == ("<s>m</s>", "<s>d</s>", "z")
    assert [labels[str(k)] for k in (1, 2, 3, 5)] == ["S", "c", "h", "i"]
    assert what_if_heatmaps(before, after, "before").layout.xaxis.labelalias["4"] == "m"
    shades = [shape for shape in what_if_heatmaps(before, after, "difference").layout.shapes if shape.type == "rect"]
    assert [(shade.x0, shade.x1) for shade in shades] == [(2.5, 3.5), (4.5, 5.5)]


def test_what_was_held_and_frozen_is_outlined_after_and_named(before, after):
    figure = what_if_heatmaps(before, after, "after")
    remaining = remaining_steps(ALL, len(before))
    titles = dict(zip([h.name for h in figure.data], [note.text for note in figure.layout.annotations], strict=True))
    assert "held everywhere" in titles["forget"]
    assert "▭ held" in titles["input"] and "┈ frozen" in titles["cell"]
    assert "held" not in titles["output"] + titles["prediction"]
    axes = {h.name: (h.xaxis, h.yaxis) for h in figure.data}
    paths = {(s.xref, s.yref): s for s in figure.layout.shapes if s.type == "path"}
    assert set(paths) == {axes[name] for name in ("forget", "input", "hidden", "cell")}
    for name in ("forget", "input", "cell"):
        masks = held_and_frozen(ALL, after.definition, name, after[name].shape)
        mask = spread(masks[0] | masks[1], remaining, len(before)) == 1
        assert paths[axes[name]].path == outline_path(mask.T)
    assert paths[axes["input"]].line.dash == "solid" and paths[axes["cell"]].line.dash == "dot"
    for which in ("before", "difference"):
        assert not [s for s in what_if_heatmaps(before, after, which).layout.shapes if s.type == "path"]


def test_no_change_is_blank_on_the_default_scale(before):
    figure = what_if_heatmaps(before, before, "difference")
    for heatmap in figure.data:
        assert not np.asarray(heatmap.z).any() and heatmap.zmax == 1
    assert not figure.layout.shapes


@given(st.sets(st.integers(1, 6), max_size=5), st.booleans())
@settings(max_examples=15, deadline=None)
def test_rows_stay_with_their_tokens_whatever_is_removed(gone, held):
    model = rnnviz.load("names-gru")
    listed = [Remove(step) for step in sorted(gone)] + ([Hold("update", 0.5, units=(0, 63))] if held else [])
    before, after = model.trace("Dubois"), model.trace("Dubois", interventions=listed)
    figure = what_if_heatmaps(before, after, "after", ["hidden", "update"])
    z = np.asarray(figure.data[0].z)
    assert {k + 1 for k in range(len(before)) if np.isnan(z[:, k]).all()} == gone
    remaining = [k for k in range(len(before)) if k + 1 not in gone]
    np.testing.assert_array_equal(z[:, remaining], after["hidden"].T)


def test_traces_that_do_not_belong_together(before, model):
    with raises(ArgumentError, code="different_texts", name="after"):
        what_if_heatmaps(before, model.trace("Rossi"), "after")
    with raises(ArgumentError, code="different_networks", name="after"):
        prediction_change(before, rnnviz.load("names-gru").trace(TEXT))
    silent = replace(before, logits=None, outputs=None, labels=[])
    with raises(ArgumentError, code="no_readout"):
        prediction_change(silent, silent)
    assert "prediction" not in [h.name for h in what_if_heatmaps(silent, silent, "difference").data]


@pytest.mark.parametrize("text", ["x", "ab" * 128])
def test_short_and_long_texts(text):
    model = rnnviz.load("shakespeare-rnn")
    before, after = model.trace(text), model.trace(text, interventions=[Zero(units=(1,))])
    for which in ("before", "after", "difference"):
        assert agree(what_if_heatmaps, before, after, which)
    assert agree(prediction_change, before, after)


def test_no_token_becomes_markup():
    model = rnnviz.load("reviews-lstm")
    tokens = ["<b>x</b>", "good", "&lt;"]
    before, after = model.trace(tokens), model.trace(tokens, interventions=[Remove(1)])
    for which in ("before", "after", "difference"):
        assert no_markup_but_our_own(what_if_heatmaps(before, after, which))
    figure = prediction_change(before, after)
    assert no_markup_but_our_own(figure)
    assert figure.layout.xaxis.labelalias["1"].startswith("<s>")


# ---- the prediction ---------------------------------------------------------------------------------------


def test_the_prediction_before_and_after_and_how_far_it_moved(before, after):
    remaining = remaining_steps(ALL, len(before))
    figure = prediction_change(before, after)
    *lines, bars = figure.data
    now = spread(after.probabilities, remaining, len(before))
    shown = {int(before.probabilities[-1].argmax()), int(after.probabilities[-1].argmax())}
    assert len(lines) == 2 * len(shown)
    for k in shown:
        old, new = [line for line in lines[::-1] if line.name == markup_label(before.labels[k])]
        np.testing.assert_allclose(old.y, before.probabilities[:, k])
        np.testing.assert_allclose(new.y, now[:, k])
        assert (old.line.dash, new.line.dash) == ("dot", "solid")
        assert old.marker.symbol == f"{new.marker.symbol}-open"
    moved = np.abs(after.probabilities.astype(float) - before.probabilities[remaining]).sum(1) / 2
    np.testing.assert_allclose(np.asarray(bars.y)[remaining], moved, atol=1e-7)
    assert np.isnan(bars.y[3]) and np.isnan(bars.y[5])
    assert figure.layout.yaxis2.range == (0, 1)


def test_two_labels_differ_in_marker_and_in_colour(model, before):
    ends_elsewhere = model.trace(TEXT, interventions=[Hold("forget", 0.2)])
    assert ends_elsewhere.probabilities[-1].argmax() != before.probabilities[-1].argmax()
    *lines, _ = prediction_change(before, ends_elsewhere).data
    assert len({line.name for line in lines}) == 2 and len({line.marker.symbol for line in lines}) == 4
    assert len({line.line.color for line in lines}) == 2


def test_the_last_step_removed_leaves_labels_where_the_lines_end():
    model = rnnviz.load("shakespeare-gru")
    before, after = model.trace("abc"), model.trace("abc", interventions=[Remove(3)])
    *lines, _ = prediction_change(before, after).data
    assert any(np.isnan(line.y[2]) for line in lines)
    assert {note.x for note in prediction_change(before, after).layout.annotations if note.xref == "x"} == {1, 2}
