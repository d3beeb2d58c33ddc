"""Contexts read again: the values are those of a run over the text, and at the position that of the atlas."""

import numpy as np
import pytest

import rnnviz
from rnnviz.atlas.context_values import context_values
from rnnviz.atlas.stored_states import read_states
from rnnviz.atlas.unit_planes import unit_planes
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


@pytest.mark.parametrize("sizes", [{}, {"bidirectional": True}], ids=str)
@pytest.mark.parametrize(
    "cut", [{"segment": 7, "burn_in": 2}, {"segment": 1, "burn_in": 0}, {"carry_on": True}], ids=str
)
def test_every_token_has_the_value_of_the_atlas(sizes, cut):
    """Also where segments meet, of which the atlas read each by itself."""
    model = Model("random", draw_network("gru", CHARACTERS, **sizes), CHARACTERS, list("abcd"))
    texts = ["abcdef" * 5, "fed", "cab" * 7]
    atlas = rnnviz.atlas.build(model, texts, ["hidden"], states=["hidden"], **cut)
    for direction in model.network.directions:
        stored = read_states(atlas.folder, ("hidden", 0, direction))[1].astype(float)
        every = np.arange(atlas.tokens)
        contexts = context_values(atlas, model.network, "hidden", 1, every, direction=direction, before=9, after=4)
        for position, context in zip(every, contexts, strict=True):
            first = position - context.at
            assert context.tokens == atlas.corpus.texts(first, first + len(context.tokens))
            np.testing.assert_allclose(context.values, stored[first : first + len(context.values)], atol=1e-3)


def test_another_network_is_refused():
    model = Model("random", draw_network("rnn", CHARACTERS), CHARACTERS, list("abcd"))
    atlas = rnnviz.atlas.build(model, TEXTS)
    others = [draw_network("rnn", CHARACTERS, seed=1), model.with_options(activation="relu").network]
    for network in others:
        with raises(ArgumentError, code="other_model"):
            context_values(atlas, network, "hidden", 0, [0])
        with raises(ArgumentError, code="other_model"):
            unit_planes(atlas, network)


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
