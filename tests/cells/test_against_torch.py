"""The cells against PyTorch: forward within 1e-10 in float64 and 1e-5 in float32, backward against autograd."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.network import Network

from ..strategies import cases, draw_cell, draw_run, seeds
from .variants import VARIANT_IDS, VARIANTS, keeping

torch = pytest.importorskip("torch", reason="PyTorch is the oracle of these tests")

# PyTorch has no GRU that resets before the matrix product; test_onnx.py compares that one.
IN_TORCH = [(v, i) for v, i in zip(VARIANTS, VARIANT_IDS, strict=True) if v[1].get("reset") != "before"]
VARIANTS_IN_TORCH = pytest.mark.parametrize(("kind", "options"), [v for v, _ in IN_TORCH], ids=[i for _, i in IN_TORCH])
DTYPES = pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-10), (np.float32, 1e-5)], ids=["64", "32"])


def module(kind, options, inputs, hidden, dtype, **more):
    """The PyTorch module of the same cell."""
    module = {RNN: torch.nn.RNN, GRU: torch.nn.GRU, LSTM: torch.nn.LSTM}[kind]
    if kind is RNN:
        more["nonlinearity"] = options["activation"]
    return module(inputs, hidden, dtype=torch.float64 if dtype is np.float64 else torch.float32, **more)


def tensors(arrays, options, end=""):
    """The arrays as PyTorch's own layers have them, by name."""
    return {f"{name}{end}": torch.from_numpy(array) for name, array in keeping(arrays, options).items()}


def gradients(theirs, options):
    """The gradients of a module's parameters by name, for the arrays that we have."""
    return keeping({name: p.grad.numpy() for name, p in theirs.named_parameters()}, options)


def twin(cell, kind, options, dtype):
    """PyTorch's one-layer module with the weights of the cell."""
    made = module(kind, options, cell.input_size, cell.hidden_size, dtype)
    made.load_state_dict(tensors(cell.parameters, options, "_l0"))
    return made


def torch_states(initial):
    """Initial states as PyTorch takes them: h, or (h, c), with an axis for layers."""
    states = [torch.from_numpy(array)[None] for array in initial.values()]
    return states[0] if len(states) == 1 else tuple(states)


def final_states(state):
    return [s.detach().numpy()[0] for s in (state if isinstance(state, tuple) else (state,))]


@VARIANTS_IN_TORCH
@DTYPES
@given(case=cases, start=st.booleans())
def test_forward_is_that_of_torch(kind, options, dtype, close, case, start):
    cell, x, initial = draw_run(kind, options, case, dtype)
    theirs, last = twin(cell, kind, options, dtype)(torch.from_numpy(x), torch_states(initial) if start else None)
    record = cell.forward(x, initial if start else None)
    assert record["hidden"].dtype == dtype
    np.testing.assert_allclose(record["hidden"], theirs.detach().numpy(), rtol=close, atol=close)
    for ours, their in zip(record.final.values(), final_states(last), strict=True):
        np.testing.assert_allclose(ours, their, rtol=close, atol=close)


@VARIANTS_IN_TORCH
@DTYPES
@given(
    case=cases,
    layers=st.integers(1, 3),
    both=st.booleans(),
    start=st.booleans(),
    bias=st.booleans(),
)
def test_layers_and_directions_are_those_of_torch(kind, options, dtype, close, case, layers, both, start, bias):
    theirs = module(kind, options, case.inputs, case.hidden, dtype, num_layers=layers, bidirectional=both, bias=bias)
    arrays = {f"rnn.{name}": p.detach().numpy() for name, p in theirs.named_parameters()}
    network = Network.from_parameters(keeping(arrays, options), kind.name, options)
    rng = case.rng
    x = rng.standard_normal((case.steps, *case.shape(case.inputs))).astype(dtype)
    directions = 2 if both else 1
    states = network.layers[0][0].states
    flat = {s: 0.5 * rng.standard_normal((layers * directions, *case.shape(case.hidden))).astype(dtype) for s in states}
    initial = [[{s: flat[s][k * directions + j] for s in states} for j in range(directions)] for k in range(layers)]
    given_states = tuple(torch.from_numpy(flat[s]) for s in states)
    given_states = given_states if len(states) > 1 else given_states[0]
    out, last = theirs(torch.from_numpy(x), given_states if start else None)
    run = network.forward(x, initial if start else None)
    np.testing.assert_allclose(run.top, out.detach().numpy(), rtol=close, atol=close)
    for s, their in zip(states, last if len(states) > 1 else (last,), strict=True):
        ours = np.stack([final[s] for layer in run.final for final in layer])
        np.testing.assert_allclose(ours, their.detach().numpy(), rtol=close, atol=close)


