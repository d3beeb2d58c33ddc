"""The claims of network.md."""

import numpy as np

from rnnviz import zoo
from rnnviz.analysis import cost
from rnnviz.ui.pages.guide.blocks.network_blocks import LETTERS, random_network, state_changes


def second_layer_reads_64_numbers() -> None:
    """An LSTM layer of 64 units has 25,088 parameters over 32 numbers and 33,280 over 64, and the two form a stack."""
    first, second = cost("lstm", 32, 64).parameters, cost("lstm", 64, 64).parameters
    assert (first, second) == (25_088, 33_280)
    stack = random_network("lstm", 2, bidirectional=False)
    assert sum(array.size for array in stack.parameters.values()) == first + second + len(LETTERS) * 32


def a_change_travels_in_the_direction_of_reading() -> None:
    """Changing the last letter leaves all earlier forward states as they were and moves every backward state."""
    forward, backward = state_changes("nakamura", changed=7).values()
    assert (forward[:-1] == 0.00).all() and forward[-1] > 0
    assert (backward > 0).all() and (np.diff(backward) > 0).all()


def backward_state_at_the_last_letter_knows_that_letter_only() -> None:
    """At the last letter the backward state depends on no other letter; its state at the first is the final one."""
    for changed in range(7):
        assert state_changes("nakamura", changed)["backward"][-1] == 0
    run = random_network("lstm", 1, bidirectional=True).forward(np.array([[LETTERS.index(x)] for x in "nakamura"]))
    assert np.array_equal(run.top[0, 0, 64:], run.final[0][1]["hidden"][0])
    assert np.array_equal(run.top[-1, 0, :64], run.final[0][0]["hidden"][0])


def bundled_models_have_one_layer_and_direction() -> None:
    """Every bundled model has one layer that reads forwards."""
    for name in zoo.models():
        built = zoo.card(name)["architecture"]
        assert built["layers"] == 1 and built["directions"] == ["forward"]
