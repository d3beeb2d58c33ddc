"""Line charts: they show the numbers that they were given, what Plotly accepts, and no label on top of another."""

import json
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import analysis, zoo
from rnnviz.cells import CELLS
from rnnviz.cells.activations import RELU, SIGMOID, TANH
from rnnviz.colours import CELL_STYLES, OTHER_STYLES, cell_style
from rnnviz.errors import ArrayError, UnknownNameError
from rnnviz.figures import (
    accuracy_by_delay,
    activation_curve,
    counting_ends,
    difference_curves,
    growth_curves,
    held_out_scores,
    learning_curves,
    loss_by_rate,
    margin_curves,
    prediction_curves,
    probed_positions,
    reach_curve,
    recall_by_label,
    reliability,
    seed_scores,
    training_regimes,
)
from rnnviz.figures.card_charts import uncrowded_ticks
from rnnviz.figures.chart_parts import CLOSEST, log_ticks, spread_out
from rnnviz.figures.curves_over_text import labelled_steps
from rnnviz.figures.score_chart import format_score
from rnnviz.training.tasks.shares import binomial_error

from ..raising import raises
from ..tied_lstm import TiedLSTM
from .test_trace_heatmaps import unpacked

THREE = ("rnn", "gru", "lstm")
TASKS = ("names", "reviews", "shakespeare", "counter", "recall")
LONG = "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?"


def cards(task):
    return [zoo.card(f"{task}-{cell}") for cell in THREE]


def mixed():
    return [json.loads((zoo.BUNDLED / "curves" / f"recall-mixed-{cell}.json").read_text()) for cell in THREE]


def traces(task, text):
    return {cell: rnnviz.load(f"{task}-{cell}").trace(text) for cell in THREE}


def reaches(task, text):
    return {cell: analysis.reach(trace) for cell, trace in traces(task, text).items()}


