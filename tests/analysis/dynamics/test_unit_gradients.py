"""Backward passes block by block against passes one state at a time."""

import numpy as np
import pytest
from hypothesis import given, settings

from rnnviz.analysis.dynamics.held_input_map import HeldInputMap
from rnnviz.analysis.dynamics.unit_gradients import UnitGradients, mixes_by_recurrent_weights
from rnnviz.cells import CELLS

from ...strategies import cases, draw_cell
from ..random_runs import EVERY, EVERY_ID


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(case=cases)
def test_blocks_give_what_single_passes_give(kind, options, case):
    cell = draw_cell(kind, options, case)
    moves = HeldInputMap(cell, case.rng.standard_normal(cell.input_size))
    _, step = moves.run(0.7 * case.rng.standard_normal((3, moves.size)))
    alike = [state for state in cell.states if cell.units(state) == cell.units("hidden")]
    weights = {state: case.rng.standard_normal((cell.units(state), 3)) for state in alike}
    found, single = moves.gradients.of(step, weights), moves.gradients._one_by_one(step, weights)
    for state in cell.states:
        np.testing.assert_allclose(found[state], single[state], rtol=1e-10, atol=1e-13)


def test_which_cells_mix_their_units_by_recurrent_weights_alone():
    mixing = {name for name, kind in CELLS.items() if mixes_by_recurrent_weights(kind.define())}
    assert mixing >= {"rnn", "gru", "lstm", "cifg", "janet", "ligru", "peephole"}
    assert mixing.isdisjoint({"lstmp", "lnlstm", "mlstm", "mgu", "mingru", "indrnn"})
    assert not mixes_by_recurrent_weights(CELLS["gru"].define(reset="before"))


def test_such_a_cell_is_passed_through_once_for_each_block(monkeypatch):
    calls = []
    cell = CELLS["gru"].random(2, 4, np.random.default_rng(0), np.float64)
    moves = HeldInputMap(cell, np.zeros(2))
    passed = UnitGradients._backward
    monkeypatch.setattr(UnitGradients, "_backward", staticmethod(lambda *args: calls.append(1) or passed(*args)))
    moves.step_with_jacobians(np.zeros((50, 4)))
    assert len(calls) == 4  # what is not multiplied, and three blocks
