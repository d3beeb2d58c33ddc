"""Gated states, read from the equations of cells."""

import pytest

from rnnviz.analysis import gated_state
from rnnviz.cells import Definition, Phase
from rnnviz.cells.definition import CELL, HIDDEN


@pytest.mark.parametrize(
    "equation",
    [
        r"\q{cell}_t = \tanh\left(\q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t\right)",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} \odot \q{cell}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{hidden}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} - \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t \odot \q{cell}_{t-1}",
        r"\q{cell}_t = \q{cell}_{t-1} + \q{input}_t",
        r"\q{cell}_t = \q{forget}_t \odot \q{cell}_{t-1}",
        r"\q{hidden}_t = \q{forget}_t \odot \q{cell}_{t-1} + \q{input}_t",
    ],
)
def test_equations_of_other_forms_have_no_gated_state(equation):
    phase = Phase("only", "Only", ("cell",), (equation,), "All at once.")
    assert gated_state(Definition("other", "Other", (CELL, HIDDEN), (phase,))) is None
