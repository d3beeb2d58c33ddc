"""Contexts read again: the values are those of a run over the text, and at the position that of the atlas."""

import numpy as np
import pytest

import rnnviz
from rnnviz.atlas.context_values import context_values
from rnnviz.errors import ArgumentError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from tests.raising import raises
from tests.strategies import CHARACTERS, draw_network

TEXTS = ["aabbccddeeffa", "abcabc", "fedcba" * 5]


@pytest.mark.parametrize("sizes", [{}, {"layers": 2}, {"bidirectional": True}], ids=str)
def test_the_values_are_those_of_a_run(sizes):
    model = Model("random", draw_network("lstm", CHARACTERS, **sizes), CHARACTERS, list("abcd"))
    atlas = rnnviz.atlas.build(model, TEXTS)
    layer = len(model.network.layers) - 1
    for direction in model.network.directions:
        top = atlas.top("forget", 1, layer=layer, direction=direction)
        contexts = context_values(
            atlas, model.network, "forget", 1, top["position"], layer=layer, direction=direction, before=4, after=3
        )
        np.testing.assert_allclose([c.value for c in contexts], top["value"], rtol=1e-5)
        for context in contexts:
            trace = model.trace(TEXTS[context.document])
            first = context.step - context.at
            assert context.tokens == trace.tokens[first : first + len(context.tokens)]
            wanted = trace["forget", layer, direction][first : first + len(context.tokens), 1]
            np.testing.assert_allclose(context.values, wanted, atol=1e-5)


def test_a_long_text_is_read_from_where_the_atlas_began():
    model = Model("random", draw_network("gru", CHARACTERS), CHARACTERS, list("abcd"))
    text = "abcdef" * 60
    atlas = rnnviz.atlas.build(model, [text], segment=50, burn_in=5)
    top = atlas.top("hidden", 0)
    contexts = context_values(atlas, model.network, "hidden", 0, top["position"])
    np.testing.assert_allclose([c.value for c in contexts], top["value"], rtol=1e-5)


def test_a_position_outside_the_corpus_is_refused():
    model = Model("random", draw_network("gru", CHARACTERS), CHARACTERS, list("abcd"))
    atlas = rnnviz.atlas.build(model, TEXTS)
    with raises(ArgumentError, code="out_of_range"):
        context_values(atlas, model.network, "hidden", 0, [999])


def test_steps_of_numbers_are_counted_in_their_document():
    network = Network.random("rnn", hidden=3, vocabulary=None, embedding=5, classes=1, rng=np.random.default_rng(0))
    model = Model("numbers", network, Vocabulary("numbers", (), vector_size=5), ["output"], {})
    atlas = rnnviz.atlas.build(model, [np.ones((3, 5)), np.ones((30, 5))])
    (context,) = context_values(atlas, network, "hidden", 0, [23], before=2, after=1)
    assert context.step == 20 and context.tokens == ["#19", "#20", "#21", "#22"]