# Two seeds of a cell end early, at a number of b's that does not grow; two others drift apart, or never end.
ENDS = {
    "gru": {seed: [min(n, 12 + seed) for n in range(1, 101)] for seed in (0, 1)},
    "lstm": {0: [n - n // 20 for n in range(1, 101)], 3: [n // 2 or 1 for n in range(1, 81)] + [None] * 20},
}


MARGINS = {
    "so good": {"rnn": np.array([0.1, 2, 1.9, 1.8]), "lstm": np.array([0.2, 3, 2.5, 2.0])},
    "so bad": {"rnn": np.array([0.1, -2, -1.9, -1.8]), "lstm": np.array([0.2, -3, -1.5, 0.5])},
}


def probes():
    rng = np.random.default_rng(0)
    states, held_out = rng.normal(size=(40, 3)), np.arange(40) >= 20
    return {cell: analysis.linear_probe(states + k, np.arange(40.0), held_out) for k, cell in enumerate(THREE)}


def by_name(figure):
    return {trace.name: trace for trace in figure.data}


ALL = {
    "delays": (accuracy_by_delay, lambda: (cards("recall"),)),
    "regimes": (training_regimes, lambda: (cards("recall"), mixed())),
    "curves with accuracy": (learning_curves, lambda: (cards("names"),)),
    "curves without": (learning_curves, lambda: (cards("shakespeare"),)),
    "scores": (held_out_scores, lambda: ([card for task in TASKS for card in cards(task)],)),
    "seeds": (seed_scores, lambda: (cards("names"),)),
    "labels": (recall_by_label, lambda: (zoo.card("names-gru"),)),
    "reliability": (reliability, lambda: (zoo.card("names-gru"),)),
    "reach": (reach_curve, lambda: (reaches("recall", LONG), list(LONG))),
    "said": (prediction_curves, lambda: (traces("names", "Schmidhuber"), "German")),
    "activation": (activation_curve, lambda: (SIGMOID, 2.0)),
    "differences": (difference_curves, lambda: ({"rnn": np.array([0.5, 0.01, 0.0]), "lstm": np.ones(3)}, list("abc"))),
    "rates": (loss_by_rate, lambda: (np.geomspace(0.01, 100, 9), np.linspace(2, 1, 9), 1.0, 1.5, 2.0)),
    "counting": (counting_ends, lambda: (ENDS, list(range(1, 101)), 12)),
    "margins": (margin_curves, lambda: (MARGINS, 2, "the", ("positive", "negative"))),
    "probes": (probed_positions, lambda: (probes(), np.arange(40.0), "o\n<b>" * 4, np.arange(20, 40))),
    "growth": (growth_curves, lambda: analysis.multiply_repeatedly(np.array([0.9, 0.1, -0.5]), 3, 6)),
}


@pytest.mark.parametrize(("figure", "arguments"), ALL.values(), ids=ALL)
def test_figures_with_and_without_checks_agree(figure, arguments):
    shown = arguments()
    checked = figure(*shown)
    assert isinstance(checked, go.Figure)
    checked.layout.template = None
    sent, expected = (json.loads(plotly.io.to_json(f), object_hook=unpacked) for f in (figure.ready(*shown), checked))
    assert sent == expected
    assert "rgba(0,0,0,0)" == sent["layout"]["paper_bgcolor"] == sent["layout"]["plot_bgcolor"]


def test_figures_keep_their_names_and_docstrings():
    assert accuracy_by_delay.__name__ == "accuracy_by_delay" and "chance" in accuracy_by_delay.__doc__


# ---- the numbers ---------------------------------------------------------------------------------


def test_delays_are_the_cards_with_standard_errors_chance_and_the_trained_range():
    figure = accuracy_by_delay(cards("recall"))
    for card, trace in zip(cards("recall")[::-1], figure.data, strict=True):
        rows = card["scores"]["by_delay"]
        assert list(trace.x) == [row["delay"] for row in rows]
        assert list(trace.y) == [row["accuracy"] for row in rows]
        assert list(trace.error_y.array) == [binomial_error(row["accuracy"], row["n"]) for row in rows]
    line, shade = figure.layout.shapes
    assert line.y0 == line.y1 == 0.125
    assert (shade.x0, shade.x1) == (30, 40)
    assert "trained: 30 to 40" in [note.text for note in figure.layout.annotations]


def test_delays_of_models_with_different_training_shade_nothing():
    figure = accuracy_by_delay([cards("recall")[0], mixed()[0]])
    assert len(figure.layout.shapes) == 1


def test_regimes_are_the_learning_curves_of_both():
    figure = training_regimes(cards("recall"), mixed())
    shown = {(trace.name, trace.xaxis): (list(trace.x), list(trace.y)) for trace in figure.data}
    for axis, trained in (("x", cards("recall")), ("x2", mixed())):
        for card in trained:
            curve = card["curve"]
            expected = [entry["step"] for entry in curve], [entry["accuracy"] for entry in curve]
            assert shown[CELLS[card["cell"]].title, axis] == expected
    words = " ".join(note.text for note in figure.layout.annotations)
    assert "30 to 40" in words and "1 to 40" in words
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range


@pytest.mark.parametrize(("task", "panels"), [("names", 2), ("shakespeare", 1)])
def test_learning_curves_show_loss_and_accuracy_where_there_is_one(task, panels):
    figure = learning_curves(cards(task))
    assert len(figure.data) == 3 * panels
    loss = [trace for trace in figure.data if trace.yaxis == "y"]
    for card, trace in zip(cards(task)[::-1], loss, strict=True):
        assert list(trace.y) == [entry["validation_loss"] for entry in card["curve"]]


def test_scores_are_the_cards_and_better_is_to_the_right():
    given = [card for task in TASKS for card in cards(task)]
    figure = held_out_scores(given)
    for card, trace in zip(given, figure.data, strict=True):
        assert (trace.name, list(trace.x)) == (card["name"], [card["scores"]["test"]])
        error = card["scores"]["standard_error"]
        assert (trace.error_x.array is None) == (error is None)
        axis = figure.layout["xaxis" + trace.xaxis[1:]]
        left, right = axis.range
        assert (left > right) == (card["task"] == "shakespeare")
        assert min(left, right) <= card["scores"]["test"] <= max(left, right)
    lines = [(shape.x0, shape.line.dash) for shape in figure.layout.shapes]
    for task in TASKS:
        score = cards(task)[0]["scores"]
        assert (score["chance"], "dot") in lines
        baseline = score["baseline"]["value"]
        assert ((baseline, "solid") in lines) == (baseline != score["chance"]), "one line upon another says nothing"


def test_all_seeds_are_shown_and_the_bundled_one_is_filled():
    given = cards("names")
    figure = seed_scores(given)
    low, high = figure.layout.xaxis.range
    for card, trace in zip(given, figure.data, strict=True):
        assert list(trace.x) == [run["test"] for run in card["seeds"]]
        assert low < min(trace.x) and max(trace.x) < high
        filled = [run["test"] for run, s in zip(card["seeds"], trace.marker.symbol, strict=True) if "open" not in s]
        assert filled == [card["scores"]["test"]]
    assert figure.layout.shapes[0].x0 == given[0]["scores"]["baseline"]["value"]


def test_recall_and_reliability_are_the_cards():
    card = zoo.card("names-lstm")
    by_label, (bars,) = card["scores"]["by_label"], recall_by_label(card).data
    shown = dict(zip(recall_by_label(card).layout.yaxis.ticktext, bars.x, strict=True))
    assert shown == {f"{name} ({entry['n']})": entry["recall"] for name, entry in by_label.items()}
    bins, (points,) = card["scores"]["calibration"]["bins"], reliability(card).data
    assert [*zip(points.x, points.y, strict=True)] == [(entry["confidence"], entry["accuracy"]) for entry in bins]
    by_size = sorted(zip([entry["n"] for entry in bins], points.marker.size, strict=True))
    assert [size for _, size in by_size] == sorted(points.marker.size)


def test_formatted_scores():
    assert format_score({"metric": "accuracy", "test": 0.81576, "standard_error": 0.00913}) == "81.6 ± 0.9 %"
    assert format_score({"metric": "accuracy", "test": 1.0, "standard_error": None}) == "100.0 %"
    assert format_score({"metric": "nats per character", "test": 1.83289, "standard_error": None}) == "1.83 nats"


def test_reach_keeps_true_numbers_and_marks_those_below_its_floor():
    values = {"rnn": np.array([0.0, 1e-30, 1e-5, 1.0]), "lstm": np.array([0.5, 0.6, 0.8, 1.0])}
    figure = reach_curve(values, ["a", "a", "b", "<b>"], [False, False, True, False])
    lines = by_name(figure)
    np.testing.assert_array_equal(lines["RNN"].customdata, values["rnn"])
    np.testing.assert_array_equal(lines["RNN"].y, [1e-16, 1e-16, 1e-5, 1.0])
    assert list(lines["RNN"].marker.symbol) == ["triangle-up-open", "triangle-up-open", "triangle-up", "triangle-up"]
    assert "open" not in " ".join(lines["LSTM"].marker.symbol)
    assert "≤" in figure.layout.yaxis.ticktext[0] and figure.layout.yaxis.tickvals[0] == 1e-16
    assert figure.layout.xaxis.labelalias["4"] == "&lt;b&gt;"


def test_reach_without_lost_values_has_no_floor():
    figure = reach_curve({"gru": np.array([0.9, 1.0])}, ["a", "b"])
    assert not [text for text in figure.layout.yaxis.ticktext if "≤" in text]
    low, high = figure.layout.yaxis.range
    assert low <= -2 and high >= 1  # a curve near 1 looks flat


def test_one_text_is_read_by_all():
    with raises(ArrayError, code="different_lengths", expected={"rnn": 2, "tokens": 3}):
        reach_curve({"rnn": np.ones(2)}, ["a", "b", "c"])
    given = traces("names", "Rossi") | {"lstm": rnnviz.load("names-lstm").trace("Ross")}
    with raises(ArrayError, code="different_lengths"):
        prediction_curves(given, "Italian")


def test_prediction_curves_are_the_probabilities_of_one_label():
    given = traces("names", "Rossi")
    lines = by_name(prediction_curves(given, "Italian"))
    for cell, trace in given.items():
        expected = trace.probabilities[:, trace.labels.index("Italian")]
        np.testing.assert_array_equal(lines[CELLS[cell].title].y, expected.astype(float))
    with raises(UnknownNameError, kind="output", name="Klingon"):
        prediction_curves(given, "Klingon")


@given(st.floats(-4, 4), st.integers(0, 12))
def test_growth_shows_every_number_within_its_scale(factor, steps):
    free, squashed = analysis.multiply_repeatedly(np.array([0.9, 0.1, -0.5]), factor, steps)
    figure = growth_curves(free, squashed)
    for panel, values in (("", free), ("2", squashed)):
        shown = [trace.y for trace in figure.data if trace.yaxis == f"y{panel}"]
        np.testing.assert_array_equal(np.array(shown).T, values)
        low, high = figure.layout[f"yaxis{panel}"].range
        assert low == -high and np.abs(values).max() <= high


def test_growth_names_its_lines_by_where_they_began_and_ended():
    free = np.array([[0.6, -0.3], [5.4, -2.7], [48.6, -24.3]])
    texts = [note.text for note in growth_curves(free, np.tanh(free)).layout.annotations]
    assert any(text.endswith(" 0.6 → 48.6") for text in texts) and any(text.endswith(" −0.3 → −24.3") for text in texts)


@given(st.integers(1, 600), st.integers(2, 40))
def test_the_first_and_the_last_token_are_labelled_always(steps, most):
    steps_labelled = labelled_steps(steps, most)
    assert steps_labelled[0] == 1 and steps_labelled[-1] == steps and len(steps_labelled) <= most
    assert all(b > a for a, b in pairwise(steps_labelled))


def test_long_texts_are_labelled_from_the_first_token_to_the_last():
    reach = reach_curve(reaches("recall", LONG), list(LONG))
    predictions = prediction_curves(traces("recall", LONG), "C")
    for figure in (reach, predictions):
        assert figure.layout.xaxis.tickvals[0] == 1 and figure.layout.xaxis.tickvals[-1] == len(LONG)
    assert prediction_curves(traces("names", "Rossi"), "Italian").layout.xaxis.tickvals is None
    (line,) = reach.layout.shapes
    assert (line.xref, line.x0) == ("x", 0), "no line through the labels at the left"


def test_lines_on_top_of_each_other_show_their_markers_in_turn():
    shown = [
        np.array(trace.marker.size) > 0
        for trace in training_regimes(cards("recall"), mixed()).data
        if trace.xaxis == "x2"
    ]
    for k, one in enumerate(shown):
        for other in shown[k + 1 :]:
            both = min(len(one), len(other)) - 1  # all show their last point
            assert not (one[:both] & other[:both]).any()


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU], ids=lambda activation: activation.name)
@pytest.mark.parametrize("at", [-8.0, -0.5, 2.0, 8.0, 11.0])
def test_an_activation_is_drawn_with_its_value_and_its_limits(activation, at):
    figure = activation_curve(activation, at)
    curve, dot = figure.data
    np.testing.assert_array_equal(curve.y, activation(np.asarray(curve.x)))
    assert (curve.x[0], curve.x[-1]) == (-8, 8)
    value = float(activation(np.array(at)))
    assert list(dot.y) == [value] and list(dot.x) == [min(at, 8)]
    assert f"{value:.4f}".replace("-", "−") in figure.layout.annotations[0].text
    limits = [limit for limit in (activation.low, activation.high) if np.isfinite(limit)]
    assert [line.y0 for line in figure.layout.shapes] == limits == list(figure.layout.yaxis.tickvals)
    assert figure.layout.height <= 160


