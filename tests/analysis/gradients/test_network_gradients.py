"""Gradients through layers and directions, and of outputs by the inputs, against PyTorch's autograd."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import gradient_by_layers, gradient_flow, hidden_jacobians, input_gradient
from rnnviz.cells import CELLS, GRU
from rnnviz.errors import ArgumentError, UnknownNameError, UnknownQuantityError
from rnnviz.network import softmax

from ...raising import raises
from ...strategies import VARIANT_IDS, VARIANTS
from ..random_runs import runs
from .test_flow import WRITES, every_cell

ORACLE = pytest.mark.parametrize(
    ("kind", "options"),
    [*VARIANTS, *WRITES, (CELLS["lstmp"], {})],
    ids=[*VARIANT_IDS, "gru-after-writes", "gru-before-writes", "lstmp"],
)


def torch_step(torch, cell, options, x, h, c):
    """One step of a cell in PyTorch, from (h, c) to (h, c); c is passed along where there is none."""
    w_ih, w_hh, b_ih, b_hh, *w_hr = (torch.tensor(array) for array in cell.parameters.values())
    from_x, from_h = w_ih @ x + b_ih, w_hh @ h + b_hh
    if "cell" in cell.states:
        i, f, g, o = (from_x + from_h).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        let_out = o.sigmoid() * c.tanh()
        return w_hr[0] @ let_out if w_hr else let_out, c
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
                nudges = [torch.zeros(cell.units(s), dtype=h.dtype, requires_grad=True) for s in cell.states]
                h, c = h + nudges[0], c + nudges[-1] if "cell" in cell.states else c
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
    gradients = gradient_by_layers(trace, to, run.layer, run.direction)
    inputs, states, _ = torch_run(torch, trace, options)
    assert set(gradients.states) == {(k, d) for k in range(run.layer + 1) for d in trace.directions}
    for i in range(run.cell.units("hidden")):
        target = states[run.layer, run.direction][to - 1][0][i]
        for key, row in states.items():
            if key[0] > run.layer:
                continue
            for k, (_, nudges) in enumerate(row):
                parts = torch.autograd.grad(target, nudges, retain_graph=True, allow_unused=True)
                expected = [
                    np.zeros(n.shape) if part is None else part.numpy() for n, part in zip(nudges, parts, strict=True)
                ]
                np.testing.assert_allclose(gradients.states[key][k, i], np.concatenate(expected), rtol=1e-8, atol=1e-9)
        parts = torch.autograd.grad(target, inputs, retain_graph=True, allow_unused=True)
        for k, part in enumerate(parts):
            expected = np.zeros(inputs[0].shape) if part is None else part.numpy()
            np.testing.assert_allclose(gradients.inputs[k, i], expected, rtol=1e-8, atol=1e-9)


@every_cell
@settings(max_examples=8)
@given(data=st.data())
def test_within_one_layer_it_is_the_flow_of_that_layer(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.integers(1, len(run.trace)))
    gradients = gradient_by_layers(run.trace, to, run.layer, run.direction)
    own = gradients.states[run.layer, run.direction]
    np.testing.assert_allclose(own, hidden_jacobians(run.trace, run.layer, run.direction, to), rtol=1e-9, atol=1e-12)
    flow = gradient_flow(run.trace, run.layer, run.direction).between("hidden")[to - 1]
    np.testing.assert_allclose(gradients.norm(run.layer, run.direction), flow, rtol=1e-8, atol=1e-13)
    for d in set(run.trace.directions) - {run.direction}:
        assert (gradients.states[run.layer, d] == 0).all()


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
        gradient, lengths = input_gradient(trace, label, step, of=of)
        expected = torch.autograd.grad(target[number], inputs, retain_graph=True, allow_unused=True)
        for row, part in zip(gradient, expected, strict=True):
            np.testing.assert_allclose(row, 0 if part is None else part.numpy(), rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(lengths, np.linalg.norm(gradient, axis=1), rtol=1e-12)
        np.testing.assert_array_equal(gradient, input_gradient(trace, number, step, of=of)[0])


@every_cell
@settings(max_examples=5)
@given(data=st.data())
def test_a_step_along_the_gradient_moves_the_probability_as_it_says(kind, options, data):
    if options.get("activation") == "relu":  # a corner is a slope of its own
        return
    trace = data.draw(runs(kind, options)).trace
    gradient, _ = input_gradient(trace, 1, of="probability")
    initial = [
        [{s: trace.initial[s, k, d] for s in trace.definition.states} for d in trace.directions]
        for k in range(trace.layers)
    ]
    nudge = np.random.default_rng(0).standard_normal(gradient.shape)
    vectors = replace(trace.network, embedding=None)

    def probability(size):
        return softmax(vectors.forward(trace["input_vector"] + size * nudge, initial).logits[-1])[1]

    assert (probability(1e-6) - probability(-1e-6)) / 2e-6 == pytest.approx(
        (gradient * nudge).sum(), rel=1e-4, abs=1e-8
    )


def test_invalid_arguments_are_refused():
    trace = rnnviz.load("names-lstm").trace("Ada")
    with raises(ArgumentError, code="unknown_step", name="to", value=0, allowed=(1, 4)):
        gradient_by_layers(trace, 0)
    with raises(ArgumentError, code="unknown_step", name="step", value=99, allowed=(1, 4)):
        input_gradient(trace, 0, 99)
    for output in ("Klingon", -1, 99):
        with raises(UnknownNameError, kind="output", name=str(output), allowed=tuple(trace.labels)):
            input_gradient(trace, output)
    with raises(ArgumentError, name="of", value="loss"):
        input_gradient(trace, 0, of="loss")
    with raises(UnknownQuantityError, code="layer"):
        gradient_by_layers(trace, direction="sideways")
    bare = replace(trace.network, readout_weight=None, readout_bias=None)
    model = rnnviz.Model("bare", bare, rnnviz.load("names-lstm").vocabulary, [])
    with raises(ArgumentError, code="no_readout", name="trace"):
        input_gradient(model.trace("Ada"), 0)
