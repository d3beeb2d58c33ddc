"""How far a hidden state reaches back: bounded by no other nudge, exact where it is known, honest at its ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rnnviz
from rnnviz.analysis import gradient_flow, hidden_by_state, reach
from rnnviz.analysis.gradients.reach import largest_singular_values

from .runs import EVERY, EVERY_ID, runs


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=10)
@given(data=st.data())
def test_it_is_the_largest_singular_value_of_the_whole_product(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.none() | st.integers(1, len(run.trace)))
    found = reach(run.trace, run.layer, run.direction, to)
    matrices = hidden_by_state(run.trace, run.layer, run.direction, to)
    assert found.shape == (len(run.trace),)
    np.testing.assert_allclose(found, np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=6)
@given(data=st.data())
def test_it_is_one_at_the_step_itself_and_nothing_after_it(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.integers(1, len(run.trace)))
    found = reach(run.trace, run.layer, run.direction, to)
    assert found[to - 1] == pytest.approx(1, abs=1e-12)
    later = found[to:] if run.direction == "forward" else found[: to - 1]
    assert (later == 0).all()


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=6)
@given(data=st.data())
def test_a_small_nudge_moves_the_last_hidden_state_by_no_more(kind, options, data):
    """The cell itself is run on from a nudged state. A rectifier's corner is a slope of its own, so it is left out."""
    if options.get("activation") == "relu":
        return
    run = data.draw(runs(kind, options))
    k = data.draw(st.integers(0, len(run.trace) - 1))
    trace, where = run.trace, (run.layer, run.direction)
    x = trace[("input_vector", *where)][run.along][k + 1 :]
    state = {name: trace[(name, *where)][run.along][k] for name in run.cell.states}
    rng = np.random.default_rng(0)
    nudge = {name: rng.standard_normal(len(array)) for name, array in state.items()}
    size = 1e-5 / np.sqrt(sum((array**2).sum() for array in nudge.values()))

    def ending(sign):
        start = {name: array + sign * size * nudge[name] for name, array in state.items()}
        return run.cell.forward(x, start)["hidden"][-1] if len(x) else start["hidden"]

    moved = np.linalg.norm(ending(1) - ending(-1)) / 2e-5
    assert moved <= reach(trace, *where)[run.along][k] * (1 + 1e-4) + 1e-7


# Numbers so small that the scale would take digits off them are none of the function's doing.
sizeable = st.floats(-1e3, 1e3).map(lambda x: 0.0 if abs(x) < 1e-6 else x)


@given(arrays(np.float64, (3, 2, 4), elements=sizeable), st.sampled_from([1.0, 1e-200, 1e200]))
def test_the_largest_singular_value_at_any_scale(matrices, scale):
    expected = np.linalg.norm(matrices, 2, axis=(1, 2)) * scale
    np.testing.assert_allclose(largest_singular_values(matrices * scale), expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize("columns", [70, 140])
@pytest.mark.parametrize("close", [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.5])
def test_of_large_matrices_whose_largest_ones_may_be_close(columns, close):
    """Singular values known beforehand: 1, then 1 - close, then a few more or a crowd."""
    rng = np.random.default_rng(7)
    matrices, expected = [], [1.0, 1e-180, 3.0, 1.0]
    for crowd in expected:
        left, right = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (70, columns))
        values = np.sort(rng.uniform(0, 0.3 if crowd == 3.0 else 1 - close, 70))[::-1]
        values[:2] = 1, 1 - close
        matrices.append(crowd * (left * values) @ right[:70])
    np.testing.assert_allclose(largest_singular_values(np.array(matrices)), expected, rtol=1e-8)


def test_of_large_matrices_that_are_zero_or_of_low_rank():
    matrices = np.zeros((4, 80, 100))
    matrices[1] = 2 * np.eye(80, 100)
    matrices[2, 3, 5] = -7.0
    matrices[3] = np.outer(np.ones(80), np.ones(100))
    np.testing.assert_allclose(largest_singular_values(matrices), [0, 2, 7, np.sqrt(8000)], rtol=1e-12)
    assert largest_singular_values(np.zeros((0, 80, 100))).shape == (0,)


@pytest.mark.parametrize("name", ["names-lstm", "shakespeare-gru", "reviews-lstm"])
def test_of_the_steps_of_bundled_models(name):
    model = rnnviz.load(name)
    flow = gradient_flow(model.trace(model.card["examples"][0], limit=24))
    expected = np.linalg.norm(flow.one_step.astype(np.float64), 2, axis=(1, 2))
    assert flow.one_step.shape[1] > 64
    np.testing.assert_allclose(flow.largest, expected, rtol=1e-8)


def test_the_gradient_vanishes_in_the_recall_rnn_and_lasts_in_the_gated_cells():
    text = rnnviz.load("recall-rnn").card["examples"][0]
    first = {cell: reach(rnnviz.load(f"recall-{cell}").trace(text))[0] for cell in ("rnn", "gru", "lstm")}
    assert first["rnn"] < 1e-6 * min(first["gru"], first["lstm"])
