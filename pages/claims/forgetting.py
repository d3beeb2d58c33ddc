"""The claims of forgetting.md."""

from pathlib import Path

import numpy as np

import rnnviz
from rnnviz.ui.pages.guide.blocks.memory_blocks import difference_of_beginnings
from rnnviz.ui.pages.guide.blocks.verdict_blocks import verdicts
from rnnviz.ui.pages.guide.chapter_parser import BlockCall, parse_chapter

from . import CELLS, at, card, learning_curve, percent, prediction, probability, reach, rounded, scores, trace

WITH_C = "Cbhaegfdcabhgedfacbhedgafcbhgeadfcbhe?"
WITH_E = "E" + WITH_C[1:]
VERDICTS = ("An excellent film", "A complete waste")
PAGES = Path(__file__).parents[1]


def chance_is_one_in_eight() -> None:
    """The first symbol is one of A to H, and guessing is right in 12.5 % of cases."""
    assert card("recall-rnn")["labels"] == list("ABCDEFGH")
    assert 100 * scores("recall-rnn")["chance"] == 12.5


def trained_on_delays_of_30_to_40() -> None:
    """All three cells have 32 units and were trained with delays of 30 to 40."""
    for cell in CELLS:
        assert card(f"recall-{cell}")["architecture"]["hidden"] == 32
        assert card(f"recall-{cell}")["training"]["task_options"] == {"shortest": 30, "longest": 40}


def shortest_delay_is_the_hardest() -> None:
    """LSTM and GRU do worst at delay 1 and are always right at 40 and at 160."""
    lstm, gru = (
        {entry["delay"]: entry["accuracy"] for entry in scores(f"recall-{cell}")["by_delay"]}
        for cell in ("lstm", "gru")
    )
    assert min(lstm, key=lstm.__getitem__) == min(gru, key=gru.__getitem__) == 1
    assert percent(lstm[1], 1) == 82.4 and percent(gru[1], 1) == 90.1
    assert 100 * lstm[40] == 100 * gru[40] == 100 * lstm[160] == 100 * gru[160] == 100
    assert card("recall-lstm")["training"]["task_options"] == {"shortest": 30, "longest": 40}
    assert 160 == 4 * 40


def rnn_only_guesses() -> None:
    """Asked after 40 letters, the RNN is right on 12.8 % of 1000 sequences, within a standard error of chance."""
    found = scores("recall-rnn")
    assert "after 40 " in found["metric"]
    assert found["n"] == 1000
    assert percent(found["test"], 1) == 12.8
    assert abs(found["test"] - 0.125) < found["standard_error"]


def question_comes_36_letters_later() -> None:
    """Between the C and the question mark at step 38 there are 36 letters."""
    assert WITH_C.index("?") - 1 == 36
    assert len(trace("recall-rnn", WITH_C)) == 38


def only_the_rnn_is_unsure_of_the_c() -> None:
    """At the question mark LSTM and GRU predict C, 99.9 %; the RNN predicts C with 13.7 %."""
    rnn, gru, lstm = (trace(f"recall-{cell}", WITH_C) for cell in CELLS)
    assert prediction(lstm) == prediction(gru) == "C"
    assert percent(probability(lstm, "C"), 1) == 99.9
    assert percent(probability(gru, "C"), 1) == 99.9
    assert prediction(rnn) == "C" and percent(probability(rnn, "C"), 1) == 13.7
    assert card("recall-rnn")["asked"] == "at the question mark"


def rnn_predicts_c_whatever_comes_first() -> None:
    """The RNN predicts C, 13.7 %, for each of the eight first symbols."""
    for symbol in "ABCDEFGH":
        run = trace("recall-rnn", symbol + WITH_C[1:])
        assert prediction(run) == "C" and percent(probability(run, "C"), 1) == 13.7


