"""The one-step Jacobians and their products against PyTorch's autograd and against finite differences."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz import Trace
from rnnviz.analysis import hidden_jacobians, step_jacobians
from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.errors import ArgumentError, UnknownQuantityError

from ...raising import raises
from ...strategies import UNUSUAL, UNUSUAL_IDS, VARIANT_IDS, VARIANTS
from ..random_runs import EVERY, EVERY_ID, runs

every_cell = pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
STEP = 1e-6


def states_of(run):
    """The joint states after each step in the order of reading, the initial one first: (T + 1, S)."""
    trace, where = run.trace, (run.layer, run.direction)
    names = trace.definition.states
    after = np.concatenate([trace[(name, *where)][run.along] for name in names], axis=1)
    return np.vstack([np.concatenate([trace.initial[(name, *where)] for name in names]), after])


def one_step(run, x, state):
    """The joint state (S,) after one step from another, by the cell's own forward pass."""
    record = run.cell.forward(x[None], {name: state[place] for name, place in run.places.items()})
    return np.concatenate([record.final[name] for name in run.cell.states])


@pytest.mark.parametrize(("kind", "options"), [*EVERY, *UNUSUAL], ids=[*EVERY_ID, *UNUSUAL_IDS])
@settings(max_examples=12)
@given(data=st.data())
def test_step_jacobians_are_the_slopes_of_one_step(kind, options, data):
    run = data.draw(runs(kind, options))
    jacobians = step_jacobians(run.trace, run.layer, run.direction)
    states, x = states_of(run), run.trace["input_vector", run.layer, run.direction][run.along]
    size = states.shape[1]
    assert jacobians.shape == (len(run.trace), size, size) and jacobians.dtype == np.float64
    for t, jacobian in enumerate(jacobians[run.along]):
        for j, nudge in enumerate(STEP * np.eye(size)):
            slope = (one_step(run, x[t], states[t] + nudge) - one_step(run, x[t], states[t] - nudge)) / (2 * STEP)
            np.testing.assert_allclose(jacobian[:, j], slope, rtol=1e-5, atol=1e-7)


def torch_step(torch, run):
    """One step of the run's cell in PyTorch: (x, joint state) -> joint state."""
    w_ih, w_hh, b_ih, b_hh = (torch.tensor(array) for array in run.cell.parameters.values())
    hidden = run.cell.hidden_size

    def lstm(x, state):
        h, c = state[:hidden], state[hidden:]
        i, f, g, o = (w_ih @ x + b_ih + w_hh @ h + b_hh).split(hidden)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return torch.cat([o.sigmoid() * c.tanh(), c])

    def gru(x, h):
        inputs, gates = (w_ih @ x + b_ih).split(hidden), slice(0, 2 * hidden)
        r, z = ((w_ih @ x + b_ih + w_hh @ h + b_hh)[gates].sigmoid()).split(hidden)
        z = 1 - z if run.cell.options.get("update") == "writes" else z
        w_n, b_n = w_hh[2 * hidden :], b_hh[2 * hidden :]
        recalled = w_n @ (r * h) + b_n if run.cell.options["reset"] == "before" else r * (w_n @ h + b_n)
        return (1 - z) * (inputs[2] + recalled).tanh() + z * h

    def rnn(x, h):
        total = w_ih @ x + b_ih + w_hh @ h + b_hh
        return total.relu() if run.cell.options["activation"] == "relu" else total.tanh()

    return {LSTM: lstm, GRU: gru, RNN: rnn}[type(run.cell)]