@VARIANTS_IN_TORCH
@given(case=cases, looks=seeds)
def test_backward_is_autograd(kind, options, case, looks):
    """A loss that looks at random steps, and for the LSTM at the cell state too."""
    cell, x, initial = draw_run(kind, options, case)
    rng = np.random.default_rng(looks)
    seen = {s: rng.standard_normal((case.steps, *case.shape(case.hidden))) for s in cell.states}
    for weights in seen.values():
        weights[rng.random(case.steps) < 0.5] = 0.0

    # Step by step, since torch.nn.LSTM does not give the cell state of every step.
    one = {RNN: torch.nn.RNNCell, GRU: torch.nn.GRUCell, LSTM: torch.nn.LSTMCell}[kind]
    kwargs = {"nonlinearity": options["activation"]} if kind is RNN else {}
    theirs = one(case.inputs, case.hidden, dtype=torch.float64, **kwargs)
    theirs.load_state_dict(tensors(cell.parameters, options))
    x_leaf = torch.tensor(x, requires_grad=True)
    leaves = {s: torch.tensor(array, requires_grad=True) for s, array in initial.items()}
    state = tuple(leaves.values())
    loss = torch.zeros((), dtype=torch.float64)
    for t in range(case.steps):
        new = theirs(x_leaf[t], state if len(state) > 1 else state[0])
        state = new if isinstance(new, tuple) else (new,)
        for weights, now in zip(seen.values(), state, strict=True):
            loss = loss + (torch.from_numpy(weights[t]) * now).sum()
    loss.backward()

    further = {s: weights for s, weights in seen.items() if s != "hidden"}
    grads = cell.backward(cell.forward(x, initial), seen["hidden"], further)
    expected = gradients(theirs, options)
    expected["x"] = x_leaf.grad.numpy()
    expected |= {f"initial_{s}": leaf.grad.numpy() for s, leaf in leaves.items()}
    assert grads.keys() == expected.keys()
    for name, gradient in grads.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-9, atol=1e-10, err_msg=name)


@VARIANTS_IN_TORCH
@pytest.mark.parametrize("both", [False, True])
@given(case=cases)
def test_backward_through_a_network_is_autograd(kind, options, both, case):
    """Embedding, two layers and readout, with a token that occurs more than once."""
    rng = case.rng
    network = Network.random(
        kind.name, hidden=case.hidden, vocabulary=4, embedding=case.inputs, classes=3, layers=2, bidirectional=both,
        rng=rng, dtype=np.float64, options=options,
    )  # fmt: skip
    ids = rng.integers(0, 4, (case.steps, *case.shape()))
    d_logits = rng.standard_normal((*ids.shape, 3))

    class Twin(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(4, case.inputs, dtype=torch.float64)
            self.rnn = module(kind, options, case.inputs, case.hidden, np.float64, num_layers=2, bidirectional=both)
            self.readout = torch.nn.Linear(case.hidden * (1 + both), 3, dtype=torch.float64)

        def forward(self, ids):
            return self.readout(self.rnn(self.embedding(ids))[0])

    theirs = Twin()
    theirs.load_state_dict(tensors(network.parameters, options))
    logits = theirs(torch.from_numpy(ids))
    (logits * torch.from_numpy(d_logits)).sum().backward()
    run = network.forward(ids)
    np.testing.assert_allclose(run.logits, logits.detach().numpy(), rtol=1e-10, atol=1e-10)
    grads = network.backward(run, d_logits)
    for name, gradient in gradients(theirs, options).items():
        np.testing.assert_allclose(grads[name], gradient, rtol=1e-9, atol=1e-10, err_msg=name)


@DTYPES
@given(case=cases)
def test_single_step_chain_with_torch_lstm_cell(dtype, close, case):
    """record["cell"] at every step, which torch.nn.LSTM keeps to itself."""
    cell = draw_cell(LSTM, {}, case, dtype)
    x = case.rng.standard_normal((case.steps, *case.shape(case.inputs))).astype(dtype)
    theirs = torch.nn.LSTMCell(case.inputs, case.hidden, dtype=torch.from_numpy(x).dtype)
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in cell.parameters.items()})
    record, state = cell.forward(x), None
    for t in range(case.steps):
        state = theirs(torch.from_numpy(x[t]), state)
        np.testing.assert_allclose(record["cell"][t], state[1].detach().numpy(), rtol=close, atol=close)
