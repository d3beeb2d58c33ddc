"""Gradient flow within a layer, against the products of the Jacobians written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import gradient_flow, reach, step_jacobians
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.errors import ArgumentError, UnknownNameError, UnknownQuantityError

from ...raising import raises
from ...strategies import UNUSUAL, UNUSUAL_IDS
from ..linalg.test_product_norms import written_out
from ..random_runs import EVERY, EVERY_ID, runs

WRITES = [(GRU, {"reset": reset, "update": "writes"}) for reset in ("after", "before")]
every_cell = pytest.mark.parametrize(
    ("kind", "options"),
    [*EVERY, *WRITES, UNUSUAL[2], UNUSUAL[5], (LSTM, {"gates": "tanh"})],  # gates that keep less than nothing
    ids=[*EVERY_ID, "gru-after-writes", "gru-before-writes", UNUSUAL_IDS[2], UNUSUAL_IDS[5], "lstm-tanh"],
)


@every_cell
@settings(max_examples=15)
@given(data=st.data())
def test_every_norm_is_that_of_the_product_of_the_jacobians(kind, options, data):
    run = data.draw(runs(kind, options, longest=11))
    flow = gradient_flow(run.trace, run.layer, run.direction)
    one_step = step_jacobians(run.trace, run.layer, run.direction)
    products = written_out(one_step[run.along])[run.along, run.along]
    steps, places = len(run.trace), run.places
    assert flow.states == run.trace.definition.states
    np.testing.assert_allclose(flow.norms, np.linalg.norm(products, axis=(2, 3)) / np.sqrt(products.shape[2]), 1e-8)
    for of in flow.states:
        rows, size = products[:, :, places[of]], run.cell.units(of)
        np.testing.assert_allclose(flow.between(of), np.linalg.norm(rows, axis=(2, 3)) / np.sqrt(size), rtol=1e-8)
        for by in flow.states:
            block = rows[..., places[by]]
            expected = np.linalg.norm(block, axis=(2, 3)) / np.sqrt(size)
            np.testing.assert_allclose(flow.between(of, by), expected, rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(
        flow.largest_singular_values, np.linalg.norm(one_step, 2, axis=(1, 2)), rtol=1e-8, atol=1e-12
    )
    np.testing.assert_allclose(np.diag(flow.norms), 1, rtol=1e-12)
    for to in range(1, steps + 1):
        np.testing.assert_array_equal(flow.curve(to), flow.norms[to - 1])
        assert (flow.between("hidden")[to - 1] <= reach(run.trace, run.layer, run.direction, to) * (1 + 1e-8)).all()


@every_cell
@settings(max_examples=10)
@given(data=st.data())
def test_the_highway_and_the_other_paths_make_up_the_whole(kind, options, data):
    run = data.draw(runs(kind, options, longest=9))
    flow = gradient_flow(run.trace, run.layer, run.direction)
    if kind is RNN:
        assert (flow.gated_state, flow.gate, flow.keep_shares, flow.gate_path_norms, flow.highway_norms) == (None,) * 5
        with raises(ArgumentError, code="no_gated_state"):
            flow.highway(0)
        return
    where = (run.layer, run.direction)
    gate = run.trace[(flow.gate, *where)][run.along]
    gate = 1 - gate if options.get("update") == "writes" else gate
    assert (flow.gated_state, flow.gate) == (("hidden", "update") if kind is GRU else ("cell", "forget"))
    rows, size = run.places[flow.gated_state], run.cell.units(flow.gated_state)
    products = written_out(step_jacobians(run.trace, *where)[run.along])[:, :, rows, rows]
    text_order = np.stack([flow.highway(unit) for unit in range(size)], axis=2)
    highway, norms = text_order[run.along, run.along], flow.gate_path_norms[run.along, run.along]
    for t in range(len(gate)):
        for k in range(t + 1):
            np.testing.assert_allclose(highway[t, k], np.prod(gate[k + 1 : t + 1], axis=0), rtol=1e-12)
            rest = products[t, k] - np.diag(highway[t, k])
            expected, whole = np.linalg.norm(rest), np.linalg.norm(products[t, k])
            np.testing.assert_allclose(norms[t, k] * np.sqrt(size), expected, rtol=1e-7, atol=1e-13 * whole)
        assert (highway[t, t + 1 :] == 0).all()
    np.testing.assert_allclose(flow.highway_norms, np.linalg.norm(text_order, axis=2) / np.sqrt(size), rtol=1e-12)


def test_an_lstm_that_reads_its_past_by_the_highway_alone():
    """With weight_hh = 0 no gate sees the past: the cell state depends on itself through the forget gate only."""
    model = rnnviz.load("recall-lstm")
    cell = model.network.layers[0][0]
    alone = LSTM(cell.weight_ih, np.zeros_like(cell.weight_hh), cell.bias_ih, cell.bias_hh)
    model.network.layers[0][0] = alone
    try:
        flow = gradient_flow(model.trace("Cabcdefgh?"))
    finally:
        model.network.layers[0][0] = cell
    np.testing.assert_allclose(flow.between("cell", "cell"), flow.highway_norms, rtol=1e-4)
    assert flow.gate_path_norms.max() < 1e-6


@pytest.mark.parametrize("name", ["names-lstm", "recall-gru", "recall-rnn"])
def test_bundled_models_in_float32_agree_with_float64(name):
    model = rnnviz.load(name)
    trace = model.trace(model.card["examples"][0])
    flow = gradient_flow(trace)
    products = written_out(flow.one_step.astype(np.float64))
    expected = np.linalg.norm(products, axis=(2, 3)) / np.sqrt(products.shape[2])
    np.testing.assert_allclose(flow.norms, expected, rtol=1e-4)


def test_vanishing_and_exploding_are_named_where_they_happen():
    """An RNN of one unit whose steps multiply the gradient by known factors."""
    cell = RNN(*(np.array(w, np.float64) for w in ([[1.0]], [[2.0]], [0.0], [0.0])), activation="relu")
    network = rnnviz.network.Network([[cell]])
    model = rnnviz.Model("relu", network, rnnviz.text.tokens.Vocabulary("numbers"), [])
    flow = gradient_flow(model.trace([1.0] * 10))
    np.testing.assert_allclose(flow.curve(), 2.0 ** np.arange(9, -1, -1))
    assert [place[:3] for place in flow.extremes()] == [("exploding", 1, 3)]  # 2^7 is the first beyond 100
    assert [place[:3] for place in flow.extremes(factor=30)] == [("exploding", 1, 5)]
    assert flow.extremes(to=4) == []
    cut = gradient_flow(model.trace([1.0, 1.0, 1.0, -100.0, 1.0, 1.0]))
    assert cut.extremes() == [("vanishing", 1, 3, 4)]  # at the fourth step the unit is shut, and nothing gets through
    assert cut.curve()[:3].tolist() == [0, 0, 0]


def test_the_recall_rnn_vanishes_where_the_gated_cells_do_not():
    text = rnnviz.load("recall-rnn").card["examples"][0]
    places = {c: gradient_flow(rnnviz.load(f"recall-{c}").trace(text)).extremes() for c in ("rnn", "gru", "lstm")}
    assert any(place.kind == "vanishing" and place.first == 1 for place in places["rnn"])
    assert not any(place.kind == "vanishing" and place.first == 1 for place in places["gru"] + places["lstm"])


def test_invalid_arguments_are_refused():
    trace = rnnviz.load("names-lstm").trace("Ada")
    flow = gradient_flow(trace)
    for call in (flow.curve, flow.extremes):
        with raises(ArgumentError, code="unknown_step", name="to", value=99, allowed=(1, 4)):
            call(99)
    with raises(ArgumentError, code="unknown_unit", value=64, allowed=(0, 63)):
        flow.highway(64)
    with raises(UnknownNameError, kind="state", name="update", allowed=("hidden", "cell")):
        flow.between("update")
    with raises(UnknownQuantityError, code="layer"):
        gradient_flow(trace, 3)