# ---- what they look like ---------------------------------------------------------------------------


def test_cells_differ_in_colour_dash_and_marker_and_wear_no_role_colour():
    styles = [*CELL_STYLES.values(), *OTHER_STYLES]
    for part in range(4):
        assert len({style[part] for style in styles}) == len(styles)
    roles = {quantity.colour for kind in CELLS.values() for quantity in kind.define().quantities}
    assert not {style.colour for style in styles} & roles


def test_cells_on_offer_can_be_told_apart_in_one_chart():
    cells = [name for name, cell in CELLS.items() if cell.__module__.startswith("rnnviz.cells")]
    assert len({cell_style(cell) for cell in cells}) == len(cells) == 13


def test_a_new_cell_has_a_style_and_appears_under_its_title():
    assert cell_style(TiedLSTM.name) in OTHER_STYLES
    figure = reach_curve({"rnn": np.array([0.1, 1]), TiedLSTM.name: np.array([0.5, 1])}, ["a", "b"])
    assert {trace.name for trace in figure.data} == {"RNN", "Tied LSTM"}
    assert cell_style("never heard of") == OTHER_STYLES[0]


@given(st.lists(st.floats(0, 200), max_size=8).map(sorted))
def test_labels_keep_their_distance_and_their_order(pixels):
    moved = spread_out(pixels, 200)
    assert all(b - a >= CLOSEST - 1e-9 for a, b in pairwise(moved))
    assert not moved or (moved[0] >= -1e-9 and moved[-1] <= 200 + 1e-9)


