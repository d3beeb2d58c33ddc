"""Components of hidden states against a singular value decomposition, and their identities."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import components, readout_direction
from rnnviz.cells import RNN
from rnnviz.errors import ArgumentError, ArrayError, UnknownNameError
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, draw_network

TEXTS = ("aaabbb", "ab", "aaaabb")


@pytest.fixture(scope="module")
def traces():
    model = rnnviz.load("counter-gru")
    return [model.trace(text) for text in TEXTS]


def test_they_are_the_singular_vectors_of_the_states(traces):
    found, hidden = components(traces), np.concatenate([trace["hidden"] for trace in traces]).astype(float)
    centred = hidden - hidden.mean(0)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.variances, sizes**2 / (len(hidden) - 1), atol=1e-9)
    np.testing.assert_allclose(found.shares, sizes**2 / (sizes**2).sum(), atol=1e-9)
    np.testing.assert_allclose(np.abs((found.directions[:3] * rows[:3]).sum(1)), 1, atol=1e-6)
    assert found.steps == len(hidden)
    share = found.shares
    assert found.participation_ratio == pytest.approx(1 / (share**2).sum())
    assert 1 <= found.participation_ratio <= len(share)


def test_projections(traces):
    found, hidden = components(traces), traces[0]["hidden"]
    assert found.project(hidden, 3).shape == (len(hidden), 3)
    np.testing.assert_allclose(found.project(found.mean), 0)
    all_of_them = found.project(hidden, 8) @ found.directions + found.mean
    np.testing.assert_allclose(all_of_them, hidden, atol=1e-6)
    with raises(ArrayError, expected=8):
        found.project(np.zeros(3))


def test_directions_can_be_turned_around(traces):
    found, vector = components(traces), -components(traces).directions[0]
    turned = found.pointing_along(vector)
    np.testing.assert_allclose(turned.directions[0], vector)
    np.testing.assert_allclose(turned.turn(2 * vector)[0], 1)
    np.testing.assert_allclose((turned.turn(np.arange(1.0, 9)) ** 2).sum(), 1)


def test_states_that_never_differ_have_no_components():
    trace = rnnviz.load("recall-rnn").trace("a")
    found = components([trace, trace])
    assert found.participation_ratio == 0 and (found.shares == 0).all()
    with raises(ArgumentError, code="too_few"):
        components([trace])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_units_that_never_change_have_no_components(dtype):
    bias = np.array([0.1, -0.7, 3.0], dtype)
    cell = RNN(weight_ih=np.zeros((3, 1), dtype), weight_hh=np.zeros((3, 3), dtype), bias_ih=bias)
    model = Model("constant", Network([[cell]]), Vocabulary("numbers"), [])
    found = components([model.trace(np.ones((7, 1))), model.trace(np.ones((3, 1)))])
    assert not found.variances.any() and found.participation_ratio == 0
    np.testing.assert_allclose(found.mean, np.tanh(bias.astype(float)), rtol=1e-6)


def test_along_the_readouts_direction_a_logit_gains_on_others():
    model = rnnviz.load("counter-lstm")
    trace, weight = model.trace("aab"), model.network.readout_weight.astype(float)
    hidden = trace["hidden"].astype(float)
    bias = model.network.readout_bias
    lead = trace.logits[:, 1] - trace.logits[:, [0, 2]].mean(1)
    along = hidden @ readout_direction(model, "b")
    np.testing.assert_allclose(along + bias[1] - bias[[0, 2]].mean(), lead, atol=1e-5)
    np.testing.assert_allclose(readout_direction(model, "b", "a"), weight[1] - weight[0])
    with raises(UnknownNameError, kind="output"):
        readout_direction(model, "c")


def test_only_a_layer_that_is_read_has_a_direction():
    model = Model("stack", draw_network("gru", layers=2, bidirectional=True), CHARACTERS, [*"1234"])
    weight = model.network.readout_weight
    expected = weight[0, 5:] - weight[1:, 5:].mean(0)
    np.testing.assert_allclose(readout_direction(model, "1", layer=1, direction="backward"), expected, atol=1e-6)
    with raises(ArgumentError, code="not_direct"):
        readout_direction(model, "1", layer=0)