@pytest.mark.parametrize(("kind", "options"), VARIANTS, ids=VARIANT_IDS)
@settings(max_examples=10)
@given(data=st.data())
def test_everything_agrees_with_autograd(kind, options, data):
    """Every step's Jacobian, and d h_to / d s_k of every step k for a random `to`, to 1e-8 in float64."""
    torch = pytest.importorskip("torch")
    run = data.draw(runs(kind, options))
    trace, steps = run.trace, len(run.trace)
    step = torch_step(torch, run)
    x = [torch.tensor(row) for row in trace["input_vector", run.layer, run.direction][run.along].copy()]
    states = torch.tensor(states_of(run))

    jacobians = step_jacobians(trace, run.layer, run.direction)[run.along]
    for t in range(steps):
        jacobian = torch.autograd.functional.jacobian(lambda s, t=t: step(x[t], s), states[t])
        np.testing.assert_allclose(jacobians[t], jacobian, rtol=1e-8, atol=1e-8)

    last = data.draw(st.integers(0, steps - 1))
    to = range(1, steps + 1)[run.along][last]
    products = hidden_jacobians(trace, run.layer, run.direction, to)[run.along]

    def ending(state, k):
        for t in range(k + 1, last + 1):
            state = step(x[t], state)
        return state[: trace.hidden_size]

    for k in range(steps):
        expected = (
            torch.autograd.functional.jacobian(lambda s, k=k: ending(s, k), states[k + 1])
            if k <= last
            else np.zeros_like(products[k])
        )
        np.testing.assert_allclose(products[k], expected, rtol=1e-8, atol=1e-8)


@every_cell
@settings(max_examples=6)
@given(data=st.data())
def test_without_a_step_named_it_is_the_last_one_read(kind, options, data):
    run = data.draw(runs(kind, options))
    last = range(1, len(run.trace) + 1)[run.along][-1]
    where = (run.layer, run.direction)
    np.testing.assert_array_equal(hidden_jacobians(run.trace, *where), hidden_jacobians(run.trace, *where, to=last))


@every_cell
@settings(max_examples=6)
@given(data=st.data())
def test_float32_networks_keep_their_dtype_and_agree_with_float64(kind, options, data):
    run = data.draw(runs(kind, options, dtype=np.float32))
    jacobians = step_jacobians(run.trace, run.layer, run.direction)
    assert jacobians.dtype == np.float32
    states, x = states_of(run), run.trace["input_vector", run.layer, run.direction][run.along]
    double = kind.from_parameters([array.astype(np.float64) for array in run.cell.parameters.values()], options)
    run.trace.network.layers[run.layer][0 if run.direction == "forward" else -1] = double
    slopes = np.empty(jacobians.shape)
    for t, row in enumerate(slopes):
        for j, nudge in enumerate(1e-5 * np.eye(states.shape[1])):
            x_t, s_t = x[t].astype(np.float64), states[t].astype(np.float64)
            row[:, j] = (one_step(run, x_t, s_t + nudge) - one_step(run, x_t, s_t - nudge)) / 2e-5
    np.testing.assert_allclose(jacobians[run.along], slopes, rtol=1e-3, atol=1e-4)


@given(data=st.data())
@settings(max_examples=4)
def test_invalid_arguments_are_refused(data):
    run = data.draw(runs(LSTM, {}))
    file = io.BytesIO()
    run.trace.save(file)
    file.seek(0)
    with raises(ArgumentError, code="no_network", name="trace"):
        step_jacobians(Trace.load(file))
    with raises(UnknownQuantityError, code="layer"):
        step_jacobians(run.trace, 7)
    with raises(UnknownQuantityError, code="layer"):
        step_jacobians(run.trace, 0, "sideways")
    for step in (0, -1, len(run.trace) + 1):
        with raises(ArgumentError, code="unknown_step", name="to", value=step):
            hidden_jacobians(run.trace, to=step)


@every_cell
@given(data=st.data())
@settings(max_examples=4)
def test_the_analysis_changes_neither_the_trace_nor_the_network(kind, options, data):
    run = data.draw(runs(kind, options))
    arrays = [*run.trace.values.values(), *run.trace.initial.values(), *run.network.parameters.values()]
    before = [array.copy() for array in arrays]
    hidden_jacobians(run.trace, run.layer, run.direction)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
