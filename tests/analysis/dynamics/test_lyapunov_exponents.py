"""Lyapunov exponents of known maps, built as cells, and against products of Jacobians."""

from fractions import Fraction
from itertools import combinations
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model
from rnnviz.analysis import lyapunov, step_jacobians
from rnnviz.analysis.linalg.leading_directions import leading_directions
from rnnviz.cells import CELLS, RNN, Cell, quantities, weighted_sum
from rnnviz.errors import ArgumentError, InterventionError
from rnnviz.interventions import Hold
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strange_networks import strange_tasks
from ..random_runs import EVERY, EVERY_ID, runs

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


def exact_exponents(jacobians):
    """By the singular values of the product, which rational numbers hold whatever their size."""
    size = len(jacobians[0])
    product = np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)])
    for jacobian in jacobians:
        product = np.array([[Fraction(float(entry)) for entry in row] for row in jacobian]) @ product
    volumes = [0.0]  # of the k directions that are stretched most: the largest singular value of all minors of size k
    for k in range(1, size + 1):
        sets = list(combinations(range(size), k))
        minors = np.array([[_determinant(product[np.ix_(rows, columns)]) for columns in sets] for rows in sets])
        scale = max(abs(entry) for entry in minors.ravel())
        if not scale:
            return np.append(np.diff(volumes), np.full(size - k + 1, -np.inf)) / len(jacobians)
        scaled = (minors / scale).astype(float)
        volumes.append(np.log(np.linalg.norm(scaled, 2)) + log(scale.numerator) - log(scale.denominator))
    return np.diff(volumes) / len(jacobians)


def _determinant(matrix):
    if len(matrix) == 1:
        return matrix[0, 0]
    rest = [np.delete(matrix[1:], column, axis=1) for column in range(len(matrix))]
    return sum((-1) ** column * matrix[0, column] * _determinant(part) for column, part in enumerate(rest))


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=10)
@given(data=st.data())
def test_the_exponents_are_those_of_the_product_of_all_jacobians(kind, options, data):
    found = data.draw(runs(kind, options, longest=30, largest=2))
    where = (found.layer, found.direction)
    jacobians = step_jacobians(found.trace, *where)[found.along]
    expected = exact_exponents(jacobians)
    all_of_them = lyapunov(found.trace, *where).exponents
    above = expected * len(jacobians) > -25  # of the others, a step may be below rounding
    np.testing.assert_allclose(all_of_them[above], expected[above], atol=1e-6)
    assert (all_of_them[~above] < -24 / len(jacobians)).all()
    for count in range(1, len(expected) + 1):
        some = lyapunov(found.trace, *where, count=count).exponents
        np.testing.assert_allclose(some[above[:count]], expected[:count][above[:count]], atol=1e-6)


@pytest.mark.parametrize("name", ["names-rnn", "reviews-gru", "names-lstm", "shakespeare-gru"])
def test_no_small_difference_grows_more(name):
    trace = rnnviz.load(name).trace(rnnviz.load(name).card["examples"][0])
    product = np.eye(step_jacobians(trace).shape[1])
    for jacobian in step_jacobians(trace).astype(np.float64):
        product = jacobian @ product
    growth = np.log(np.linalg.svd(product, compute_uv=False)) / len(trace)
    for count in (1, 16):
        np.testing.assert_allclose(lyapunov(trace, count=count).exponents, growth[:count], atol=1e-8)
    found = lyapunov(trace, count=3)
    np.testing.assert_allclose(found.logarithms.mean(0), growth[:3], atol=1e-8)
    np.testing.assert_allclose(found.running[-1], growth[:3], atol=1e-8)


def test_they_do_not_depend_on_the_numbers_of_the_units():
    rng = np.random.default_rng(0)
    weight, order = rng.standard_normal((5, 5)), rng.permutation(5)
    weight[:, 0] = 0  # a unit that nobody listens to
    start = rng.standard_normal(5) / 2
    exponents = [
        lyapunov(run(RNN(weight_ih=np.zeros((5, 1)), weight_hh=matrix), 20, hidden=hidden), count=2).exponents
        for matrix, hidden in ((weight, start), (weight[np.ix_(order, order)], start[order]))
    ]
    assert np.isfinite(exponents[0]).all()
    np.testing.assert_allclose(*exponents, atol=1e-9)


@pytest.mark.parametrize("steps", [1, 7, 100])
def test_almost_equal_singular_values_are_told_apart(steps):
    """Of an orthogonal matrix times one whose entries differ a little."""
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    scales = np.array([1.0, 1 - 1e-9, 1 - 1e-4, 0.98, 0.5, 1e-4])
    matrices = np.array([turn @ np.diag(scales) @ turn.T] * steps)
    directions = leading_directions(matrices, 6)
    np.testing.assert_allclose(directions.T @ directions, np.eye(6), atol=1e-12)
    cosines = np.abs(turn.T @ directions)
    np.testing.assert_allclose(cosines[3:, 3:], np.eye(3), atol=1e-6)
    assert (cosines[:2, 2] < 1e-6).all()


def test_along_a_fixed_point_they_are_the_moduli_of_the_eigenvalues():
    model = rnnviz.load("recall-rnn")
    trace = model.trace("a" * 400)
    eigenvalues = np.linalg.eigvals(step_jacobians(trace)[-1].astype(np.float64))
    found = lyapunov(trace, count=2, skip=100)
    np.testing.assert_allclose(found.exponents, np.sort(np.log(np.abs(eigenvalues)))[::-1][:2], atol=0.02)


def test_what_is_lost_in_a_step_has_no_exponent():
    cell = RNN(weight_ih=np.zeros((2, 1)), weight_hh=np.diag([0.5, 0.0]))
    assert lyapunov(run(cell, 3, hidden=np.zeros(2))).exponents.tolist() == [np.log(0.5), -np.inf]


def test_dead_units_of_a_relu_leave_the_others():
    """The second unit is off, so that only what goes from the first to the first is left."""
    weight, inputs = np.array([[0.5, 3.0], [0.3, 1.0]]), np.array([[1.0], [-5.0]])
    model = Model("dead", Network([[RNN(weight_ih=inputs, weight_hh=weight, activation="relu")]]), NUMBERS, [])
    found = lyapunov(model.trace(np.ones((4, 1))))
    size = np.hypot(0.5, 3.0)  # the first step still hears what was in the second unit
    assert found.exponents[0] == pytest.approx((3 * np.log(0.5) + np.log(size)) / 4)
    assert found.exponents[1] == -np.inf


def test_numbers_that_overflow_have_no_exponents():
    tasks = strange_tasks()
    with np.errstate(all="ignore"):
        for name, cell in (("cancels", "rnn"), ("huge", "lstm")):
            trace = tasks[name].models[cell].trace(tasks[name].text)
            assert np.isnan(lyapunov(trace, count=2).logarithms).all()


def test_arguments_out_of_range():
    model = rnnviz.load("counter-rnn")
    trace = model.trace("ab")
    with raises(ArgumentError, name="count"):
        lyapunov(trace, count=9)
    for wrong in ({"count": 0}, {"count": 1.5}, {"skip": -1}, {"skip": 2}, {"skip": 0.5}):
        with raises(ArgumentError, code="out_of_range", name=next(iter(wrong))):
            lyapunov(trace, **wrong)
    with raises(InterventionError):
        lyapunov(model.trace("ab", interventions=[Hold("hidden", 0.5)]))
