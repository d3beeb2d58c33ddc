"""The LSTM with projection against PyTorch's, and where projecting changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, LSTM
from rnnviz.network import Network

from ..strategies import Case, cases, draw_cell, seeds

ProjectedLSTM = CELLS["lstmp"]
DTYPES = pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-10), (np.float32, 1e-5)], ids=["64", "32"])


def narrowed(case, least=2):
    """A case with so many units that fewer can be projected to."""
    return Case(case.steps, case.batch, case.inputs, max(case.hidden, least), case.seed)


@DTYPES
@settings(max_examples=40)
@given(case=cases, share=st.integers(1, 5), layers=st.integers(1, 3), both=st.booleans(), bias=st.booleans())
def test_layers_and_directions_are_those_of_torch(dtype, close, case, share, layers, both, bias):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    case, directions = narrowed(case), 2 if both else 1
    size = min(share, case.hidden - 1)
    theirs = torch.nn.LSTM(
        case.inputs, case.hidden, layers, proj_size=size, bidirectional=both, bias=bias,
        dtype=torch.float64 if dtype is np.float64 else torch.float32,
    )  # fmt: skip
    arrays = {f"rnn.{name}": p.detach().numpy() for name, p in theirs.named_parameters()}
    network = Network.from_parameters(arrays, "lstmp")
    rng, many = case.rng, layers * directions
    x = rng.standard_normal((case.steps, *case.shape(case.inputs))).astype(dtype)
    sizes = {"hidden": size, "cell": case.hidden}
    flat = {s: rng.standard_normal((many, *case.shape(n))).astype(dtype) for s, n in sizes.items()}
    initial = [[{s: flat[s][k * directions + j] for s in flat} for j in range(directions)] for k in range(layers)]

    x_leaf = torch.tensor(x, requires_grad=True)
    leaves = [torch.tensor(flat[s], requires_grad=True) for s in ("hidden", "cell")]
    top, last = theirs(x_leaf, tuple(leaves))
    run = network.forward(x, initial)
    np.testing.assert_allclose(run.top, top.detach().numpy(), rtol=close, atol=close)
    for s, their in zip(sizes, last, strict=True):
        ours = np.stack([final[s] for layer in run.final for final in layer])
        np.testing.assert_allclose(ours, their.detach().numpy(), rtol=close, atol=close)

    seen = rng.standard_normal(run.top.shape).astype(dtype)
    (top * torch.from_numpy(seen)).sum().backward()
    loose = 100 * close
    if layers == 1 and not both:
        grads = network.layers[0][0].backward(run.records[0][0], seen)
        np.testing.assert_allclose(grads["x"], x_leaf.grad.numpy(), rtol=loose, atol=loose)
        for s, leaf in zip(sizes, leaves, strict=True):
            np.testing.assert_allclose(grads[f"initial_{s}"], leaf.grad.numpy()[0], rtol=loose, atol=loose)
        for name, parameter in theirs.named_parameters():
            ours = grads[name.removesuffix("_l0")]
            np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=loose, atol=loose, err_msg=name)


@settings(max_examples=15)
@given(case=cases, both=st.booleans())
def test_backward_through_a_network_is_autograd(case, both):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of this test")
    case, rng = narrowed(case), case.rng
    network = Network.random(
        "lstmp", hidden=case.hidden, vocabulary=4, embedding=case.inputs, classes=3, layers=2, bidirectional=both,
        rng=rng, dtype=np.float64, lengths={"P": case.hidden - 1},
    )  # fmt: skip
    ids = rng.integers(0, 4, (case.steps, *case.shape()))
    d_logits = rng.standard_normal((*ids.shape, 3))

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            size = case.hidden - 1
            self.embedding = torch.nn.Embedding(4, case.inputs, dtype=torch.float64)
            self.rnn = torch.nn.LSTM(
                case.inputs, case.hidden, 2, proj_size=size, bidirectional=both, dtype=torch.float64
            )
            self.readout = torch.nn.Linear(size * (1 + both), 3, dtype=torch.float64)

        def forward(self, ids):
            return self.readout(self.rnn(self.embedding(ids))[0])

    theirs = Twin()
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in network.parameters.items()})
    logits = theirs(torch.from_numpy(ids))
    (logits * torch.from_numpy(d_logits)).sum().backward()
    run = network.forward(ids)
    np.testing.assert_allclose(run.logits, logits.detach().numpy(), rtol=1e-10, atol=1e-10)
    grads = network.backward(run, d_logits)
    for name, parameter in theirs.named_parameters():
        np.testing.assert_allclose(grads[name], parameter.grad.numpy(), rtol=1e-9, atol=1e-10, err_msg=name)


@settings(max_examples=30)
@given(case=cases)
def test_a_projection_by_the_identity_is_an_lstm(case):
    lstm = draw_cell(LSTM, {}, case)
    projected = ProjectedLSTM(**lstm.parameters, weight_hr=np.eye(case.hidden))
    assert projected.units("hidden") == projected.units("cell") == case.hidden
    x = case.rng.standard_normal((case.steps, *case.shape(case.inputs)))
    ours, theirs = projected.forward(x), lstm.forward(x)
    for quantity in lstm.definition.by_name:
        np.testing.assert_array_equal(ours[quantity], theirs[quantity])
    np.testing.assert_array_equal(ours["cell_output"], theirs["hidden"])
    seen = np.ones(ours["hidden"].shape)
    grads = projected.backward(ours, seen)
    for name, gradient in lstm.backward(theirs, seen).items():
        np.testing.assert_allclose(grads[name], gradient, rtol=1e-12, atol=1e-14)


@settings(max_examples=30)
@given(case=cases, size=st.integers(1, 6), seed=seeds)
def test_any_basis_of_the_hidden_state_gives_the_same_cell_states(case, size, seed):
    """R W_hr with W_hh R⁻¹ computes the same: the hidden state is R h."""
    cell = ProjectedLSTM.random(case.inputs, case.hidden, case.rng, np.float64, {"P": size})
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]
    changed = {"weight_hr": turn @ cell.parameters["weight_hr"], "weight_hh": cell.weight_hh @ turn.T}
    other = ProjectedLSTM(**{**cell.parameters, **changed})
    x = case.rng.standard_normal((case.steps, *case.shape(case.inputs)))
    ours, theirs = cell.forward(x), other.forward(x)
    np.testing.assert_allclose(ours["cell"], theirs["cell"], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(ours["hidden"] @ turn.T, theirs["hidden"], rtol=1e-9, atol=1e-11)