def rnn_state_loses_the_first_symbol() -> None:
    """In the RNN a C and an E differ at step 1 and leave the same state, to 0.003 at step 10, in the end."""
    after_c, after_e = trace("recall-rnn", WITH_C), trace("recall-rnn", WITH_E)
    assert rounded(at(after_e, "hidden", step=1, unit=25), 2) == 0.60
    assert rounded(at(after_c, "hidden", step=1, unit=25), 2) == -0.51
    assert rounded(at(after_c, "hidden", step=10, unit=25), 2) == -0.13
    assert rounded(at(after_e, "hidden", step=10, unit=25), 2) == -0.13
    difference = np.abs(after_c["hidden"].astype(float) - after_e["hidden"].astype(float))
    assert difference[10 - 1 :].max() < 0.003
    assert difference[-1].max() < 0.000001


def lstm_cell_state_keeps_the_first_symbol() -> None:
    """In the LSTM the cell state of unit 10 at the end is −22.7 after a C and 6.0 after an E."""
    assert rounded(at(trace("recall-lstm", WITH_C), "cell", step=38, unit=10), 1) == -22.7
    assert rounded(at(trace("recall-lstm", WITH_E), "cell", step=38, unit=10), 1) == 6.0


def slope_and_weights_shrink() -> None:
    """The slope of unit 25 is 0.74 at −0.51 and 0.98 at −0.13; no step's factor leaves more than 0.98 of a change."""
    run = trace("recall-rnn", WITH_C)
    for step, state, slope in ((1, -0.51, 0.74), (10, -0.13, 0.98)):
        value = at(run, "hidden", step=step, unit=25)
        assert rounded(value, 2) == state and rounded(1 - value**2, 2) == slope
    weights = rnnviz.load("recall-rnn").network.parameters["rnn.weight_hh_l0"]
    stretches = [float(np.linalg.norm(np.diag(1 - state**2) @ weights, 2)) for state in run["hidden"]]
    assert rounded(max(stretches), 2) == 0.98


def hamlet_is_forgotten_within_a_line() -> None:
    """After be or go the predictions differ by 0.4 to 0.5, and by at most 0.01 after 11 characters or 30."""
    parts = [part for section in parse_chapter(PAGES / "forgetting.md").sections for part in section.parts]
    shown = next(part.parameters for part in parts if isinstance(part, BlockCall) and part.name == "beginnings")
    differences, tokens = difference_of_beginnings("shakespeare", shown["text"], shown["other"])
    assert tokens[0] in "eo" and len(tokens) > 60
    for cell, characters in {"rnn": 11, "gru": 30, "lstm": 30}.items():
        found = differences[cell]
        assert 0.4 <= rounded(found[0], 1) <= 0.5
        assert found[characters:].max() <= 0.01


def the_verdict_outlasts_twenty_words() -> None:
    """Twenty times “the” leaves all log odds on their side of 0, and the RNN more than half of them in both texts."""
    praise, complaint = verdicts(VERDICTS, "the", 20).values()
    for cell in CELLS:
        assert praise[cell][2:].min() > 0 > complaint[cell][2:].max()
    assert praise["rnn"][-1] > praise["rnn"][2] / 2 and complaint["rnn"][-1] < complaint["rnn"][2] / 2


NEUTRAL = (
    "the story is about a man and his son who go to the city to see the house where they lived when the boy was "
    "a child . they meet some people on the way , talk about the old days , and come back on the next day . "
    "it was made in the same year as the book came out ."
)


def a_verdict_outlasts_a_paragraph() -> None:
    """63 words after the first one the RNN of reviews gives praise 80 % after excellent and 8 % after terrible."""
    assert len(NEUTRAL.split()) == 63
    for word, share in (("excellent", 80), ("terrible", 8)):
        run = trace("reviews-rnn", f"{word} . {NEUTRAL}")
        assert percent(probability(run, "positive")) == share and not run.unknown.any()


