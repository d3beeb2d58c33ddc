"""A unit's connections are the weights that its sum and the logits are computed with."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.weights.unit_connections import unit_connections
from rnnviz.errors import ArgumentError
from tests.raising import raises

ROWS = {"rnn": "hidden", "gru": "candidate", "lstm": "candidate"}


@pytest.mark.parametrize("cell", ROWS)
def test_tokens_add_what_their_vectors_do_to_the_sum(cell):
    model = rnnviz.load(f"names-{cell}")
    found = unit_connections(model, 5)
    assert found.row == ROWS[cell]
    parameters = model.network.parameters
    rows = model.network.layers[0][0].rows
    at = rows.index(found.row) * 64 + 5
    weight = parameters["rnn.weight_ih_l0"][at]
    np.testing.assert_allclose(found.tokens, parameters["embedding.weight"] @ weight, rtol=1e-6)
    np.testing.assert_array_equal(found.recurrent, parameters["rnn.weight_hh_l0"][at])
    np.testing.assert_array_equal(found.answers, parameters["readout.weight"][:, 5])


def test_a_gate_has_its_own_row():
    model = rnnviz.load("names-lstm")
    assert unit_connections(model, 2, "forget").row == "forget"


def test_a_wrong_unit_or_quantity_is_refused():
    model = rnnviz.load("names-gru")
    with raises(ArgumentError, code="out_of_range"):
        unit_connections(model, 64)
    with raises(ArgumentError, code="quantity"):
        unit_connections(model, 0, "forget")
