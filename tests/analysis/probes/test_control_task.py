"""Control tasks give each token a target, and tell what a state knows of the text from which token it sees."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.analysis import class_probe, control_targets, linear_probe, selectivity
from rnnviz.errors import ArgumentError, ArrayError

from ...raising import raises

COUNT, TOKENS = 2000, 12
HELD_OUT = np.arange(COUNT) >= COUNT // 2


def draw(seed=0):
    """Tokens, and states that show the token and whether an even number of tokens 0 has been read."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(TOKENS, size=COUNT)
    parity = np.cumsum(tokens == 0) % 2
    states = np.column_stack([np.eye(TOKENS)[tokens], parity]) + 0.05 * rng.normal(size=(COUNT, TOKENS + 1))
    return states, parity, tokens


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(0, 99))
def test_equal_tokens_have_equal_targets_of_the_task(tokens, seed):
    targets = np.arange(len(tokens))
    drawn = control_targets(tokens, targets, seed)
    assert set(drawn) <= set(targets)
    assert all(len({drawn[k] for k, t in enumerate(tokens) if t == token}) == 1 for token in set(tokens))


def test_what_depends_on_the_text_is_selective_and_what_depends_on_the_token_is_not():
    states, parity, tokens = draw()
    knows = selectivity(states, parity, tokens, HELD_OUT, classes=True)
    sees = selectivity(states[:, :TOKENS], tokens % 2, tokens, HELD_OUT, classes=True)
    blind = selectivity(states[:, -1:], parity, tokens, HELD_OUT, classes=True)
    assert knows.score > 0.99 and knows.control > 0.99  # this probe could have learned anything about tokens
    assert sees.score > 0.99 and abs(sees.selectivity) < 0.01
    assert blind.score > 0.99 and blind.selectivity > 0.2  # this one sees no tokens, and so is believed


def test_score_and_controls_are_those_of_the_probes():
    states, parity, tokens = draw(1)
    found = selectivity(states, parity, tokens, HELD_OUT, classes=True, draws=2, seed=7)
    probe = class_probe(states, parity, HELD_OUT)
    assert (found.score, found.chance, found.measure) == (probe.accuracy, probe.chance, "accuracy")
    expected = [class_probe(states, control_targets(tokens, parity, seed), HELD_OUT).accuracy for seed in (7, 8)]
    assert found.controls.tolist() == expected and found.control == np.mean(expected)
    numbers = np.cumsum(tokens == 0) % 5
    found = selectivity(states, numbers, tokens, HELD_OUT, classes=False, draws=1)
    assert (found.score, found.chance, found.measure) == (linear_probe(states, numbers, HELD_OUT).share, 0.0, "R²")


def test_what_has_no_control_task_is_refused():
    states, parity, tokens = draw()
    with raises(ArgumentError, code="few_tokens"):
        selectivity(states, parity, np.zeros(COUNT), HELD_OUT, classes=True)
    with raises(ArgumentError, name="draws"):
        selectivity(states, parity, tokens, HELD_OUT, classes=True, draws=0)
    with raises(ArrayError, name="tokens"):
        control_targets(tokens[1:], parity)
