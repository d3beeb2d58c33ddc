"""The claims of squashing.md."""

import numpy as np

from . import at, percent, rounded, trace

SCHMIDHUBER = trace("names-lstm", "Schmidhuber")


def candidate_stays_within_bounds() -> None:
    """No value of the candidate leaves the band between −1 and 1, and the sums spread to both sides."""
    candidate = SCHMIDHUBER["candidate"]
    assert np.abs(candidate).max() <= 1
    assert candidate.min() < -0.9 and candidate.max() > 0.9


def three_dots_at_the_d() -> None:
    """At the d of Schmidhuber three sums come out as quoted, and more than half of the candidates are saturated."""
    assert SCHMIDHUBER.tokens[6 - 1] == "d"
    candidate = SCHMIDHUBER["candidate"][6 - 1].astype(float)
    weighted_sum = np.arctanh(candidate)
    assert abs(weighted_sum[17]) < 0.5 and abs(weighted_sum[17] / candidate[17] - 1) < 0.02
    assert rounded(candidate[52], 2) == 0.96
    assert 1.8 < weighted_sum[6] / weighted_sum[52] < 2.2 and 0 < candidate[6] - candidate[52] < 0.05
    assert (np.abs(candidate) > 1 - 0.01).mean() > 0.5


def ten_steps_of_times_three() -> None:
    """Tripled ten times, a number is 59 049 times as large."""
    assert 3**10 == 59049


def a_hundredth_stays_small_beside_the_others() -> None:
    """Tripled as often as 0.6 and −0.3, 0.01 stays below a twentieth of either; with tanh all stay between −1 and 1."""
    grown = {start: start * 3**4 for start in (0.6, -0.3, 0.01)}
    assert abs(grown[0.01]) < min(abs(grown[0.6]), abs(grown[-0.3])) / 20
    assert all(abs(_repeated(3, start, 4)) < 1 for start in grown)


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
    """A sum of 5 gives a gate that keeps 99 %; a sum of zero one that keeps half."""
    gates = {weighted: 1 / (1 + np.exp(-weighted)) for weighted in (0, 5)}
    assert gates[0] == 0.5 and percent(gates[5]) == 99


def three_units_at_the_d() -> None:
    """At the d unit 38 is kept, unit 29 is forgotten, and of unit 5 more than a quarter is kept."""
    gates = {unit: at(SCHMIDHUBER, "forget", step=6, unit=unit) for unit in (38, 29, 5)}
    assert gates[38] > 0.99 and gates[29] < 0.02 and rounded(gates[5], 2) == 0.28
    for unit in gates:
        assert abs(at(SCHMIDHUBER, "cell", step=5, unit=unit)) > 1


def gates_can_be_close_to_one() -> None:
    """With a gate at 0.9, 0.35 is left after ten steps; at the d almost a third of the forget gates are above 0.99."""
    share = 0.9
    assert rounded(share**10, 2) == 0.35
    assert share**40 < 0.02
    gates = SCHMIDHUBER["forget"][6 - 1]
    assert 0.3 < (gates > 0.99).mean() < 1 / 3
