"""Generation: tokens are drawn with the probabilities that the network gives, and read as if they had been typed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model
from rnnviz.errors import ArgumentError, ArrayError, InputError, InterventionError, NotFiniteError
from rnnviz.generation import drawing_probabilities, next_token_ids
from rnnviz.interventions import Freeze, Hold, Remove, Swap, Zero
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from .raising import raises

TOKENS = ("<unk>", "a", "b", "c", "d")
VOCABULARY = Vocabulary("characters", TOKENS)


def draw_model(cell="gru", labels=("a", "b", "c", "d", "<end>"), vocabulary=VOCABULARY, max_steps=None, **sizes):
    rng = np.random.default_rng(3)
    network = Network.random(
        cell, hidden=6, vocabulary=5, embedding=4, classes=len(labels), rng=rng, dtype=np.float64, **sizes
    )
    network.readout_weight *= 4  # far from uniform
    return Model("random", network, vocabulary, list(labels), max_steps=max_steps)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "lstmp"])
@pytest.mark.parametrize("layers", [1, 2])
def test_what_it_writes_is_read_as_if_it_had_been_typed(cell, layers):
    model = draw_model(cell, layers=layers)
    written = model.generate("abca", steps=12, seed=1)
    draws = list(written)
    trace = model.trace(written.tokens)
    for draw in draws:
        np.testing.assert_allclose(draw.probabilities, trace.probabilities[draw.step - 1], atol=1e-12)
    for layer, states in zip(trace.final, written.states, strict=True):
        for state, array in layer[0].items():
            np.testing.assert_allclose(states[0][state], array, atol=1e-12)


@given(st.floats(0.2, 5), st.one_of(st.none(), st.integers(1, 6)), st.integers(0, 2**32 - 1))
def test_the_draw_follows_temperature_and_top_k(temperature, top_k, seed):
    logits = np.random.default_rng(seed).normal(size=6) * 3
    open_to = np.array([True, True, False, True, True, True])
    p = drawing_probabilities(logits, open_to, temperature, top_k)
    weights = np.where(open_to, np.exp(logits / temperature), 0)
    if top_k is not None:
        weights[np.argsort(-weights)[top_k:]] = 0
    np.testing.assert_allclose(p, weights / weights.sum(), rtol=1e-9)


def test_temperature_zero_takes_the_likeliest():
    p = drawing_probabilities(np.array([1.0, 3.0, 3.0, 9.0]), np.array([True, True, True, False]), 0)
    assert p.tolist() == [0, 1, 0, 0]


def test_a_temperature_near_zero_does_not_overflow():
    p = drawing_probabilities(np.array([500.0, -500.0]), np.array([True, True]), 1e-300)
    assert p.tolist() == [1, 0]


def sampled(logits_of, labels, typed, seed, steps, temperature, top_k):
    """What a sampler draws that runs over the whole text again for every token, with one random number each."""
    rng, tokens, drawn = np.random.default_rng(seed), list(typed), []
    while len(drawn) < steps and drawn[-1:] != ["<end>"]:
        logits = logits_of(tokens)
        ranked = sorted(range(len(labels)), key=lambda k: (-logits[k], k))[: 1 if temperature == 0 else top_k]
        weights = {k: np.exp((logits[k] - logits[ranked[0]]) / (temperature or 1)) for k in sorted(ranked)}
        left = rng.random() * sum(weights.values())
        for k, weight in weights.items():
            chosen, left = k, left - weight
            if left < 0:
                break
        drawn.append(labels[chosen])
        tokens.append(labels[chosen])
    return drawn


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 0.3, 1.0, 2.5, 50.0]), st.none() | st.integers(1, 7))
def test_it_draws_what_a_plain_sampler_draws(seed, temperature, top_k):
    model = draw_model()
    expected = sampled(lambda tokens: model.trace(tokens).logits[-1], model.labels, "ab", seed, 5, temperature, top_k)
    written = model.generate("ab", steps=5, temperature=temperature, top_k=top_k, seed=seed)
    assert [draw.label for draw in written] == expected


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_over_seeds_are_the_probabilities(temperature):
    """Pearson's chi-square over 4,000 seeds; a sum above 27.9 has a probability of 1e-5 with 4 degrees of freedom."""
    model = draw_model()
    firsts = [next(model.generate("ab", temperature=temperature, seed=seed)) for seed in range(4000)]
    counts = np.bincount([model.labels.index(draw.label) for draw in firsts], minlength=5)
    expected = 4000 * firsts[0].drawn_from
    assert expected.min() > 5, "too rare for the test"
    assert ((counts - expected) ** 2 / expected).sum() < 27.9


