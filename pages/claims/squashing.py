"""The claims of squashing.md."""

import numpy as np

from . import at, rounded, trace

SCHMIDHUBER = trace("names-lstm", "Schmidhuber")


def candidate_stays_within_bounds() -> None:
    """The candidate has 64 units, and none of its values leaves the band between −1 and 1."""
    candidate = SCHMIDHUBER["candidate"]
    assert candidate.shape[1] == 64
    assert np.abs(candidate).max() <= 1


def three_dots_of_step_6() -> None:
    """At step 6 three sums come out as quoted, and 38 of the 64 candidates are within 0.01 of −1 or 1."""
    candidate = SCHMIDHUBER["candidate"][6 - 1].astype(float)
    weighted_sum = np.arctanh(candidate)
    assert rounded(weighted_sum[17], 3) == 0.206 and rounded(candidate[17], 3) == 0.203
    assert rounded(weighted_sum[52], 3) == 1.951 and rounded(candidate[52], 3) == 0.960
    assert rounded(weighted_sum[6], 3) == 4.062 and rounded(candidate[6], 3) == 0.999
    assert len(candidate) == 64
    assert (np.abs(candidate) > 1 - 0.01).sum() == 38


def ten_steps_of_times_three() -> None:
    """Multiplying 1 by 3 ten times gives 59 049."""
    assert 3**10 == 59049


def four_steps_of_times_three() -> None:
    """Multiplying by 3 four times makes numbers 81 times as large."""
    assert 3**4 == 81
    assert rounded(0.6 * 3**4, 1) == 48.6
    assert rounded(-0.3 * 3**4, 1) == -24.3
    assert rounded(0.01 * 3**4, 2) == 0.81


def squashing_does_not_keep_numbers_apart() -> None:
    """With tanh and a factor of 3, 0.6 and 0.01 meet at 0.995; with a factor below 1 both shrink towards 0."""
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
    """A sum of −5 gives a gate of 0.007, a sum of 5 one of 0.993."""
    assert rounded(1 / (1 + np.exp(5)), 3) == 0.007
    assert rounded(1 / (1 + np.exp(-5)), 3) == 0.993


def cell_state_has_64_numbers() -> None:
    """The cell state has 64 numbers."""
    assert SCHMIDHUBER["cell"].shape[1] == 64


def three_units_at_the_d() -> None:
    """At the d unit 38 is kept, unit 29 is forgotten, and of unit 5 more than a quarter is kept."""
    assert _old_cell_gate_and_product(step=6, unit=38) == (2.54, 1.00, 2.54)
    assert _old_cell_gate_and_product(step=6, unit=29) == (1.27, 0.01, 0.01)
    assert _old_cell_gate_and_product(step=6, unit=5) == (-2.73, 0.28, -0.77)


def _old_cell_gate_and_product(step: int, unit: int) -> tuple[float, float, float]:
    """A unit's cell state before a step, its forget gate at the step, and the product of the two."""
    before, gate = at(SCHMIDHUBER, "cell", step - 1, unit), at(SCHMIDHUBER, "forget", step, unit)
    return rounded(before, 2), rounded(gate, 2), rounded(before * gate, 2)


def gates_can_be_close_to_one() -> None:
    """Of 90 % kept at each step, 0.35 is left after ten steps; at the d 31 of 64 forget gates are above 0.9."""
    share = 0.9
    assert 100 * share == 90
    assert rounded(share**10, 2) == 0.35
    assert rounded(share**40, 3) == 0.015
    gates = SCHMIDHUBER["forget"][6 - 1]
    assert len(gates) == 64
    assert (gates > 0.9).sum() == 31
    assert (gates > 0.99).sum() == 20
