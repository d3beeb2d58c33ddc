"""How far a hidden state reaches back: exact where it is known, and a bound for every nudge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.analysis import hidden_jacobians, reach

from ..random_runs import EVERY, EVERY_ID, runs


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=10)
@given(data=st.data())
def test_it_is_the_largest_singular_value_of_the_whole_product(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.none() | st.integers(1, len(run.trace)))
    values = reach(run.trace, run.layer, run.direction, to)
    matrices = hidden_jacobians(run.trace, run.layer, run.direction, to)
    assert values.shape == (len(run.trace),)
    np.testing.assert_allclose(values, np.linalg.norm(matrices, 2, axis=(1, 2)), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=6)
@given(data=st.data())
def test_it_is_one_at_the_step_itself_and_nothing_after_it(kind, options, data):
    run = data.draw(runs(kind, options))
    to = data.draw(st.integers(1, len(run.trace)))
    values = reach(run.trace, run.layer, run.direction, to)
    assert values[to - 1] == pytest.approx(1, abs=1e-12)
    later = values[to:] if run.direction == "forward" else values[: to - 1]
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


def test_the_gradient_vanishes_in_the_recall_rnn_and_lasts_in_the_gated_cells():
    text = rnnviz.load("recall-rnn").card["examples"][0]
    first = {cell: reach(rnnviz.load(f"recall-{cell}").trace(text))[0] for cell in ("rnn", "gru", "lstm")}
    assert first["rnn"] < 1e-6 * min(first["gru"], first["lstm"])
