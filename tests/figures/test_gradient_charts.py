"""Gradient figures: the numbers of the analysis, one scale for all, and nothing drawn where nothing was read yet."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import gradient_by_layers, gradient_flow
from rnnviz.cells import CELLS
from rnnviz.colours import EXPLODING
from rnnviz.errors import ArgumentError, ArrayError
from rnnviz.figures import (
    gradient_map,
    gradient_routes,
    layer_gradient_map,
    reach_curve,
    singular_value_curves,
)
from rnnviz.figures.chart_parts import outline_path

from ..raising import raises
from .agreement import agree, no_markup_but_our_own

CELLS_OF_NAMES = ("rnn", "gru", "lstm")
TEXT = "Schmidhuber"


@pytest.fixture(scope="module")
def traces():
    return {cell: rnnviz.load(f"names-{cell}").trace(TEXT) for cell in CELLS_OF_NAMES}


@pytest.fixture(scope="module")
def flows(traces):
    return {cell: gradient_flow(trace) for cell, trace in traces.items()}


def long(steps=256):
    return ["a", "<b>", "…"] * (steps // 3) + ["z"] * (steps % 3)


def test_each_figure_is_valid_and_the_same_for_a_page(traces, flows):
    trace, flow = traces["lstm"], flows["lstm"]
    tokens = trace.tokens
    between = flow.between("cell", "cell")
    layers = gradient_by_layers(trace, 9)
    for call in (
        (gradient_map, ("lstm", flow.norms, tokens, trace.unknown), {"title": "names"}),
        (singular_value_curves, ({cell: flow.largest_singular_values for cell, flow in flows.items()}, tokens), {}),
        (gradient_routes, ("lstm", between[8], flow.highway_norms[8], flow.gate_path_norms[8], tokens), {"to": 9}),
        (reach_curve, ({cell: flow.curve(9) for cell, flow in flows.items()}, tokens), {"to": 9}),
        (layer_gradient_map, ({(0, "forward"): layers.norm(0)}, layers.input_norm, tokens), {"to": 9}),
    ):
        figure, args, kwargs = call
        assert agree(figure, *args, **kwargs)


# ---- the map of all pairs --------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS_OF_NAMES)
def test_the_map_is_the_logarithm_of_the_norms_below_the_diagonal(cell, flows, traces):
    norms = flows[cell].norms
    figure = gradient_map(cell, norms, traces[cell].tokens)
    (heatmap,) = figure.data
    there = np.tri(len(norms), dtype=bool)
    assert np.isnan(np.asarray(heatmap.z)[~there]).all()
    np.testing.assert_allclose(np.asarray(heatmap.z)[there], np.log10(norms[there]), atol=1e-5)
    np.testing.assert_allclose(heatmap.customdata, norms, rtol=1e-6)
    assert heatmap.name == "gradient"
    assert list(heatmap.x) == list(heatmap.y) == list(range(1, len(norms) + 1))
    low, high = figure.layout.yaxis.range
    assert low > high, "the first step is on top"
    assert CELLS[cell].title in figure.layout.annotations[0].text
    assert figure.layout.dragmode is False and figure.layout.height <= 340


def test_one_scale_for_whatever_the_norms_are():
    shown = []
    for factor in (1e-30, 1.0, 1e30):
        (heatmap,) = gradient_map("rnn", np.tri(4) * factor, list("abcd")).data
        shown.append((heatmap.zmin, heatmap.zmax, heatmap.colorscale, heatmap.colorbar.to_plotly_json()))
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][:2] == (-8, 2)
    texts = shown[0][3]["ticktext"]
    assert texts[0].startswith("≤") and texts[-1] == "≥100"


def test_norms_beyond_the_scale_keep_their_numbers():
    norms = np.array([[1, 0, 0], [1e-60, 1, 0], [0, 1e50, 1]])
    (heatmap,) = gradient_map("rnn", norms, list("abc")).data
    np.testing.assert_array_equal(heatmap.customdata, norms)
    z = np.asarray(heatmap.z)
    assert (z[1, 0], z[2, 0], z[2, 1]) == (-8, -8, 2), "a true zero is at the floor, not missing"
    assert np.isnan(z[0, 1])


def test_what_grew_is_outlined_with_a_legend():
    norms = np.tri(3) * 0.5
    calm = gradient_map("rnn", norms, list("abc"))
    norms[2, 0] = 3.0
    grown = gradient_map("rnn", norms, list("abc"))
    assert "outlined" not in " ".join(note.text for note in calm.layout.annotations)
    assert "outlined" in " ".join(note.text for note in grown.layout.annotations)
    assert len(grown.layout.shapes) == len(calm.layout.shapes) + 1
    assert grown.layout.shapes[-1].path == outline_path(np.arange(9).reshape(3, 3) == 6)
    assert grown.layout.shapes[-1].line.color == EXPLODING


def test_a_layer_that_reads_from_the_end_fills_the_other_triangle():
    norms = np.array([[1, 0.5, 0.2], [0, 1, 0.4], [0, 0, 1.0]])
    for figure in (gradient_map("gru", norms, list("abc")), gradient_map("gru", norms, list("abc"), backward=True)):
        np.testing.assert_array_equal(np.isnan(np.asarray(figure.data[0].z)), np.tri(3, k=-1, dtype=bool))
    forward = gradient_map("gru", np.eye(3), list("abc"))
    backward = gradient_map("gru", np.eye(3), list("abc"), backward=True)
    assert np.isnan(forward.data[0].z[0][1]) and np.isnan(backward.data[0].z[1][0])


@pytest.mark.parametrize("steps", [1, 2, 256])
def test_short_and_long_texts(steps):
    tokens = long(steps)
    norms = np.tri(steps) * 0.9
    assert agree(gradient_map, "lstm", norms, tokens)
    figure = gradient_map("lstm", norms, tokens)
    if steps == 256:
        for axis in (figure.layout.xaxis, figure.layout.yaxis):
            assert axis.tickvals[0] == 1 and axis.tickvals[-1] == 256 and len(axis.tickvals) <= 24
    curve = norms[-1]
    for call in (
        (reach_curve, ({"rnn": curve}, tokens), {"to": steps}),
        (singular_value_curves, ({"rnn": curve},), {"tokens": tokens}),
        (gradient_routes, ("lstm", curve, curve, curve * 0, tokens), {"to": 1}),
        (layer_gradient_map, ({(0, "forward"): curve}, curve, tokens), {"to": 1}),
    ):
        figure, args, kwargs = call
        assert agree(figure, *args, **kwargs)


def test_the_height_stays_below_a_phones_screen_with_long_words_too():
    figure = gradient_map("rnn", np.eye(2), ["extraordinarily", "good"])
    assert figure.layout.height <= 340


def test_no_token_and_no_title_becomes_markup():
    tokens = ["<b>x</b>", "&", "<img src=x>"]
    norms, curve = np.tri(3), np.ones(3)
    for figure in (
        gradient_map("rnn", norms, tokens, title="<b>my</b> model"),
        singular_value_curves({"rnn": curve}, tokens),
        gradient_routes("lstm", curve, curve, curve, tokens, to=3),
        reach_curve({"rnn": curve}, tokens, to=1),
        layer_gradient_map({(0, "forward"): curve}, curve, tokens, to=1),
    ):
        assert no_markup_but_our_own(figure)
        assert "b>x" not in str(figure.layout.annotations)


def test_norms_of_another_text_are_refused():
    with raises(ArrayError, name="norms", shape=(3, 3), expected=(2, 2)):
        gradient_map("rnn", np.eye(3), ["a", "b"])


# ---- curves ----------------------------------------------------------------------------------------


def test_reach_to_any_step_draws_what_was_read_and_nothing_else(flows, traces):
    tokens = traces["rnn"].tokens
    figure = reach_curve({cell: flow.curve(5) for cell, flow in flows.items()}, tokens, to=5)
    for line in figure.data:
        cell = next(cell for cell in CELLS_OF_NAMES if CELLS[cell].title == line.name)
        np.testing.assert_array_equal(line.y[:5], flows[cell].curve(5)[:5])
        assert np.isnan(line.y[5:]).all()
        assert "open" not in "".join(line.marker.symbol)
    assert "step 5" in figure.layout.annotations[0].text
    assert not [text for text in figure.layout.yaxis.ticktext if "≤" in text], "not read yet is not lost"


def test_reach_of_a_layer_that_reads_from_the_end():
    curve = np.array([0.0, 0.0, 1.0, 0.5, 0.1])
    figure = reach_curve({"gru": curve}, list("abcde"), to=3)
    np.testing.assert_array_equal(figure.data[0].y, [np.nan, np.nan, 1, 0.5, 0.1])
    (_, end) = figure.layout.annotations
    assert end.x == 4 and end.xanchor == "left" and figure.layout.yaxis.side == "left"


def test_reach_without_a_step_is_to_the_last_one(flows, traces):
    figure = reach_curve({cell: flow.curve() for cell, flow in flows.items()}, traces["rnn"].tokens)
    assert "the last hidden state" in figure.layout.annotations[0].text
    assert len(figure.layout.shapes) == 1 and figure.layout.yaxis.side == "right"
    with raises(ArgumentError, code="unknown_step", name="to", value=99):
        reach_curve({"rnn": np.ones(2)}, ["a", "b"], to=99)


@pytest.mark.parametrize("bad", [np.inf, np.nan, 0.0, 1e-300])
def test_overflow_and_underflow_break_no_axis(bad):
    curve = np.array([bad, 0.5, 1.0])
    for figure in (reach_curve({"rnn": curve}, list("abc"), to=3), singular_value_curves({"rnn": curve}, list("abc"))):
        assert np.isfinite(figure.layout.yaxis.range).all()
        np.testing.assert_array_equal(figure.data[0].customdata, curve)
    norms = np.eye(3)
    norms[2, 0] = bad
    at = gradient_map("rnn", norms, list("abc")).data[0].z[2][0]
    assert np.isnan(at) if np.isnan(bad) else at == (2 if bad > 1 else -8)


def test_singular_values_are_the_flows_with_a_line_at_1(flows, traces):
    figure = singular_value_curves(
        {cell: flow.largest_singular_values for cell, flow in flows.items()}, traces["rnn"].tokens
    )
    for line in figure.data:
        cell = next(cell for cell in CELLS_OF_NAMES if CELLS[cell].title == line.name)
        np.testing.assert_array_equal(line.y, flows[cell].largest_singular_values)
    (one,) = figure.layout.shapes
    assert one.y0 == one.y1 == 1 and one.line.dash == "dash"
    assert "nothing lost, nothing gained" in figure.layout.annotations[0].text
    with raises(ArrayError, code="different_lengths", expected={"rnn": 2, "tokens": 1}):
        singular_value_curves({"rnn": np.ones(2)}, ["a"])


@pytest.mark.parametrize(("cell", "state", "gate"), [("lstm", "cell", "forget"), ("gru", "hidden", "update")])
def test_routes_are_the_rows_of_the_flow(cell, state, gate, flows, traces):
    flow, to = flows[cell], 9
    rows = [flow.between(state, state)[to - 1], flow.highway_norms[to - 1], flow.gate_path_norms[to - 1]]
    quantity = traces[cell].definition.by_name[gate]
    figure = gradient_routes(cell, *rows, traces[cell].tokens, to=to, gate=quantity.title)
    lines = {line.name: line for line in figure.data}
    for name, row in zip(("all paths", "highway", "via gates"), rows, strict=True):
        drawn = ~np.isnan(lines[name].y)
        assert not drawn[to:].any()
        np.testing.assert_array_equal(np.asarray(lines[name].y)[drawn], row[drawn])
        assert (row[:to][~drawn[:to]] == 0).all()
    assert lines["highway"].line.color == quantity.colour
    roles = {q.colour for kind in CELLS.values() for q in kind.define().quantities}
    assert not {lines["all paths"].line.color, lines["via gates"].line.color} & roles
    for part in ("line.dash", "marker.symbol"):
        assert len({str(line[part.split(".")[0]][part.split(".")[1]]) for line in lines.values()}) == 3


def test_steps_without_a_path_through_a_gate_draw_no_loss():
    figure = gradient_routes("lstm", np.ones(4), np.ones(4), np.array([0.2, 0.1, 0.0, 0.0]), list("abcd"), to=4)
    through = next(line for line in figure.data if line.name == "via gates")
    np.testing.assert_array_equal(through.y, [0.2, 0.1, np.nan, np.nan])
    assert figure.layout.yaxis.range[0] > -3


# ---- by layers --------------------------------------------------------------------------------------


def test_layers_are_stacked_as_in_the_network():
    random = np.random.default_rng(0)
    keys = [(0, "forward"), (0, "backward"), (1, "forward"), (1, "backward")]
    norms = {key: random.uniform(0, 2, 5) for key in keys}
    inputs = np.array([0, 1e-9, 1e-3, 5, 1e9])
    figure = layer_gradient_map(norms, inputs, list("abcde"), to=3)
    (heatmap,) = figure.data
    rows = [text.replace("<br>", " ") for text in figure.layout.yaxis.ticktext]
    assert rows == ["layer 2 forward", "layer 2 backward", "layer 1 forward", "layer 1 backward", "input vectors"]
    expected = np.stack([norms[1, "forward"], norms[1, "backward"], norms[0, "forward"], norms[0, "backward"], inputs])
    np.testing.assert_array_equal(heatmap.customdata, expected)
    np.testing.assert_allclose(heatmap.z[-1], [-8, -8, -3, np.log10(5), 2], atol=1e-6)
    low, high = figure.layout.yaxis.range
    assert low > high, "the highest layer is on top"
    with raises(ArgumentError, code="unknown_step", name="to", value=6):
        layer_gradient_map(norms, inputs, list("abcde"), to=6)
