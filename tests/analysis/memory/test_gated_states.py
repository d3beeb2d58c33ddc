"""Gated states, read from the equations of cells."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import Model
from rnnviz.analysis import gated_state, is_jacobian_of_gate, step_jacobians, writes_input_alone
from rnnviz.cells import CELLS, Definition, Equation, Phase
from rnnviz.cells.activations import SIGMOID, TANH
from rnnviz.cells.applied_activation import Apply
from rnnviz.cells.definition import CELL, FORGET, HIDDEN, INPUT
from rnnviz.cells.expressions import Value
from rnnviz.cells.shorthand import input_sum, weighted_sum

from ...strategies import CHARACTERS, draw_network

F, W, C, H = (Value(name) for name in ("forget", "input", "cell", "hidden"))


@pytest.mark.parametrize(
    "right",
    [
        Apply(TANH, F * C.before + W),
        F * C.before * C.before + W,
        F * H.before + W,
        F * C.before + W * C.before,
        (1 - F) * (1 - C.before) + W,
        C.before + W,
        F * C.before,
        F * (C.before + W),
    ],
)
def test_equations_of_other_forms_have_no_gated_state(right):
    equations = {gate: Apply(SIGMOID, weighted_sum(gate)) for gate in ("forget", "input")}
    equations |= {"cell": right, "hidden": Apply(TANH, C)}
    phase = Phase("only", "Only", tuple(Equation(*pair) for pair in equations.items()), "All at once.")
    definition = Definition("other", "Other", (FORGET, INPUT, CELL, HIDDEN), (phase,))
    assert gated_state(definition) is None
    gated = replace(phase, equations=(*phase.equations[:2], Equation("cell", F * C.before + W), phase.equations[3]))
    assert gated_state(replace(definition, phases=(gated,))).state == "cell"


def test_the_gate_of_a_mingru_is_its_jacobian_and_no_other_cell_has_that():
    whole = [name for name, cell in CELLS.items() if is_jacobian_of_gate(cell.define())]
    assert whole == ["mingru"]
    trace = Model("x", draw_network("mingru"), CHARACTERS, ["a", "b", "c", "d"]).trace("a film")
    for jacobian, update in zip(step_jacobians(trace), trace["update"], strict=True):
        np.testing.assert_allclose(jacobian, np.diag(1 - update), rtol=1e-5, atol=1e-7)


def test_only_a_mingru_writes_what_its_input_says_alone():
    assert [name for name, cell in CELLS.items() if writes_input_alone(cell.define())] == ["mingru"]


def test_what_is_written_may_see_an_old_state_by_way_of_another_quantity():
    sees, input_alone = (Apply(SIGMOID, weighted_sum("forget")), Apply(SIGMOID, input_sum("forget")))
    for gate, alone in ((sees, False), (input_alone, True)):
        equations = {"forget": gate, "input": 1 - F, "cell": F * C.before + W, "hidden": Apply(TANH, C)}
        phase = Phase("only", "Only", tuple(Equation(*pair) for pair in equations.items()), "All at once.")
        definition = Definition("other", "Other", (FORGET, INPUT, CELL, HIDDEN), (phase,))
        assert writes_input_alone(definition) == alone