def only_the_rnn_still_complains_after_200_words() -> None:
    """After 200 times “the” GRU and LSTM give praise in both cases; the RNN's log odds no longer move."""
    praise, complaint = verdicts(VERDICTS, "the", 200).values()
    assert min(praise[cell][-1] for cell in CELLS) > 0
    assert complaint["gru"][-1] > 0 and complaint["lstm"][-1] > 0 and complaint["rnn"][-1] < 0
    for found in (praise["rnn"], complaint["rnn"]):
        assert abs(found[-1] - found[-50]) < 0.02


def the_gradient_vanishes_and_the_verdict_stays() -> None:
    """200 words later the RNN's reach of the third one is below a thousandth in both texts."""
    for text in VERDICTS:
        assert reach("reviews-rnn", text + " the" * 200)[3 - 1] < 1 / 1000


def rnn_reach_vanishes() -> None:
    """The RNN's reach falls at every step back, about half on average over 37 steps, to about 1e-10."""
    found = reach("recall-rnn", WITH_C)
    assert len(found) == 37 + 1 and found[-1] == 1
    assert (np.diff(found) > 0).all()
    assert rounded(np.log10(found[0])) == -10 and found[0] < 1e-9
    assert abs((found[0] / found[-1]) ** (1 / 37) - 0.5) < 0.05


def reach_of_gated_cells_stays_level() -> None:
    """The GRU's reach stays about 1; the LSTM's drops to 0.003 within four steps and stays there; the RNN's falls."""
    rnn, gru, lstm = (reach(f"recall-{cell}", WITH_C) for cell in CELLS)
    assert (np.diff(rnn) > 0).all()
    assert gru.min() > 0.99 and gru.max() < 1.3
    assert rounded(lstm[-1 - 4], 3) == 0.003 and rounded(lstm[1 - 1], 3) == 0.003
    assert lstm.min() > 0.001 and lstm[:-4].max() < 0.003
    assert np.median(np.abs(trace("recall-lstm", WITH_C)["cell"][-1])) > 10


def bundled_rnn_saw_long_delays_only() -> None:
    """The RNN of the figures above was trained with delays of 30 to 40; the other training mixed in 1 to 40."""
    assert card("recall-rnn")["training"]["task_options"] == {"shortest": 30, "longest": 40}


def rnn_learns_with_short_delays() -> None:
    """With short delays the RNN reaches 52 % at step 500 and 100 % at 1400; with long ones alone 14.5 % at best."""
    rnn = {entry["step"]: entry["accuracy"] for entry in learning_curve("recall-mixed-rnn")}
    assert percent(rnn[500]) == 52
    assert min(step for step, accuracy in rnn.items() if accuracy == 1) == 1400
    solved = [
        min(entry["step"] for entry in learning_curve(f"recall-mixed-{cell}") if 100 * entry["accuracy"] == 100)
        for cell in ("gru", "lstm")
    ]
    assert solved == [200, 100]
    long_delays = card("recall-rnn")["curve"]
    assert len(long_delays) == 40 and long_delays[-1]["step"] == 4000
    assert percent(max(entry["accuracy"] for entry in long_delays), 1) == 14.5
    assert len({learning_curve(f"recall-mixed-{cell}")[-1]["step"] for cell in CELLS}) == 3


def short_delay_lets_gradient_through() -> None:
    """In Ehgfa? 7 % of a nudge at step 1 arrives, and the RNN trained with short delays learns delays up to 40."""
    assert len(trace("recall-rnn", "Ehgfa?")) == 6
    assert percent(reach("recall-rnn", "Ehgfa?")[1 - 1]) == 7
    assert learning_curve("recall-mixed-rnn")[-1]["accuracy"] == 1
    assert card("recall-rnn")["training"]["task_options"]["longest"] == 40


def gated_cells_start_with_open_gates() -> None:
    """LSTM and GRU were started with a bias that makes their gates keep."""
    for cell in ("lstm", "gru"):
        assert card(f"recall-{cell}")["training"]["hyperparameters"]["keep_bias"] > 0
