"""The claims of lstm.md."""

import numpy as np

from . import at, card, prediction, reach, rounded, scores, trace

FIVE = trace("counter-lstm", "aaaaabbbbb")
TWELVE = trace("counter-lstm", "a" * 12 + "b" * 12)
SCHMIDHUBER = trace("names-lstm", "Schmidhuber")


def unit_6_counts() -> None:
    """The model has 8 units; the cell state of unit 6 climbs with every a and comes down with every b."""
    assert card("counter-lstm")["architecture"]["hidden"] == 8
    assert scores("counter-lstm")["counts"]["cell"]["unit"] == 6
    assert (np.diff(FIVE["cell"][:5, 6]) > 0.8).all()
    assert (np.diff(FIVE["cell"][4:, 6]) < -0.9).all()


def forget_gate_of_unit_6_stays_open() -> None:
    """The forget gate of unit 6 stays open at every b, while that of unit 2 closes to 0.04 at the first."""
    assert rounded(at(FIVE, "forget", step=6, unit=6), 2) == 1.00
    assert FIVE["forget"][5:, 6].min() > 0.98
    assert rounded(at(FIVE, "cell", step=5, unit=6), 2) == 4.23
    assert rounded(at(FIVE, "forget", step=6, unit=2), 2) == 0.04


def unit_2_forgets_the_a_s() -> None:
    """Unit 2 holds 3.78 after the a's, and its gate lets 0.15 of that pass at the first b."""
    before, gate = at(FIVE, "cell", step=5, unit=2), at(FIVE, "forget", step=6, unit=2)
    assert rounded(before, 2) == 3.78
    assert rounded(gate * before, 2) == 0.15


def unit_6_writes_plus_one_then_minus_one() -> None:
    """With an open input gate the candidate of unit 6 is 1.00 at the fifth a and −0.99 at the first b."""
    assert rounded(at(FIVE, "candidate", step=5, unit=6), 2) == 1.00
    assert rounded(at(FIVE, "input", step=5, unit=6), 2) == 0.99
    assert rounded(at(FIVE, "candidate", step=6, unit=6), 2) == -0.99
    assert at(FIVE, "input", step=6, unit=6) > 0.99


def first_a_counts_for_less() -> None:
    """The input gate of unit 6 is 0.39 at the first a and above 0.8 at the others."""
    assert rounded(at(FIVE, "input", step=1, unit=6), 2) == 0.39
    assert (FIVE["input"][1:5, 6] > 0.8).all()


def cell_state_leaves_the_bounds_of_tanh() -> None:
    """The cell state of unit 6 is 11.16 after twelve a's and −0.83 after twelve more b's."""
    assert rounded(at(TWELVE, "cell", step=12, unit=6), 2) == 11.16
    assert rounded(at(TWELVE, "cell", step=24, unit=6), 2) == -0.83


def highway_is_as_good_as_its_gates() -> None:
    """Over 24 letters the product of the forget gates is 0.98 for unit 6 and 0.00 for unit 2."""
    assert len(TWELVE) == 24
    assert rounded(TWELVE["forget"][1:, 6].prod(), 2) == 0.98
    assert rounded(TWELVE["forget"][1:, 2].prod(), 2) == 0.00


def reach_is_more_even_in_the_lstm() -> None:
    """The RNN's reach is 14.8 at one step and below a quarter of that at others; the LSTM's is 0.58 to 1.02."""
    rnn, lstm = reach("counter-rnn", "aaaaabbbbb"), reach("counter-lstm", "aaaaabbbbb")
    assert rounded(rnn[5 - 1], 1) == 14.8
    assert rnn[1 - 1] < rnn[5 - 1] / 4 and rnn[9 - 1] < rnn[5 - 1] / 4
    assert rounded(lstm.min(), 2) == 0.58
    assert rounded(lstm.max(), 2) == 1.02


def hidden_state_of_unit_6_tells_when_the_b_s_end() -> None:
    """The hidden state of unit 6 is nearly the same after 5 and 12 a's, and changes sign where the b's end."""
    assert rounded(at(TWELVE, "cell", step=5, unit=6), 2) == 4.23
    assert rounded(at(TWELVE, "cell", step=12, unit=6), 2) == 11.16
    assert rounded(at(TWELVE, "hidden", step=5, unit=6), 2) == 0.98
    assert rounded(at(TWELVE, "hidden", step=12, unit=6), 2) == 0.99
    assert rounded(at(FIVE, "hidden", step=9, unit=6), 2) == 0.23
    assert rounded(at(FIVE, "hidden", step=10, unit=6), 2) == -0.64
    assert prediction(FIVE, step=9) == "b" and prediction(FIVE, step=10) == "end"
    changes_sign = FIVE["hidden"][9 - 1] * FIVE["hidden"][10 - 1] < 0
    assert changes_sign.sum() == 3


def output_gates_are_open_here_and_shut_elsewhere() -> None:
    """No output gate of the counter is below 0.83; one of `names` is 1.00 at the first letter, 0.00 at the end."""
    assert FIVE["output"].min() > 0.83
    assert rounded(at(SCHMIDHUBER, "output", step=1, unit=44), 2) == 1.00
    assert rounded(SCHMIDHUBER["output"][-1, 44], 2) == 0.00
    assert SCHMIDHUBER.tokens[-1] == "<end>"