def test_one_seed_writes_one_text():
    model = draw_model()
    texts = [[d.token for d in model.generate("a", steps=20, seed=seed)] for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2]
    written = model.generate("a", steps=20)
    tokens = [draw.token for draw in written]
    assert [draw.token for draw in model.generate("a", steps=20, seed=written.seed)] == tokens


def test_an_end_mark_ends_the_text():
    model = draw_model()
    written = model.generate("a", seed=0)
    draws = list(written)
    assert draws[-1].ends and written.has_ended and draws[-1].label == "<end>"
    assert written.tokens == ["a", *[draw.token for draw in draws[:-1]]]


def test_the_unknown_token_is_never_drawn():
    model = draw_model(labels=("<unk>", "a", "b", "c", "d"))
    draws = list(model.generate("a", steps=200, temperature=5, seed=0))
    assert {draw.label for draw in draws} == {"a", "b", "c", "d"}
    assert all(draw.drawn_from[0] == 0 < draw.probabilities[0] for draw in draws)


def test_it_carries_on_from_states():
    model = draw_model("lstm")
    whole = list(model.generate("abcd", steps=8, seed=2))
    on = list(model.generate(initial=model.trace("abcd").final, steps=8, seed=2))
    assert [draw.token for draw in on] == [draw.token for draw in whole]
    np.testing.assert_allclose(on[0].probabilities, whole[0].probabilities, atol=1e-12)
    second = model.trace("cd", initial=model.trace("ab").final)
    np.testing.assert_allclose(second["hidden"], model.trace("abcd")["hidden"][2:], atol=1e-12)


def test_what_is_held_without_steps_stays_held():
    model = draw_model("lstm")
    held = [Hold("forget", 1.0), Zero(units=(2,)), Swap(2, "d")]
    written = model.generate("abc", steps=6, seed=4, interventions=held)
    draws = list(written)
    trace = model.trace(written.tokens, interventions=held[:2])
    assert written.tokens[:3] == ["a", "d", "c"]
    for draw in draws:
        np.testing.assert_allclose(draw.probabilities, trace.probabilities[draw.step - 1], atol=1e-12)


@pytest.mark.parametrize("held", [[Hold("forget", 1.0)], [Zero(units=(2,))], [Freeze(units=(0, 3))]], ids=str)
def test_what_is_held_is_held_from_states_on(held):
    model = draw_model("lstm")
    states = model.trace("abca", interventions=held).final
    whole = list(model.generate("abca", steps=8, seed=2, interventions=held))
    on = list(model.generate(initial=states, steps=8, seed=2, interventions=held))
    for one, other in zip(on, whole, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-12)


@pytest.mark.parametrize("change", [Hold("forget", 1.0, steps=(1, 1)), Swap(1, "a"), Remove(1)], ids=str)
def test_without_a_text_nothing_can_be_changed_at_its_steps(change):
    model = draw_model("lstm")
    with raises(InterventionError, code="unknown_step", step=1):
        model.generate(initial=model.trace("a").final, interventions=[change])


def test_interventions_are_checked_without_a_text_as_well():
    model = draw_model("lstm")
    for change, code in (
        ([Hold("forget", 2.0)], "out_of_range"),
        ([Hold("forget", 1.0), Hold("forget", 0.0)], "contradiction"),
    ):
        with raises(InterventionError, code=code):
            model.generate(initial=model.trace("a").final, interventions=change)


