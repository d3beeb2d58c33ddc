"""The step of an LSTM in H unknowns against the step in all unknowns and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz.analysis.dynamics.held_input_map import HeldInputMap
from rnnviz.analysis.dynamics.resting_map import RestingMap
from rnnviz.cells import CELLS

from ...strategies import cases, draw_cell

STEP = 1e-6
RESTING = [("lstm", {}), ("lstm", {"activation": "softsign", "squash": "linear"}), ("cifg", {}), ("mlstm", {})]


def drawn(kind, options, case):
    cell = draw_cell(CELLS[kind], options, case)
    moves = HeldInputMap(cell, case.rng.standard_normal(cell.input_size))
    return moves, RestingMap.of(moves)


@pytest.mark.parametrize(("kind", "options"), RESTING, ids=["lstm", "unusual", "cifg", "mlstm"])
@settings(max_examples=10)
@given(case=cases)
def test_it_is_a_step_from_a_cell_state_at_rest(kind, options, case):
    moves, resting = drawn(kind, options, case)
    hidden = 0.7 * case.rng.standard_normal((3, resting.size))
    states = resting.full_states(hidden)
    stepped = moves.step(states)
    np.testing.assert_array_equal(states[:, : resting.size], hidden)
    np.testing.assert_allclose(stepped[:, resting.size :], states[:, resting.size :], rtol=1e-12, atol=1e-12)
    after, jacobians = resting.step_with_jacobians(hidden)
    np.testing.assert_array_equal(after, stepped[:, : resting.size])
    np.testing.assert_array_equal(resting.step(hidden), after)
    for j, nudge in enumerate(STEP * np.eye(resting.size)):
        slope = (resting.step(hidden + nudge) - resting.step(hidden - nudge)) / (2 * STEP)
        np.testing.assert_allclose(jacobians[:, :, j], slope, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "gru", "peephole", "lstmp", "lnlstm", "mingru"])
def test_other_cells_have_no_such_state(kind):
    cell = CELLS[kind].random(2, 3, np.random.default_rng(0), np.float64, {"projection": 2})
    assert RestingMap.of(HeldInputMap(cell, np.zeros(2))) is None
