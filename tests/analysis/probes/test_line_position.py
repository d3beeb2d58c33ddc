"""The position in the line: counted character by character, and probed from states of one piece after another."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import zoo
from rnnviz.analysis import line_positions, line_probe, linear_probe
from rnnviz.errors import ArgumentError

from ...raising import raises

TEXT = (zoo.BUNDLED / "texts" / "shakespeare-test.txt").read_text(encoding="utf-8")[:1200]


@given(st.text("ab\n", max_size=40))
def test_positions_are_counted_one_by_one(text):
    count, expected = 0, []
    for character in text:
        count = 0 if character == "\n" else count + 1
        expected.append(count)
    assert line_positions(text).tolist() == expected


def test_the_probe_is_that_of_the_states_piece_by_piece():
    model, pieces = rnnviz.load("shakespeare-lstm"), 4
    found = line_probe(model, TEXT, pieces)
    states, positions, held_out, characters = [], [], [], []
    for k in range(pieces):
        start = 300 * k
        piece = TEXT[start : start + 300]
        first = piece.index("\n")
        states.append(model.trace(piece)["cell"][first:])
        positions += line_positions(TEXT)[start + first : start + 300].tolist()
        held_out += [k >= 2] * (300 - first)
        characters += range(start + first, start + 300)
    order = np.argsort(found.characters)
    assert found.characters[order].tolist() == characters
    assert found.positions[order].tolist() == positions and found.held_out[order].tolist() == held_out
    expected = linear_probe(np.concatenate(states), positions, held_out)
    np.testing.assert_allclose(found.probe.predictions[order], expected.predictions, atol=0.1)


def test_a_model_of_words_or_a_short_text_is_refused():
    with raises(ArgumentError, code="not_characters"):
        line_probe(rnnviz.load("reviews-rnn"), TEXT)
    with raises(ArgumentError, code="not_characters"):
        line_probe(rnnviz.load("shakespeare-rnn"), TEXT[:10])
    with raises(ArgumentError, code="not_characters"):
        line_probe(rnnviz.load("shakespeare-rnn"), TEXT, pieces=1)
