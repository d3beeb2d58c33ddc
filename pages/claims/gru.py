"""The claims of gru.md."""

import numpy as np

import rnnviz
from rnnviz.training.tasks.counter import Counter
from rnnviz.ui.pages.guide.blocks.counting_blocks import ends_of_all_seeds

from . import at, card, percent, prediction, probability, rounded, scores, trace

FIVE = trace("counter-gru", "aaaaabbbbb")
TWELVE = trace("counter-gru", "a" * 12 + "b" * 12)


def gru_is_smaller_than_the_lstm() -> None:
    """Both counters have 8 units; the GRU has 483 parameters, the LSTM 627."""
    gru, lstm = card("counter-gru")["architecture"], card("counter-lstm")["architecture"]
    assert gru["hidden"] == lstm["hidden"] == 8
    assert gru["parameters"] == 483
    assert lstm["parameters"] == 627


def reset_gate_of_unit_5_falls_at_the_first_b() -> None:
    """The reset gate of unit 5 falls to 0.01 at the first b, while those of units 0 and 1 stay at 0.99."""
    assert at(FIVE, "reset", step=5, unit=5) > 0.9
    assert rounded(at(FIVE, "reset", step=6, unit=5), 2) == 0.01
    assert rounded(at(FIVE, "reset", step=6, unit=0), 2) == 0.99
    assert rounded(at(FIVE, "reset", step=6, unit=1), 2) == 0.99


def units_keep_different_shares() -> None:
    """Unit 3 always keeps at least 0.83; unit 5 keeps about half during the a's and 0.02 at the first b."""
    update = FIVE["update"]
    assert update[:, 3].min() >= 0.83
    assert (abs(update[:5, 5] - 0.5) < 0.15).all()
    assert rounded(at(FIVE, "update", step=6, unit=5), 2) == 0.02


def unit_6_remembers_the_last_letter_only() -> None:
    """Unit 6 never keeps more than 0.03; its hidden state is above 0.7 after every a and below −0.9 after every b."""
    assert FIVE["update"][:, 6].max() < 0.03
    assert FIVE["hidden"][:5, 6].min() > 0.7
    assert FIVE["hidden"][5:, 6].max() < -0.9


def blend_replaces_unit_5_at_the_first_b() -> None:
    """At the first b the hidden state of unit 5 goes from −0.92 to 0.90, close to its candidate of 0.94."""
    assert rounded(at(FIVE, "hidden", step=5, unit=5), 2) == -0.92
    assert rounded(at(FIVE, "hidden", step=6, unit=5), 2) == 0.90
    assert rounded(at(FIVE, "candidate", step=6, unit=5), 2) == 0.94


def blend_cannot_keep_and_write_in_full() -> None:
    """The LSTM's two gates add up to more than 1.8; the GRU's state stays in −1 to 1 and its best counter saturates."""
    lstm = trace("counter-lstm", "aaaaabbbbb")
    assert (lstm["forget"] + lstm["input"])[1:, 6].min() > 1.8
    assert abs(TWELVE["hidden"]).max() <= 1
    assert scores("counter-gru")["counts"]["hidden"]["unit"] == 2
    climbs = np.diff(trace("counter-gru", "a" * 12)["hidden"][:, 2])
    assert rounded(climbs[2 - 2], 2) == 0.45
    assert rounded(climbs[12 - 2], 3) == 0.002


def thirteen_is_too_many_for_the_gru() -> None:
    """The GRU ends thirteen b's one too early, 88 %, and after more a's after twelve b's as well."""
    assert scores("counter-gru")["test"] == 1
    assert percent(probability(trace("counter-gru", "a" * 13 + "b" * 13), "end", step=25)) == 88
    assert scores("counter-gru")["largest"] == 12
    ends = ends_of_all_seeds(100)[0]["gru"][card("counter-gru")["training"]["seed"]]
    assert {ends[count - 1] for count in (13, 20, 30, 50)} == {12}


def rnn_and_gru_saturate_and_the_lstm_drifts() -> None:
    """With 100 a's all RNNs and GRUs end after 11 to 14 b's, the LSTMs after 31 to 99; these are right to 14 to 59."""
    ends, _ = ends_of_all_seeds(100)
    assert all(len(by_seed) == 5 for by_seed in ends.values())
    assert all(found[:12] == list(range(1, 12 + 1)) for by_seed in ends.values() for found in by_seed.values())
    for cell in ("rnn", "gru"):
        beyond = {end for found in ends[cell].values() for end in found[12:]}
        assert beyond <= {11, 12, 13, 14}
    assert {11, 14} <= {end for found in ends["gru"].values() for end in found[12:]}
    right = {next(n for n in range(1, 101) if found[n - 1] != n) - 1 for found in ends["lstm"].values()}
    assert min(right) == 14 and max(right) == 59
    last = [found[100 - 1] or 0 for found in ends["lstm"].values()]
    assert min(last) == 31 and max(last) == 99


def weights_set_by_hand_count_exactly() -> None:
    """Two units with gates at 1 and candidates of 1 and −1 hold the count in unit 0, exactly, up to 10,000 a's."""
    run = trace("counting-lstm", "aaaaabbbbb")
    assert run.units() == 2 and (run["forget"][:, 0] == 1).all() and (run["input"][:, 0] == 1).all()
    assert run["candidate"][:, 0].tolist() == [1] * 5 + [-1] * 5
    assert run["cell"][:, 0].tolist() == [1, 2, 3, 4, 5, 4, 3, 2, 1, 0]
    assert Counter().is_right(rnnviz.load("counting-lstm").network, 10_000)


def other_side_of_z_is_a_change_of_names() -> None:
    """Where z writes, the gate of unit 5 is 0.98 in place of 0.02; hidden states and probabilities are the same."""
    writes = trace("counter-gru", "aaaaabbbbb", update="writes")
    assert rounded(at(writes, "update", step=6, unit=5), 2) == 0.98
    assert rounded(at(FIVE, "update", step=6, unit=5), 2) == 0.02
    assert np.allclose(writes["hidden"], FIVE["hidden"], atol=1e-5)
    assert writes.probabilities is not None and FIVE.probabilities is not None
    assert np.allclose(writes.probabilities, FIVE.probabilities, atol=1e-5)


def reset_before_the_product_is_another_function() -> None:
    """With the reset gate before the product, five and five is still right, two and two is not, and 6 of twelve are."""
    five = trace("counter-gru", "aaaaabbbbb", reset="before")
    assert [prediction(five, step) for step in (6, 7, 8, 9)] == ["b", "b", "b", "b"]
    assert percent(probability(five, "end")) == 95
    assert percent(probability(trace("counter-gru", "aabb", reset="before"), "end", step=3)) == 76
    assert prediction(trace("counter-gru", "aabb"), step=3) == "b"
    assert sum(_counts_right_before(n) for n in range(1, 13)) == 6


def _counts_right_before(n: int) -> bool:
    """Whether the GRU with the reset gate before the product finds the end of n a's and n b's."""
    run = trace("counter-gru", "a" * n + "b" * n, reset="before")
    return [prediction(run, step) for step in range(n + 1, 2 * n + 1)] == ["b"] * (n - 1) + ["end"]
