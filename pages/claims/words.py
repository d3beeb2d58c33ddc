"""The claims of words.md."""

import numpy as np

import rnnviz

from . import at, card, percent, prediction, probability, rounded, scores, trace

NAKAMURA = trace("names-rnn", "Nakamura")
WANG = trace("names-rnn", "Wang")
IVANOV = trace("names-rnn", "Ivanov")
VONAVI = trace("names-rnn", "Vonavi")


def names_has_18_languages() -> None:
    """The network of `names` distinguishes 18 languages."""
    assert len(NAKAMURA.labels) == 18


def embedding_has_71_rows_of_32_numbers() -> None:
    """The network knows 71 tokens, and a token's vector has 32 numbers."""
    assert len(card("names-rnn")["vocabulary"]["tokens"]) == 71
    assert NAKAMURA["input_vector"].shape[1] == 32


def same_letter_has_the_same_vector() -> None:
    """The input vectors of the three a's of Nakamura are equal."""
    vectors = NAKAMURA["input_vector"]
    assert np.array_equal(vectors[2 - 1], vectors[4 - 1])
    assert np.array_equal(vectors[4 - 1], vectors[8 - 1])


def hidden_state_has_64_numbers() -> None:
    """The hidden state has 64 numbers."""
    assert NAKAMURA["hidden"].shape[1] == 64


def unit_61_differs_after_each_a() -> None:
    """The hidden state of unit 61 is different, and once of opposite sign, after the three a's of Nakamura."""
    assert rounded(at(NAKAMURA, "hidden", step=2, unit=61), 2) == -0.88
    assert rounded(at(NAKAMURA, "hidden", step=4, unit=61), 2) == 0.89
    assert rounded(at(NAKAMURA, "hidden", step=8, unit=61), 2) == 0.96


def memory_outweighs_the_letter() -> None:
    """The new state of unit 61 is negative at step 2 and positive at step 4, where the letter is the same."""
    assert at(NAKAMURA, "hidden", step=2, unit=61) < 0 < at(NAKAMURA, "hidden", step=4, unit=61)


def one_matrix_on_the_joined_vector_is_the_same() -> None:
    """One matrix on the 96 numbers of input vector and hidden state, and one bias, give the run's states."""
    parameters = rnnviz.load("names-rnn").network.parameters
    matrix = np.hstack([parameters["rnn.weight_ih_l0"], parameters["rnn.weight_hh_l0"]])
    bias = parameters["rnn.bias_ih_l0"] + parameters["rnn.bias_hh_l0"]
    assert matrix.shape[1] == 96
    before = np.vstack([np.zeros_like(NAKAMURA["hidden"][:1]), NAKAMURA["hidden"][:-1]])
    joined = np.hstack([NAKAMURA["input_vector"], before])
    assert np.allclose(np.tanh(joined @ matrix.T + bias), NAKAMURA["hidden"], atol=1e-5)


def nakamura_is_russian_then_japanese() -> None:
    """After the first a of Nakamura the prediction is Russian, after the second and at the end Japanese."""
    assert NAKAMURA["hidden"].shape[1] == 64
    assert prediction(NAKAMURA, step=2) == "Russian" and percent(probability(NAKAMURA, "Russian", step=2)) == 28
    assert prediction(NAKAMURA, step=4) == "Japanese" and percent(probability(NAKAMURA, "Japanese", step=4)) == 79
    assert prediction(NAKAMURA) == "Japanese" and percent(probability(NAKAMURA, "Japanese"), 1) == 99.8
    assert len(NAKAMURA) == 9


def end_mark_turns_wang_to_chinese() -> None:
    """Before the end mark the prediction for Wang is English, after it Chinese."""
    assert prediction(WANG, step=4) == "English"
    assert percent(probability(WANG, "English", step=4)) == 44
    assert percent(probability(WANG, "Chinese", step=4)) == 21
    assert prediction(WANG, step=5) == "Chinese" and percent(probability(WANG, "Chinese", step=5)) == 41
    assert percent(probability(WANG, "English", step=5)) == 22
    assert len(WANG) == 5


def ivanov_backwards_is_italian() -> None:
    """Ivanov is read as Russian; Vonavi, the same letters backwards, is Russian up to the last letter, then Italian."""
    assert sorted("ivanov") == sorted("vonavi")
    assert len(VONAVI) == len(IVANOV) == 7
    assert prediction(IVANOV) == "Russian" and percent(probability(IVANOV, "Russian"), 1) == 99.6
    assert prediction(VONAVI, step=5) == "Russian"
    assert prediction(VONAVI, step=6) == "Italian" and percent(probability(VONAVI, "Italian", step=6)) == 45
    assert prediction(VONAVI, step=7) == "Italian" and percent(probability(VONAVI, "Italian", step=7)) == 91


def better_than_always_russian() -> None:
    """The network names the language of 81 % of 1802 held-out names; always answering Russian is right for 51 %."""
    found = scores("names-rnn")
    assert found["n"] == 1802
    assert percent(found["test"]) == 81
    assert percent(found["chance"]) == 51
    assert found["chance_is"].startswith("always Russian")
