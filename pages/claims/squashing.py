"""The claims of squashing.md."""

import numpy as np

from . import at, percent, rounded, trace

SCHMIDHUBER = trace("names-lstm", "Schmidhuber")


def candidate_stays_within_bounds() -> None:
    """The candidate has 64 units, and none of its values leaves the band between −1 and 1."""
    candidate = SCHMIDHUBER["candidate"]
    assert candidate.shape[1] == 64
    assert np.abs(candidate).max() <= 1


def three_dots_of_step_6() -> None:
    """At step 6 of Schmidhuber three sums come out as quoted, and more than half of the candidates are saturated."""
    candidate = SCHMIDHUBER["candidate"][6 - 1].astype(float)
    weighted_sum = np.arctanh(candidate)
    assert abs(weighted_sum[17]) < 0.5 and abs(weighted_sum[17] / candidate[17] - 1) < 0.02
    assert rounded(weighted_sum[52], 1) == 2.0 and rounded(candidate[52], 2) == 0.96
    assert 1.8 < weighted_sum[6] / weighted_sum[52] < 2.2 and rounded(candidate[6], 2) == 1.00
    assert (np.abs(candidate) > 1 - 0.01).mean() > 0.5


def ten_steps_of_times_three() -> None:
    """Multiplying 1 by 3 ten times gives 59 049."""
    assert 3**10 == 59049


def four_steps_of_times_three() -> None:
    """Multiplying by 3 four times makes numbers 81 times as large."""
    assert 3**4 == 81


def squashing_does_not_keep_numbers_apart() -> None:
    """With tanh and a factor of 3, 0.6 and 0.01 meet just below 1; with a factor below 1 both shrink towards 0."""
    assert all(rounded(_repeated(3, start, 12), 3) == 0.995 for start in (0.6, 0.01))
    assert all(_repeated(0.9, start, 100) < 0.001 for start in (0.6, 0.01))
    assert 0.9**100 < 0.001


def _repeated(factor: float, start: float, steps: int) -> float:
    """A number that is multiplied and squashed again and again."""
    number = start
    for _ in range(steps):
        number = float(np.tanh(factor * number))
    return number


def sigmoid_needs_large_sums() -> None:
    """A sum of −5 gives a gate that keeps less than 1 %, a sum of 5 one that keeps 99 %."""
    gates = {weighted: 1 / (1 + np.exp(-weighted)) for weighted in (-5, 5)}
    assert gates[-5] < 0.01 and percent(gates[5]) == 99


def cell_state_has_64_numbers() -> None:
    """The cell state has 64 numbers."""
    assert SCHMIDHUBER["cell"].shape[1] == 64


def three_units_at_the_d() -> None:
    """At the d unit 38 is kept, unit 29 is forgotten, and of unit 5 more than a quarter is kept."""
    for unit, gate in ((38, 1.00), (29, 0.01), (5, 0.28)):
        assert rounded(at(SCHMIDHUBER, "forget", step=6, unit=unit), 2) == gate
        assert abs(at(SCHMIDHUBER, "cell", step=5, unit=unit)) > 1


def gates_can_be_close_to_one() -> None:
    """Of 90 % kept at each step, 0.35 is left after ten steps; at the d 20 of 64 forget gates are above 0.99."""
    share = 0.9
    assert 100 * share == 90
    assert rounded(share**10, 2) == 0.35
    assert rounded(share**40, 3) == 0.015
    gates = SCHMIDHUBER["forget"][6 - 1]
    assert len(gates) == 64
    assert (gates > 0.99).sum() == 20
