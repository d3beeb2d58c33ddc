"""Gradient flow against PyTorch's autograd over whole networks, and the norms against the products written out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import gradient_by_layers, gradient_flow, hidden_by_state, input_gradient, reach, step_jacobians
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.network import softmax

from ..strategies import UNUSUAL, UNUSUAL_IDS, VARIANT_IDS, VARIANTS
from .runs import EVERY, EVERY_ID, runs
from .test_products import written_out

WRITES = [(GRU, {"reset": reset, "update": "writes"}) for reset in ("after", "before")]
ORACLE = pytest.mark.parametrize(
    ("kind", "options"), [*VARIANTS, *WRITES], ids=[*VARIANT_IDS, "gru-after-writes", "gru-before-writes"]
)
every_cell = pytest.mark.parametrize(
    ("kind", "options"),
    [*EVERY, *WRITES, UNUSUAL[2], UNUSUAL[5], (LSTM, {"gates": "tanh"})],  # gates that keep less than nothing
    ids=[*EVERY_ID, "gru-after-writes", "gru-before-writes", UNUSUAL_IDS[2], UNUSUAL_IDS[5], "lstm-tanh"],
)


# ---- within a layer --------------------------------------------------------------------------------


@every_cell
@settings(max_examples=15)
@given(data=st.data())
def test_every_norm_is_that_of_the_product_of_the_jacobians(kind, options, data):
    run = data.draw(runs(kind, options, longest=11))
    flow = gradient_flow(run.trace, run.layer, run.direction)
    one_step = step_jacobians(run.trace, run.layer, run.direction)
    products = written_out(one_step[run.along])[run.along, run.along]
    steps, size = len(run.trace), run.trace.hidden_size
    assert flow.states == run.trace.definition.states
    np.testing.assert_allclose(flow.norms, np.linalg.norm(products, axis=(2, 3)) / np.sqrt(products.shape[2]), 1e-8)
    for a, of in enumerate(flow.states):
        rows = products[:, :, a * size : (a + 1) * size]
        np.testing.assert_allclose(flow.between(of), np.linalg.norm(rows, axis=(2, 3)) / np.sqrt(size), rtol=1e-8)
        for b, by in enumerate(flow.states):
            block = rows[..., b * size : (b + 1) * size]
            expected = np.linalg.norm(block, axis=(2, 3)) / np.sqrt(size)
            np.testing.assert_allclose(flow.between(of, by), expected, rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(flow.largest, np.linalg.norm(one_step, 2, axis=(1, 2)), rtol=1e-8, atol=1e-12)
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
        assert (flow.carried, flow.gate, flow.kept, flow.gates, flow.highway_norms) == (None,) * 5
        with pytest.raises(ValueError, match="no gate of this cell"):
            flow.highway(0)
        return
    where = (run.layer, run.direction)
    gate = run.trace[(flow.gate, *where)][run.along]
    gate = 1 - gate if options.get("update") == "writes" else gate
    assert (flow.carried, flow.gate) == (("hidden", "update") if kind is GRU else ("cell", "forget"))
    block, size = flow.states.index(flow.carried), run.trace.hidden_size
    rows = slice(block * size, (block + 1) * size)
    products = written_out(step_jacobians(run.trace, *where)[run.along])[:, :, rows, rows]
    text_order = np.stack([flow.highway(unit) for unit in range(size)], axis=2)
    highway, norms = text_order[run.along, run.along], flow.gates[run.along, run.along]
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
    assert flow.gates.max() < 1e-6


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
    assert [place[:3] for place in flow.places()] == [("exploding", 1, 3)]  # 2^7 is the first beyond 100
    assert [place[:3] for place in flow.places(factor=30)] == [("exploding", 1, 5)]
    assert flow.places(to=4) == []
    cut = gradient_flow(model.trace([1.0, 1.0, 1.0, -100.0, 1.0, 1.0]))
    assert cut.places() == [("vanishing", 1, 3, 4)]  # at the fourth step the unit is shut, and nothing gets through
    assert cut.curve()[:3].tolist() == [0, 0, 0]


def test_the_recall_rnn_vanishes_where_the_gated_cells_do_not():
    text = rnnviz.load("recall-rnn").card["examples"][0]
    places = {c: gradient_flow(rnnviz.load(f"recall-{c}").trace(text)).places() for c in ("rnn", "gru", "lstm")}
    assert any(place.what == "vanishing" and place.first == 1 for place in places["rnn"])
    assert not any(place.what == "vanishing" and place.first == 1 for place in places["gru"] + places["lstm"])


# ---- through all layers ----------------------------------------------------------------------------


def torch_step(torch, cell, options, x, h, c):
    """One step of a cell in PyTorch, from (h, c) to (h, c); c is passed along where there is none."""
    w_ih, w_hh, b_ih, b_hh = (torch.tensor(array) for array in cell.parameters.values())
    from_x, from_h = w_ih @ x + b_ih, w_hh @ h + b_hh
    if isinstance(cell, LSTM):
        i, f, g, o = (from_x + from_h).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
    if isinstance(cell, GRU):
        (xr, xz, xn), (hr, hz, hn) = from_x.chunk(3), from_h.chunk(3)
        r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
        before = w_hh.chunk(3)[2] @ (r * h) + b_hh.chunk(3)[2]
        n = (xn + (before if options["reset"] == "before" else r * hn)).tanh()
        keep = 1 - z if options.get("update") == "writes" else z
        return (1 - keep) * n + keep * h, c
    total = from_x + from_h
    return (total.relu() if options["activation"] == "relu" else total.tanh()), c


def torch_run(torch, trace, options):
    """The whole network in PyTorch: inputs, states by layer and direction, and logits. Every state has a gradient."""
    network = trace.network
    inputs = [torch.tensor(row, requires_grad=True) for row in trace["input_vector"].copy()]
    below, states = inputs, {}
    for k, cells in enumerate(network.layers):
        seen = []
        for direction, cell in zip(trace.directions, cells, strict=True):
            h, c = (torch.tensor(trace.initial[s, k, direction]) for s in ("hidden", cell.states[-1]))
            order = range(len(below)) if direction == "forward" else range(len(below))[::-1]
            row = [None] * len(below)
            for t in order:
                h, c = torch_step(torch, cell, options, below[t], h, c)
                # Adding zeros gives (h, c) names of their own, so that they count as two things.
                nudges = [torch.zeros_like(h, requires_grad=True) for _ in cell.states]
                h, c = h + nudges[0], c + nudges[-1] if isinstance(cell, LSTM) else c
                row[t] = (h, nudges)
            seen.append([h for h, _ in row])
            states[k, direction] = row
        below = [torch.cat(parts) for parts in zip(*seen, strict=True)]
    weight, bias = torch.tensor(network.readout_weight), torch.tensor(network.readout_bias)
    return inputs, states, [weight @ row + bias for row in below]


@ORACLE
@settings(max_examples=12)
@given(data=st.data())
def test_gradients_through_layers_and_directions_agree_with_autograd(kind, options, data):
    torch = pytest.importorskip("torch")
    run = data.draw(runs(kind, options, longest=5, largest=3))
    trace, to = run.trace, data.draw(st.integers(1, len(run.trace)))
    found = gradient_by_layers(trace, to, run.layer, run.direction)
    inputs, states, _ = torch_run(torch, trace, options)
    assert set(found.states) == {(k, d) for k in range(run.layer + 1) for d in trace.directions}
    for i in range(trace.hidden_size):
        target = states[run.layer, run.direction][to - 1][0][i]
        for key, row in states.items():
            if key[0] > run.layer:
                continue
            for k, (_, nudges) in enumerate(row):
                parts = torch.autograd.grad(target, nudges, retain_graph=True, allow_unused=True)
                expected = [np.zeros(trace.hidden_size) if part is None else part.numpy() for part in parts]
                np.testing.assert_allclose(found.states[key][k, i], np.concatenate(expected), rtol=1e-8, atol=1e-9)
        parts = torch.autograd.grad(target, inputs, retain_graph=True, allow_unused=True)
        for k, part in enumerate(parts):
            expected = np.zeros(inputs[0].shape) if part is None else part.numpy()
            np.testing.assert_allclose(found.inputs[k, i], expected, rtol=1e-8, atol=1e-9)


@every_cell
@settings(max_examples=8)
@given(data=st.data())
def test_within_one_layer_it_is_the_flow_of_that_layer(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.integers(1, len(run.trace)))
    found = gradient_by_layers(run.trace, to, run.layer, run.direction)
    own = found.states[run.layer, run.direction]
    np.testing.assert_allclose(own, hidden_by_state(run.trace, run.layer, run.direction, to), rtol=1e-9, atol=1e-12)
    flow = gradient_flow(run.trace, run.layer, run.direction).between("hidden")[to - 1]
    np.testing.assert_allclose(found.norm(run.layer, run.direction), flow, rtol=1e-8, atol=1e-13)
    for d in set(run.trace.directions) - {run.direction}:
        assert (found.states[run.layer, d] == 0).all()


@ORACLE
@settings(max_examples=12)
@given(data=st.data())
def test_the_gradient_of_an_output_by_each_token_agrees_with_autograd(kind, options, data):
    torch = pytest.importorskip("torch")
    trace = data.draw(runs(kind, options, longest=5)).trace
    label, step = data.draw(st.sampled_from(trace.labels)), data.draw(st.integers(1, len(trace)))
    inputs, _, logits = torch_run(torch, trace, options)
    number = trace.labels.index(label)
    for of, target in (("logit", logits[step - 1]), ("probability", logits[step - 1].softmax(0))):
        found, lengths = input_gradient(trace, label, step, of=of)
        expected = torch.autograd.grad(target[number], inputs, retain_graph=True, allow_unused=True)
        for row, part in zip(found, expected, strict=True):
            np.testing.assert_allclose(row, 0 if part is None else part.numpy(), rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(lengths, np.linalg.norm(found, axis=1), rtol=1e-12)
        np.testing.assert_array_equal(found, input_gradient(trace, number, step, of=of)[0])


@every_cell
@settings(max_examples=5)
@given(data=st.data())
def test_a_step_along_the_gradient_moves_the_probability_as_it_says(kind, options, data):
    if options.get("activation") == "relu":  # a corner is a slope of its own
        return
    trace = data.draw(runs(kind, options)).trace
    found, _ = input_gradient(trace, 1, of="probability")
    initial = [
        [{s: trace.initial[s, k, d] for s in trace.definition.states} for d in trace.directions]
        for k in range(trace.layers)
    ]
    nudge = np.random.default_rng(0).standard_normal(found.shape)
    vectors = replace(trace.network, embedding=None)

    def said(size):
        return softmax(vectors.forward(trace["input_vector"] + size * nudge, initial).logits[-1])[1]

    assert (said(1e-6) - said(-1e-6)) / 2e-6 == pytest.approx((found * nudge).sum(), rel=1e-4, abs=1e-8)


# ---- refusals --------------------------------------------------------------------------------------


def test_what_it_refuses():
    trace = rnnviz.load("names-lstm").trace("Ada")
    flow = gradient_flow(trace)
    for call in (lambda: flow.curve(99), lambda: gradient_by_layers(trace, 0), lambda: input_gradient(trace, 0, 99)):
        with pytest.raises(ValueError, match="there is no step"):
            call()
    with pytest.raises(ValueError, match="no unit 64"):
        flow.highway(64)
    with pytest.raises(ValueError, match="no state 'update'; the cell hands on hidden, cell"):
        flow.between("update")
    for output in ("Klingon", -1, 99):
        with pytest.raises(ValueError, match="there is no output"):
            input_gradient(trace, output)
    with pytest.raises(ValueError, match="not of 'loss'"):
        input_gradient(trace, 0, of="loss")
    with pytest.raises(KeyError, match="layer 3"):
        gradient_flow(trace, 3)
    with pytest.raises(KeyError, match="sideways"):
        gradient_by_layers(trace, direction="sideways")
    bare = replace(trace.network, readout_weight=None, readout_bias=None)
    model = rnnviz.Model("bare", bare, rnnviz.load("names-lstm").vocabulary, [])
    with pytest.raises(ValueError, match="no readout"):
        input_gradient(model.trace("Ada"), 0)
