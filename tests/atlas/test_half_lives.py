"""Half-lives against the values themselves."""

import numpy as np
import pytest

from rnnviz.atlas.half_lives import half_lives
from tests.atlas.brute_force import all_values, build, draw_model


@pytest.mark.parametrize(
    "cell,gate,gives_up", [("lstm", "forget", False), ("gru", "update", False), ("mgu", "forget", True)]
)
def test_half_lives_are_those_of_the_mean_share(cell, gate, gives_up):
    model = draw_model(cell, hidden=5)
    plan, atlas = build(model, ["a good film", "bad"])
    values = all_values(plan)[0][gate, 0, "forward"].astype(float)
    shares = 1 - values.mean(1) if gives_up else values.mean(1)
    found = half_lives(atlas, model.definition)
    assert found is not None
    np.testing.assert_allclose(shares**found, 0.5, rtol=1e-4)


@pytest.mark.parametrize("cell,quantities", [("rnn", ()), ("lstm", ("hidden",))])
def test_without_a_gate_that_is_recorded_nothing_is_said(cell, quantities):
    model = draw_model(cell, hidden=5)
    _, atlas = build(model, ["a good film"], quantities=quantities)
    assert half_lives(atlas, model.definition) is None
