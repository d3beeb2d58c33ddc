"""The effect of a modifier against finite differences, runs of the model, and known cases."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import modifier_effect, readout_direction
from rnnviz.analysis.dynamics.held_input_map import HeldInputMap
from rnnviz.analysis.dynamics.modifier_effect import strongest_words
from rnnviz.cells import RNN
from rnnviz.errors import ArgumentError, InputError, UnknownNameError
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, draw_network

STEP = 1e-5


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "lstmp"])
def test_input_gradients_are_slopes(cell):
    network = draw_network(cell, CHARACTERS, dtype=np.float64)
    layer, rng = network.layers[0][0], np.random.default_rng(1)
    x, along = rng.standard_normal(3), rng.standard_normal(layer.units("hidden"))
    moves = HeldInputMap(layer, x)
    states = 0.5 * rng.standard_normal((4, moves.size))
    found = moves.input_gradients(states, along)
    for j, nudge in enumerate(STEP * np.eye(3)):
        up, down = (HeldInputMap(layer, x + sign * nudge).step(states)[:, : len(along)] for sign in (1, -1))
        np.testing.assert_allclose(found[:, j], (up - down) @ along / (2 * STEP), rtol=1e-5, atol=1e-8)


def test_exact_effects_are_those_of_runs():
    model = rnnviz.load("reviews-gru")
    runs = [model.trace("a long film")]
    effect = modifier_effect(model, "not", ["good", "bad"], "positive", lags=2, runs=runs)
    assert effect.plain.shape == effect.exact_modified.shape == (3, 2)
    neutral = runs[0]["input_vector"].mean(0)
    table = model.network.embedding

    def lead(*words):
        vectors = [neutral if word is None else table[model.vocabulary.tokens.index(word)] for word in words]
        hidden = model.network.layers[0][0].forward(np.array(vectors))["hidden"][-1]
        return hidden @ readout_direction(model, "positive")

    expected = lead("not", None, "good") - lead("not", None, None)
    assert effect.exact_modified[1, 0] == pytest.approx(expected, abs=1e-5)
    assert effect.exact_plain[2, 1] == pytest.approx(lead(None, None, None, "bad") - lead(*[None] * 4), abs=1e-5)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_strongest_words_are_those_that_move_the_readout_most(cell):
    model = rnnviz.load(f"reviews-{cell}")
    runs = [model.trace("a long film")]
    words = strongest_words(model, "positive", 8, runs)
    effect = modifier_effect(model, "the", [*words, "the", "film", "it", "was"], "positive", lags=0, runs=runs)
    sizes = np.abs(effect.plain[0])
    assert (np.diff(sizes[:8]) <= 1e-9).all() and sizes[:8].min() >= sizes[8:].max()
    assert sorted(np.sign(effect.plain[0, :8])) == [-1] * 4 + [1] * 4
    assert len(set(words)) == 8


def test_a_linear_cell_knows_no_modifiers():
    letters = Vocabulary("characters", ("a", "b", "c"))
    cell = RNN(weight_ih=np.eye(2), weight_hh=0.5 * np.eye(2), activation="linear")
    table = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = Model("linear", Network([[cell]], table, np.eye(2)), letters, ["x", "y"])
    effect = modifier_effect(model, "a", ["b", "c", "a"], "x", runs=[model.trace("abc")])
    np.testing.assert_allclose(effect.gain, 1)
    np.testing.assert_allclose(effect.exact_gain, 1)
    np.testing.assert_allclose(effect.plain, effect.exact_modified, atol=1e-12)


def test_what_cannot_be_measured():
    model = rnnviz.load("reviews-rnn")
    with raises(ArgumentError, name="words"):
        modifier_effect(model, "not", [], "positive")
    with raises(ArgumentError, name="lags"):
        modifier_effect(model, "not", ["good"], "positive", lags=-1)
    with raises(UnknownNameError, kind="output"):
        modifier_effect(model, "not", ["good"], "neutral")
    letters = Model("both", draw_network("gru", bidirectional=True), CHARACTERS, [*"1234"])
    with raises(ArgumentError, code="layers"):
        modifier_effect(letters, "a", ["b"], "1")
    known = Model(
        "few", draw_network("gru", Vocabulary("words", ("a", "b"))), Vocabulary("words", ("a", "b")), [*"1234"]
    )
    with raises(InputError):
        modifier_effect(known, "c", ["b"], "1")
