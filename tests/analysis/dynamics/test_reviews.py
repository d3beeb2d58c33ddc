"""What the Dynamics page says of the reviews models, in all five seeds of every cell."""

import numpy as np
import pytest

from rnnviz.analysis import components, fixed_points, modifier_effect, readout_direction
from rnnviz.analysis.dynamics.held_input_map import HeldInputMap

from .review_seeds import BLAME, CELLS, OTHERS, PRAISE, SEEDS, review_model, review_runs

each_model = pytest.mark.parametrize(("cell", "seed"), [(cell, seed) for cell in CELLS for seed in SEEDS])


def along_the_readout(cell, seed):
    """The components of a model's states, with the positive end where the answer is positive."""
    found = components(review_runs(cell, seed))
    return found.pointing_along(readout_direction(review_model(cell, seed), "positive"))


@each_model
def test_one_component_holds_nine_tenths_of_the_variance(cell, seed):
    found = along_the_readout(cell, seed)
    assert 0.87 < found.shares[0] < 0.96
    assert found.shares[1] < 0.09
    assert found.participation_ratio < 1.35


@each_model
def test_it_is_nearly_the_direction_of_the_readout(cell, seed):
    along = readout_direction(review_model(cell, seed), "positive")
    assert along_the_readout(cell, seed).turn(along)[0] > 0.88


@each_model
def test_words_push_the_state_along_it_by_what_they_say(cell, seed):
    model, found = review_model(cell, seed), along_the_readout(cell, seed)

    def push(word):
        before, after = found.project(model.trace(f"the {word}")["hidden"], 1)[:, 0]
        return after - before

    praise, blame, others = ([push(word) for word in words] for words in (PRAISE, BLAME, OTHERS))
    assert min(praise) > 0 > max(blame)
    assert np.mean(np.abs(others)) < 0.25 * min(np.mean(praise), -np.mean(blame))


@each_model
def test_under_the_mean_input_one_direction_forgets_slowly_and_it_lies_along_that_component(cell, seed):
    model, runs = review_model(cell, seed), review_runs(cell, seed)
    points, first = fixed_points(model, None, runs), along_the_readout(cell, seed).directions[0]
    assert len(points)
    largest = np.abs(points.eigenvalues[:, 0])
    assert (largest > 0.85).all() and (largest < 1.1).all()
    assert (points.time_constants[:, 0] > {"rnn": 6, "gru": 13, "lstm": 13}[cell]).all()
    _, jacobians = HeldInputMap(model.network.layers[0][0], points.vector).step_with_jacobians(points.states)
    for times, jacobian in zip(points.time_constants, jacobians, strict=True):
        values, vectors = np.linalg.eig(jacobian)
        slowest = vectors[: len(first), np.abs(values).argmax()].real
        along = abs(slowest @ first) / np.linalg.norm(slowest)
        if cell == "rnn":  # all other directions are forgotten in three steps
            assert along > 0.98 and times[1:].max() < 3
        assert along > 0.7


@each_model
def test_what_not_does_to_the_next_word(cell, seed):
    words = [*PRAISE, *BLAME]
    effect = modifier_effect(review_model(cell, seed), "not", words, "positive", runs=review_runs(cell, seed))
    low, high = {"rnn": (0.93, 1.0), "gru": (0.2, 0.7), "lstm": (0.6, 0.9)}[cell]
    assert low < effect.gain[0] < high and low < effect.exact_gain[0] < high
    if cell != "rnn":  # and the effect wears off with every word between
        assert (np.diff(effect.gain[:4]) > 0).all() and effect.gain[-1] > 0.8
    control = modifier_effect(review_model(cell, seed), "the", words, "positive", runs=review_runs(cell, seed))
    assert abs(control.gain[0] - 1) < 0.12