@given(st.integers(-16, -2), st.integers(1, 12))
def test_ticks_of_a_logarithmic_axis(low, high):
    values, texts = log_ticks(low, high)
    assert 1.0 in values and "1" in texts and len(values) == len(texts) <= 8
    assert all(10.0**low <= value <= 10.0**high for value in values)


def test_ticks_do_not_crowd():
    assert uncrowded_ticks([1, 5, 10, 20, 30, 40, 80, 160]) == [1, 5, 10, 20, 40, 80, 160]


def test_the_loss_by_rate_marks_one_of_the_rates():
    rates, losses = np.geomspace(0.01, 100, 9), np.array([1.4, 1.2, 1.0, 0.7, 0.8, 0.9, 3.0, 6.0, 9.0])
    curve, dot = loss_by_rate(rates, losses, 1.0, 0.8, 1.36).data
    np.testing.assert_array_equal([curve.x, curve.y], [rates, losses])
    assert (dot.x, dot.y) == ((1.0,), (0.8,))


def test_differences_are_drawn_for_each_cell_over_one_text():
    values = {"rnn": np.array([0.5, 1e-3, 1e-20]), "gru": np.array([0.4, 0.2, 0.1])}
    lines = {line.name: line for line in difference_curves(values, list("abc")).data}
    for cell, found in values.items():
        np.testing.assert_array_equal(lines[CELLS[cell].title].customdata, found)
    with raises(ArrayError, code="different_lengths"):
        difference_curves(values, list("ab"))


