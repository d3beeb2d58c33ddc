"""The claims of writing.md."""

import numpy as np

import rnnviz
from rnnviz.generation import drawing_probabilities

from . import percent, prediction, probability, rounded, scores, trace

ROMEO = trace("shakespeare-gru", "ROMEO:\n")


def _at(temperature: float) -> np.ndarray:
    """The probabilities of a draw after ROMEO."""
    assert ROMEO.logits is not None
    return drawing_probabilities(ROMEO.logits[-1], np.ones(len(ROMEO.labels), dtype=bool), temperature)


def after_romeo_an_i_has_18_percent() -> None:
    """After "ROMEO:" and a line end, "I" has 18 % and "W" 12 %, of 65 characters and the unknown one."""
    assert len(ROMEO) == 7 and len(ROMEO.labels) == 65 + 1
    assert percent(probability(ROMEO, "I")) == 18 and percent(probability(ROMEO, "W")) == 12
    assert ROMEO.probabilities is not None
    assert sorted(ROMEO.probabilities[-1])[-2:] == [probability(ROMEO, "W"), probability(ROMEO, "I")]


def without_chance_the_text_loops() -> None:
    """The likeliest character each time ends in loops of 95 (GRU), 55 (LSTM) and 22 characters (RNN)."""
    for cell, length in (("gru", 95), ("lstm", 55), ("rnn", 22)):
        written = rnnviz.load(f"shakespeare-{cell}").generate("ROMEO:\n", steps=1000, temperature=0)
        text = "".join(draw.token for draw in written)
        assert min(k for k in range(1, 400) if text[-k:] == text[-2 * k : -k]) == length


def half_the_temperature_squares_the_ratios() -> None:
    """Half the temperature squares the ratio of two probabilities: 3 becomes 9."""
    logits = np.log([3, 1])
    p = drawing_probabilities(logits, np.array([True, True]), 0.5)
    assert np.isclose(p[0] / p[1], 9)


def temperature_keeps_the_order() -> None:
    """I is the likeliest at 0.5, 1 and 2; with W it has 54, 29 and 17 %, and alone 9 % at 2."""
    assert prediction(ROMEO) == "I"
    likeliest, second = ROMEO.labels.index("I"), ROMEO.labels.index("W")
    for temperature, share in ((0.5, 54), (1, 29), (2, 17)):
        p = _at(temperature)
        assert p.argmax() == likeliest and percent(p[likeliest] + p[second]) == share
        assert np.array_equal(np.argsort(p, kind="stable"), np.argsort(_at(1), kind="stable"))
    assert percent(_at(2)[likeliest]) == 9 and percent(_at(1)[likeliest]) == 18


def the_ten_likeliest_have_78_percent() -> None:
    """At a temperature of 1, the ten likeliest characters after "ROMEO:" have 78 %, all others 22 %."""
    share = np.sort(_at(1))[-10:].sum()
    assert percent(share) == 78 and percent(1 - share) == 22


def the_counter_writes_what_it_can_count() -> None:
    """From one a, 199 of 200 texts of the GRU are right; the other one has 13 a's and 12 b's."""
    model = rnnviz.load("counter-gru")
    wrong = []
    for seed in range(200):
        written = model.generate("a", steps=60, seed=seed)
        list(written)
        n = written.text.count("a")
        if not written.has_ended or written.text != "a" * n + "b" * n:
            wrong.append(written.text)
    assert 200 - len(wrong) == 199 and wrong == ["a" * 13 + "b" * 12]
    assert "n = 1 to 12" in model.card["split"]["train"]


def its_own_text_is_easier() -> None:
    """On 4,000 characters that it draws the GRU loses 1.36 nats a character, on the held-out plays 1.79."""
    model = rnnviz.load("shakespeare-gru")
    draws = [draw for seed in range(4) for draw in model.generate("ROMEO:\n", steps=1000, seed=seed)]
    assert len(draws) == 4000
    assert rounded(np.mean([-np.log(draw.probabilities[draw.index]) for draw in draws]), 2) == 1.36
    assert rounded(scores("shakespeare-gru")["test"], 2) == 1.79


def a_run_goes_on_from_its_state() -> None:
    """The states of two runs, the second from the 128 numbers of the first, are those of a single run."""
    model = rnnviz.load("shakespeare-gru")
    first = model.trace("ROMEO")
    second = model.trace(":\n", initial=first.final)
    assert first["hidden"].shape == (5, 128)
    assert np.allclose(second["hidden"], ROMEO["hidden"][5:], atol=1e-5)


def padding_is_read_like_text() -> None:
    """Wang is Chinese with 46 %; with two spaces after it, German with 78 %."""
    alone, padded = trace("names-lstm", "Wang"), trace("names-lstm", "Wang  ")
    assert prediction(alone) == "Chinese" and percent(probability(alone, "Chinese")) == 46
    assert prediction(padded) == "German" and percent(probability(padded, "German")) == 78
