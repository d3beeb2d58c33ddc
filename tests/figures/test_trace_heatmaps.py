"""Figures: valid Plotly, true to the trace, and scales that mean the same everywhere."""

import base64
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rnnviz
from rnnviz.cells import LSTM
from rnnviz.cells.definition import CELL, FORGET, HIDDEN
from rnnviz.cells.equation_roles import ROLE_COLOURS
from rnnviz.colours import quantity_scale, rgb, round_up, scale_limits
from rnnviz.errors import ArgumentError, UnknownQuantityError
from rnnviz.figures import HeatmapTemplate, PlainFigure, heatmaps, vector_times_gate, what_if_heatmaps
from rnnviz.figures.plain_figure import pack_array
from rnnviz.figures.token_labels import markup_label
from rnnviz.instrument import payload
from rnnviz.interventions import Hold

from ..raising import raises
from ..value_models import value_model

CELLS_AND_TEXTS = [("names-rnn", "Dubois"), ("counter-gru", "aabb"), ("reviews-lstm", "not good <at> all 👩🏽‍🚀")]


def unpacked(value: dict) -> object:
    """A typed array as a list of numbers."""
    if "bdata" not in value:
        return value
    shape = [int(n) for n in value["shape"].split(",")] if "shape" in value else -1
    return np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"]).reshape(shape).tolist()


@pytest.mark.parametrize(("name", "text"), CELLS_AND_TEXTS)
def test_what_the_page_sends_is_what_plotly_itself_would_send(name, text):
    """`PlainFigure` skips Plotly's checks, so they are made here."""
    trace = rnnviz.load(name).trace(text)
    for content in (HeatmapTemplate(trace).fill(trace), HeatmapTemplate(trace).fill(trace, step=2)):
        checked = go.Figure(content)
        checked.layout.template = None
        sent, expected = (
            json.loads(plotly.io.to_json(f), object_hook=unpacked) for f in (PlainFigure(content), checked)
        )
        assert sent == expected


def test_filling_leaves_the_template_as_it_was():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    template = HeatmapTemplate(trace)
    before = json.dumps(template.parts)
    template.fill(trace, step=3)
    assert json.dumps(template.parts) == before


def test_a_heatmap_is_the_trace_transposed():
    trace = rnnviz.load("names-gru").trace("Dubois")
    figure = heatmaps(trace)
    for heatmap in figure.data[1:]:
        np.testing.assert_array_equal(heatmap.z, trace[heatmap.name].T)
    assert list(figure.data[0].x) == list(range(1, 8))


def test_axes_are_labelled_with_the_tokens_and_mark_unknown_ones():
    trace = rnnviz.load("names-lstm").trace("Aß\u4e2d")
    labels = heatmaps(trace).layout.xaxis.labelalias
    assert labels["1"] == "A"
    assert labels["3"] == "<i>\u4e2d</i><sup>?</sup>"
    assert labels["4"] == "∎"


def test_packing_keeps_every_value():
    for array in (np.arange(5), np.eye(3, dtype=np.float32)[:, ::-1], np.linspace(0, 1, 4), np.eye(2, dtype=">f8")):
        assert unpacked(pack_array(array)) == array.tolist()


@given(st.text(max_size=8))
def test_no_token_becomes_markup(token):
    text = markup_label(token)
    assert "<" not in text and ">" not in text


def test_the_playhead_is_over_the_chosen_step():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    (playhead,) = heatmaps(trace, step=3).layout.shapes
    assert (playhead.x0, playhead.x1) == (1.5, 2.5)
    assert not heatmaps(trace).layout.shapes


def test_a_stack_names_every_quantity_with_its_symbol_and_colour():
    for name in ("names-rnn", "names-gru", "names-lstm"):
        trace = rnnviz.load(name).trace("Dubois")
        titles = [a.text for a in heatmaps(trace).layout.annotations][1:]
        for title, quantity in zip(titles, trace.definition.display_order, strict=True):
            assert quantity.colour in title and f"<i>{quantity.symbol}</i>" in title
            assert quantity.title.lower() in title.lower()


def test_gates_and_bounded_states_never_rescale():
    values = np.array([0.2, 0.3])
    assert scale_limits(FORGET, values) == (0, 1)
    assert scale_limits(HIDDEN, values) == (-1, 1)


@given(st.floats(1e-3, 1e6))
def test_rounding_up_reaches_the_value_and_not_twice_it(value):
    assert value * (1 - 1e-9) <= round_up(value) <= 2 * value


def test_the_steps_of_a_scale_lie_close_above_10_too():
    steps = [round_up(value) for value in (1.1, 1.2, 11.16, 12.1, 15.5, 0.13)]
    assert steps == pytest.approx([1.2, 1.2, 12, 15, 20, 0.15])


def test_the_browser_gets_the_limits_of_the_figure():
    model = rnnviz.load("counter-lstm")
    trace = model.trace("a" * 12 + "b" * 12)
    sent = payload(trace, model)["limits"]
    for heatmap in heatmaps(trace).data[1:]:
        assert (heatmap.zmin, heatmap.zmax) == tuple(sent[heatmap.name])


def test_a_gated_vector_has_lines_between_its_units():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    figure = vector_times_gate(trace["hidden"][-1], 0.5, HIDDEN)
    np.testing.assert_allclose(figure.data[0].z, [trace["hidden"][-1] / 2, trace["hidden"][-1]])
    lines, edges = figure.layout.shapes
    assert lines.path.count("M") == 2 * (trace.hidden_size - 1) and edges.path.count("M") == 2