def test_counting_ends_draws_what_was_found_and_labels_seeds_that_differ():
    drawn = counting_ends(ENDS, list(range(1, 101)), 12)
    lines = by_name(drawn)
    assert list(lines) == ["set by hand", "GRU, seed 0", "GRU, seed 1", "LSTM, seed 0", "LSTM, seed 3"]
    for name, found in (("GRU, seed 1", ENDS["gru"][1]), ("LSTM, seed 3", ENDS["lstm"][3])):
        assert list(lines[name].y) == found and list(lines[name].x) == list(range(1, 101))
    labels = [note.text for note in drawn.layout.annotations]
    assert sum("GRU" in label for label in labels) == 1
    assert [label for label in labels if "2 seeds" in label] and [label for label in labels if "LSTM, seed 3" in label]


def test_margins_are_drawn_from_the_last_word_before_the_neutral_ones():
    lines = by_name(margin_curves(MARGINS, 2, "the", ("positive", "negative")))
    assert set(lines) == {f"{CELLS[cell].title}, {text}" for text in MARGINS for cell in MARGINS[text]}
    for text, by_cell in MARGINS.items():
        for cell, values in by_cell.items():
            line = lines[f"{CELLS[cell].title}, {text}"]
            np.testing.assert_array_equal(line.y, values)
            assert list(line.x) == [-1, 0, 1, 2]


def test_probed_positions_are_drawn_beside_the_true_ones():
    found, rows = probes(), np.arange(20, 40)
    drawn = probed_positions(found, np.arange(40.0), "o\n<b>" * 4, rows)
    assert len(drawn.data) == 6
    for cell, true, read in zip(THREE, drawn.data[::2], drawn.data[1::2], strict=True):
        np.testing.assert_array_equal(true.y, rows)
        np.testing.assert_array_equal(read.y, found[cell].predictions[rows])
    assert "<b>" not in drawn.data[1].customdata[-1][0]
