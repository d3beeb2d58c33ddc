"""Interventions in words."""

import pytest
from hypothesis import given

from rnnviz.cells import CELLS
from rnnviz.interventions import describe, parse

from .test_intervention_kinds import anything


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("forget=1", "forget gate = 1"),
        ("forget.3,5-7@2-9=0.5", "forget gate of units 3, 5–7 = 0.5 at steps 2–9"),
        ("cell.4@3:1b=-2", "cell state of unit 4 = −2 at step 3, layer 2, backward"),
        ("zero.4", "unit 4 silenced"),
        ("zero@3", "all units silenced at step 3"),
        ("zero/cell.4@3", "cell state of unit 4 silenced at step 3"),
        ("freeze.4-5@6-9", "units 4–5 frozen at steps 6–9"),
        ("swap@3=%20", "step 3 reads “␣”"),
        ("swap@3=" + "0.25%20" * 50, "step 3 reads “" + "0.25 " * 7 + "0.25…”"),
        ("remove@3", "step 3 removed"),
        ("update=1", "update = 1"),
    ],
)
def test_the_phrase_of_each_kind(text, words):
    assert describe(parse(text), CELLS["lstm"].define()) == words


@given(anything)
def test_every_intervention_has_a_phrase(one):
    assert describe(one, CELLS["gru"].define())
