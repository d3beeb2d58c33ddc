"""Softmax regression is at the minimum that PyTorch finds, and knows what it should."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnviz.analysis import class_probe
from rnnviz.errors import ArgumentError, ArrayError

from ...raising import raises

torch = pytest.importorskip("torch")


def samples(seed, count=80, units=4, classes=3):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(count, units)) * rng.uniform(0.1, 3, units) + rng.normal(size=units)
    sums = states @ rng.normal(size=(units, classes)) + rng.gumbel(size=(count, classes))
    return states, sums.argmax(1), np.arange(count) >= count // 2


@example(177, 1e-4)  # which takes several hundred steps
@given(st.integers(0, 10**6), st.sampled_from([1e-4, 0.01, 1.0]))
def test_weights_are_the_minimum_of_what_it_says(seed, ridge):
    states, classes, held_out = samples(seed)
    probe = class_probe(states, classes, held_out, ridge=ridge)
    fitted = states[~held_out]
    centre, spread = fitted.mean(0), fitted.std(0)
    x = torch.tensor((fitted - centre) / spread)
    y = torch.tensor(np.searchsorted(probe.classes, classes[~held_out]))
    weights = torch.tensor(probe.weights * spread, requires_grad=True)
    biases = torch.tensor(probe.biases + probe.weights @ centre, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(x @ weights.T + biases, y) + 0.5 * ridge * (weights**2).sum()
    loss.backward()
    assert weights.grad.abs().max() < 1e-5 and biases.grad.abs().max() < 1e-5  # the loss is convex: this is its minimum


def test_accuracy_and_chance_are_those_of_the_samples_held_out():
    states, classes, held_out = samples(1, count=2000)
    probe = class_probe(states, classes, held_out)
    assert probe.accuracy == (probe.predictions == classes)[held_out].mean()
    commonest = np.bincount(classes[~held_out]).argmax()
    assert probe.chance == (classes[held_out] == commonest).mean()
    assert probe.accuracy > probe.chance + 0.1
    np.testing.assert_array_equal(probe.predictions, probe.classes[(states @ probe.weights.T + probe.biases).argmax(1)])


def test_classes_that_a_line_separates_and_units_that_never_change_do_no_harm():
    line = np.linspace(-1, 1, 60)
    states = np.column_stack([line + 0.2 * np.sign(line), np.ones(60)])
    classes = np.where(states[:, 0] > 0, "up", "down")
    probe = class_probe(states, classes, np.arange(60) % 2 == 0)
    assert probe.accuracy == 1.0 and np.isfinite(probe.weights).all() and probe.classes.tolist() == ["down", "up"]


def test_what_does_not_fit_is_refused():
    states, classes, held_out = samples(5)
    for arguments in (
        (states[:, 0], classes, held_out),
        (np.where(states > 1, np.nan, states), classes, held_out),
        (states, classes[1:], held_out),
        (states, classes, held_out[1:]),
    ):
        with raises(ArrayError):
            class_probe(*arguments)
    for arguments in ((states, classes, held_out & False), (states, np.where(held_out, classes, 0), held_out)):
        with raises(ArgumentError):
            class_probe(*arguments)
    with pytest.raises(ArgumentError):
        class_probe(states, classes, held_out, ridge=0.0)