@pytest.mark.parametrize("text", ["", "a"])
def test_states_to_start_from_are_checked(text):
    model = draw_model("lstm")
    states = model.trace("ab").final[0][0]
    for wrong, error in (
        ({"hidden": states["hidden"] * np.nan}, NotFiniteError),
        ({"hidden": states["hidden"][:3]}, ArrayError),
    ):
        with raises(error):
            model.generate(text, initial=[[states | wrong]])
    with raises(ArgumentError, code="layers"):
        model.generate(text, initial=[])


def test_states_that_make_the_outputs_overflow_draw_nothing():
    model = draw_model()
    model.network.readout_weight[:] = 1e308
    with np.errstate(over="ignore"), raises(ArgumentError, code="overflow"):
        model.generate(initial=[[{"hidden": np.full(6, 100.0)}]])


def test_an_end_mark_that_other_runs_read_is_not_read_before_the_text_goes_on():
    vocabulary = Vocabulary("characters", ("<end>", *"abcd"), end=True)
    model = draw_model(vocabulary=vocabulary)
    draw = next(model.generate("ab", seed=0))
    assert draw.step == 2
    np.testing.assert_allclose(draw.probabilities, model.trace([1, 2]).probabilities[-1], atol=1e-12)


def test_a_word_that_is_called_as_a_mark_is_a_word():
    words = Vocabulary("words", ("<unk>", "the", "end", "is", "<end>"))
    assert next_token_ids(words, ["the", "end", "is", "<end>"]).tolist() == [1, 2, 3, -1]
    letters = Vocabulary("characters", ("a", "end"))
    assert next_token_ids(letters, ["a", "end"]).tolist() == [0, -1]


def test_a_token_with_two_labels_is_not_the_next_token():
    assert next_token_ids(VOCABULARY, [*"abcd", "a"]) is None


def test_a_model_of_a_few_steps_reads_no_more_of_them():
    model = draw_model(labels=[*"abcd"], max_steps=5)
    written = model.generate("abc", temperature=5, seed=1)
    assert len([*written]) == 2 and len(written.tokens) == 5
    with raises(InputError, code="max_steps"):
        model.generate("abcabc")


def test_labels_that_cannot_be_seen_stand_for_their_tokens():
    vocabulary = Vocabulary("characters", ("<unk>", "\n", " ", "x"))
    assert next_token_ids(vocabulary, ["␣", "x", "⏎"]).tolist() == [2, 3, 1]


@pytest.mark.parametrize("name", ["names-lstm", "recall-gru", "reviews-rnn"])
def test_a_model_that_answers_something_else_cannot_write_on(name):
    model = rnnviz.load(name)
    with raises(ArgumentError, code="no_next_token"):
        model.generate(model.vocabulary.example)


def test_a_backward_direction_cannot_write_on():
    with raises(ArgumentError, code="no_next_token"):
        draw_model(bidirectional=True).generate("a")


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1}, {"temperature": float("nan")}, {"temperature": "hot"}, {"top_k": 0}, {"top_k": 2.5},
        {"steps": -1}, {"steps": 2.5}, {"seed": -1}, {"seed": 0.5},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_out_of_range_are_refused_at_once(wrong):
    with raises(ArgumentError, code="out_of_range"):
        draw_model().generate("a", **wrong)


def test_without_text_and_state_there_is_nothing_to_begin_with():
    with raises(InputError, code="empty"):
        draw_model().generate("")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_counter_writes_as_many_bs(cell):
    model = rnnviz.load(f"counter-{cell}")
    for n in range(1, 11):
        written = model.generate("a" * n + "b", temperature=0, steps=40)
        assert [*written][-1].ends and written.text == "a" * n + "b" * n


def test_shakespeare_writes_speakers():
    """Names in capitals before a colon, on lines of their own, as the text has them."""
    written = rnnviz.load("shakespeare-gru").generate("ROMEO:\n", steps=1200, temperature=0.7, seed=0)
    lines = "".join(draw.token for draw in written).split("\n")
    assert any(line.endswith(":") and line.isupper() for line in lines)
