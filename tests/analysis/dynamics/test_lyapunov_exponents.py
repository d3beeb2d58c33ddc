"""Lyapunov exponents of known maps, built as cells, and against products of Jacobians."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import lyapunov, step_jacobians
from rnnviz.cells import CELLS, RNN, Cell, quantities, weighted_sum
from rnnviz.errors import ArgumentError, InterventionError
from rnnviz.interventions import Hold
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises

NUMBERS = Vocabulary("numbers")


@pytest.fixture
def henon():
    """The Hénon map as a cell: h' = 1 - 1.4 h^2 + y and y' = 0.3 h, with an input of zero."""
    h, y, p = quantities("hidden other pushed")

    class Henon(Cell):
        name, title = "henon", "Hénon map"
        equations = {
            p: weighted_sum(p),
            h: 1 + p + y.before + (-1.4) * (h.before * h.before),
            y: 0.3 * h.before,
        }
        offered = False

    yield Henon
    del CELLS["henon"]


def run(cell, steps, **initial):
    model = Model("map", Network([[cell]]), NUMBERS, [])
    return model.trace(np.zeros((steps, 1)), initial=[[initial]])


def test_the_henon_map(henon):
    cell = henon(weight_ih=np.zeros((1, 1)), weight_hh=np.zeros((1, 1)))
    trace = run(cell, 4000, hidden=np.array([0.1]), other=np.array([0.1]))
    found = lyapunov(trace, skip=100)
    # Every step shrinks areas to 0.3; the largest exponent of the attractor is known.
    assert found.exponents.sum() == pytest.approx(np.log(0.3), abs=1e-10)
    assert found.exponents[0] == pytest.approx(0.419, abs=0.01)
    assert found.dimension == pytest.approx(1.26, abs=0.01)


def test_a_rotation_keeps_all_lengths():
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for size, dimension in ((1.0, None), (1.1, 2), (0.9, 0)):
        cell = RNN(weight_ih=np.zeros((2, 1)), weight_hh=size * turn, activation="linear")
        found = lyapunov(run(cell, 50, hidden=np.array([1e-3, 0.0])))
        np.testing.assert_allclose(found.exponents, [np.log(size)] * 2, atol=1e-12)
        assert found.dimension == dimension or dimension is None  # the sign of a rounding error decides


@pytest.mark.parametrize("name", ["counter-rnn", "counter-gru", "counter-lstm"])
def test_the_exponents_are_those_of_the_product_of_all_jacobians(name):
    trace = rnnviz.load(name).trace("aaabbb")
    jacobians = step_jacobians(trace).astype(np.float64)
    product = np.linalg.multi_dot(jacobians[::-1])
    found = lyapunov(trace)
    # The volume of all directions changes by the determinants; the first direction becomes a column of the product.
    assert found.logarithms.sum() == pytest.approx(np.linalg.slogdet(jacobians)[1].sum(), rel=1e-6)
    assert found.logarithms[:, 0].sum() == pytest.approx(np.log(np.linalg.norm(product[:, 0])), rel=1e-6)
    np.testing.assert_allclose(lyapunov(trace, count=2).logarithms, found.logarithms[:, :2], rtol=1e-9)
    np.testing.assert_allclose(np.sort(found.running[-1])[::-1], found.exponents)


def test_along_a_fixed_point_they_are_the_moduli_of_the_eigenvalues():
    model = rnnviz.load("recall-rnn")
    trace = model.trace("a" * 400)
    eigenvalues = np.linalg.eigvals(step_jacobians(trace)[-1].astype(np.float64))
    found = lyapunov(trace, count=2, skip=100)
    np.testing.assert_allclose(found.exponents, np.sort(np.log(np.abs(eigenvalues)))[::-1][:2], atol=0.02)


def test_what_is_lost_in_a_step_has_no_exponent():
    cell = RNN(weight_ih=np.zeros((2, 1)), weight_hh=np.diag([0.5, 0.0]))
    assert lyapunov(run(cell, 3, hidden=np.zeros(2))).exponents.tolist() == [np.log(0.5), -np.inf]


def test_arguments_out_of_range():
    model = rnnviz.load("counter-rnn")
    trace = model.trace("ab")
    with raises(ArgumentError, name="count"):
        lyapunov(trace, count=9)
    with raises(ArgumentError, name="skip"):
        lyapunov(trace, skip=2)
    with raises(InterventionError):
        lyapunov(model.trace("ab", interventions=[Hold("hidden", 0.5)]))
