"""One step under a held input against the cell's own forward pass, and its Jacobian against finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz.analysis.dynamics.held_input_map import HeldInputMap

from ...strategies import cases, draw_cell
from ..random_runs import EVERY, EVERY_ID

STEP = 1e-6


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(case=cases)
def test_it_is_the_cells_step_with_exact_jacobians(kind, options, case):
    cell = draw_cell(kind, options, case)
    rng = case.rng
    x = rng.standard_normal(cell.input_size)
    moves = HeldInputMap(cell, x)
    states = 0.7 * rng.standard_normal((3, moves.size))
    after, jacobians = moves.step_with_jacobians(states)
    for n, state in enumerate(states):
        parts = np.split(state, np.cumsum([cell.units(name) for name in cell.states])[:-1])
        final = cell.forward(x[None], dict(zip(cell.states, parts, strict=True))).final
        np.testing.assert_allclose(after[n], np.concatenate([final[name] for name in cell.states]), rtol=1e-12)
    np.testing.assert_array_equal(moves.step(states), after)
    for j, nudge in enumerate(STEP * np.eye(moves.size)):
        slope = (moves.step(states + nudge) - moves.step(states - nudge)) / (2 * STEP)
        np.testing.assert_allclose(jacobians[:, :, j], slope, rtol=1e-5, atol=1e-7)