def test_the_cell_state_has_a_symmetric_scale_whose_ends_say_what_is_beyond():
    trace = rnnviz.load("names-lstm").trace("Rossi")
    figure = heatmaps(trace)
    cell = next(h for h in figure.data if h.name == "cell")
    assert cell.zmin == -cell.zmax
    assert list(cell.colorbar.tickvals) == [cell.zmin, 0, cell.zmax]
    low, zero, high = cell.colorbar.ticktext
    assert (trace["cell"] < cell.zmin).any() and not (trace["cell"] > cell.zmax).any(), "the text shows one of both"
    assert (low, zero, high) == (f"≤−{cell.zmax:g}", "0", f"{cell.zmax:g}")


@given(hnp.arrays(float, st.integers(1, 300), elements=st.floats(-1e6, 1e6)))
def test_an_unbounded_scale_holds_most_values_and_is_not_much_larger(values):
    low, high = scale_limits(CELL, values)
    within = np.abs(values) <= high * (1 + 1e-9)
    assert low == -high and within.mean() >= 0.98
    most = np.sort(np.abs(values))[int(np.ceil(0.98 * len(values))) - 1]
    assert high <= max(2 * most, 0.5) * (1 + 1e-9)


def test_a_scale_has_few_ends_and_ignores_what_is_no_number():
    ends = {scale_limits(CELL, np.array([value]))[1] for value in np.linspace(0, 100, 5000)}
    assert ends == {0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100}
    assert scale_limits(CELL, np.array([np.nan, np.inf, -np.inf, 1.5])) == (-2, 2)
    assert scale_limits(CELL, np.array([])) == scale_limits(CELL, np.array([np.nan])) == (-0.5, 0.5)


def test_zero_is_transparent_and_the_highest_value_wears_the_role_colour():
    output, hidden = (LSTM.define().by_name[name] for name in ("output", "hidden"))
    shows, state = (",".join(map(str, rgb(ROLE_COLOURS[role]))) for role in ("shows", "hidden"))
    assert quantity_scale(output) == [[0.0, f"rgba({shows},0)"], [1.0, f"rgba({shows},1)"]]
    assert [colour for at, colour in quantity_scale(hidden) if at == 0.5] == ["rgba(95,107,122,0)", f"rgba({state},0)"]


def test_a_model_without_readout_has_no_panel_for_predictions():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    silent = replace(trace, logits=None, outputs=None, labels=[])
    assert [h.name for h in heatmaps(silent).data] == [q.name for q in trace.definition.display_order]


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
def test_outputs_that_are_values_have_a_panel(activation):
    trace = value_model(outputs=2, activation=activation).trace("noise(seed=1, steps=5)")
    heatmap = heatmaps(trace).data[0]
    assert heatmap.name == "output"
    np.testing.assert_array_equal(heatmap.z, trace.outputs.T[::-1])
    assert list(heatmap.y) == trace.labels[::-1]
    low, high = (0, 1) if activation == "sigmoid" else (-heatmap.zmax, heatmap.zmax)
    assert (heatmap.zmin, heatmap.zmax) == (low, high) and low <= heatmap.z.min() <= heatmap.z.max() <= high


def test_an_output_without_a_name_has_a_row_with_one():
    trace = replace(value_model(outputs=1).trace("1 2"), labels=["0"])
    assert list(heatmaps(trace).data[0].y) == ["output"]


def test_two_runs_share_the_scale_of_their_outputs():
    model = value_model(outputs=2)
    before = model.trace("1 2 3 4")
    after = model.trace("1 2 3 4", interventions=[Hold("forget", 1.0)])
    drawn = [what_if_heatmaps(before, after, which).data[0] for which in ("before", "after", "difference")]
    np.testing.assert_allclose(drawn[2].z, drawn[1].z - drawn[0].z)
    assert drawn[0].zmax == drawn[1].zmax >= max(np.abs(each.z).max() for each in drawn[:2])


def test_named_panels_are_drawn_in_that_order():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    figure = heatmaps(trace, ["input_vector", "prediction", "forget"])
    assert [h.name for h in figure.data] == ["input_vector", "prediction", "forget"]
    vectors = figure.data[0]
    np.testing.assert_array_equal(vectors.z, trace["input_vector"].T)
    assert (vectors.zmin, vectors.zmax) == scale_limits(trace.definition.by_name["input_vector"], vectors.z)


@pytest.mark.parametrize("name", ["prediction", "forget", "input_vector"])
def test_a_single_panel_names_its_tokens_once(name):
    trace = rnnviz.load("names-lstm").trace("Dubois")
    content = HeatmapTemplate(trace, [name]).fill(trace)
    assert "xaxis2" not in content["layout"]
    assert content["layout"]["xaxis"]["labelalias"]["1"] == "D"
    assert content["layout"]["height"] < HeatmapTemplate(trace).fill(trace)["layout"]["height"] / 2


def test_missing_panels_are_refused():
    trace = rnnviz.load("names-lstm").trace("Dubois")
    with raises(UnknownQuantityError, name="update"):
        heatmaps(trace, ["update"])
    silent = replace(trace, logits=None, outputs=None, labels=[])
    for nothing in ([], ["prediction"]):
        with raises(ArgumentError, code="no_panel", name="quantities"):
            heatmaps(silent if nothing else trace, nothing)
