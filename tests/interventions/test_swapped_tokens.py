"""Tokens swapped and removed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import Model
from rnnviz.errors import InterventionError
from rnnviz.interventions import Hold, Remove, Swap, format_all, parse_all
from rnnviz.text.tokens import Vocabulary
from rnnviz.text.vectors import noise

from ..raising import raises
from ..strategies import WORDS, draw_network
from .drawn import LABELS, draw_model, the_same


@given(data=st.data(), text=st.text("abcdefgh", min_size=2, max_size=8))
def test_swapping_and_removing_is_typing_another_text(data, text):
    model = draw_model()
    places = data.draw(st.lists(st.integers(1, len(text)), unique=True, max_size=len(text) - 1))
    listed, typed = [], list(text)
    for step in places:
        token = data.draw(st.none() | st.sampled_from(["z", " ", ";", "ß", "e\u0301"]))
        listed.append(Remove(step) if token is None else Swap(step, token))
        typed[step - 1] = token
    expected = model.trace([token for token in typed if token is not None])
    trace = model.trace(text, interventions=listed)
    the_same(trace, expected)
    np.testing.assert_array_equal(trace.unknown, expected.unknown)
    the_same(trace, model.trace(text, interventions=parse_all(format_all(listed))))
    assert not trace.has_held_values


def test_steps_keep_their_numbers_when_one_before_them_is_removed():
    model = draw_model(layers=1)
    trace = model.trace("abcd", interventions=[Remove(2), Hold("forget", 0.25, steps=(1, 3))])
    assert trace.tokens == ["a", "c", "d"]
    assert (trace["forget"][:2] == 0.25).all() and (trace["forget"][2] != 0.25).all()
    back = model.trace("abcd", interventions=[Remove(2), Hold("forget", 0.25, steps=4, direction="backward")])
    assert (back["forget", 0, "backward"][2] == 0.25).all() and (back["forget", 0, "backward"][:2] != 0.25).all()


def test_words_and_numbers_are_swapped_too():
    words = Model("words", draw_network(vocabulary=WORDS), WORDS, LABELS)
    the_same(words.trace("the film was good", interventions=[Swap(2, "Café")]), words.trace("the Café was good"))
    vocabulary = Vocabulary("numbers", vector_size=2)
    numbers = Model("numbers", draw_network("gru", vocabulary), vocabulary, LABELS)
    the_same(numbers.trace("1 2 3 4", interventions=[Swap(1, "0.5 -1")]), numbers.trace("0.5 -1 3 4"))
    with raises(InterventionError, code="invalid_token", step=1):
        numbers.trace("1 2 3 4", interventions=[Swap(1, "0.5")])


def test_a_long_vector_is_swapped_by_numbers_noise_or_a_table_and_keeps_its_steps_name():
    vocabulary = Vocabulary("numbers", vector_size=40, tables={"one.csv": noise(2, 1, 40), "two.csv": noise(2, 2, 40)})
    model = Model("wide", draw_network("gru", vocabulary), vocabulary, LABELS)
    read = noise(1, 4, 40)
    read[2] = noise(2, 1, 40)[0]
    expected = model.trace(np.delete(read, 1, axis=0))
    for token in (" ".join(map(repr, read[2].tolist())), "noise(seed=2, steps=1)", "one.csv"):
        listed = parse_all(format_all([Remove(2), Swap(3, token)]))
        trace = model.trace("noise(seed=1, steps=4)", interventions=listed)
        np.testing.assert_array_equal(trace["hidden"], expected["hidden"])
        assert trace.tokens == ["#1", "#3′", "#4"]
        assert trace.fingerprint != expected.fingerprint
    for token, code in (
        ("two.csv", "not_one_token"),
        ("noise(1, 2)", "not_one_token"),
        ("0.5 1", "invalid_token"),
    ):
        with raises(InterventionError, code=code, intervention=Swap(3, token), step=3):
            model.trace("noise(1, 4)", interventions=[Swap(3, token)])
    with raises(InterventionError, code="not_one_token") as caught:
        model.trace("noise(1, 4)", interventions=[Swap(3, "1 " * 80)])
    assert len(str(caught.value)) < 200
