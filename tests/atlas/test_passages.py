"""Passages read again: their states are those that the atlas has counted, and no more tokens are read than allowed."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.dynamics.state_components import principal_components
from rnnviz.atlas.bundled import bundled_atlas
from rnnviz.atlas.passages import LENGTH, draw_passages
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from tests.strategies import CHARACTERS, draw_network

TEXTS = ["aabbccddeeffa", "abcabc", "fedcba" * 5, "f"]


def counted(atlas, model, layer, direction, most=10**6):
    return np.concatenate(
        [
            passage.read(model)["hidden", layer, direction][passage.first : passage.last]
            for passage in draw_passages(atlas, most)
        ]
    ).astype(np.float64)


@pytest.mark.parametrize("settings", [{}, {"segment": 7, "burn_in": 3}, {"carry_on": True}], ids=str)
@pytest.mark.parametrize("sizes", [{}, {"layers": 2}, {"bidirectional": True}], ids=str)
def test_all_of_them_together_have_the_components_of_the_atlas(sizes, settings):
    model = Model("random", draw_network("lstm", CHARACTERS, **sizes), CHARACTERS, list("abcd"))
    atlas = rnnviz.atlas.build(model, TEXTS, **settings)
    layer = len(model.network.layers) - 1
    for direction in model.network.directions:
        states = counted(atlas, model, layer, direction)
        assert len(states) == atlas.tokens == sum(map(len, TEXTS))
        found = atlas.components("hidden", layer=layer, direction=direction)
        expected = principal_components(states.mean(0), np.cov(states.T), len(states))
        np.testing.assert_allclose(found.mean, expected.mean, atol=1e-6)
        np.testing.assert_allclose(found.variances, expected.variances, atol=1e-6)


def test_a_series_of_numbers_has_passages():
    network = Network.random("gru", hidden=5, embedding=2, rng=np.random.default_rng(1))
    model = Model("vectors", network, Vocabulary("numbers", (), vector_size=2), [])
    series = [np.random.default_rng(k).standard_normal((9, 2)) for k in range(3)]
    states = counted(rnnviz.atlas.build(model, series), model, 0, "forward")
    expected = np.concatenate([model.trace(each)["hidden"] for each in series])
    np.testing.assert_allclose(np.sort(states, axis=0), np.sort(expected, axis=0), atol=1e-6)


@pytest.mark.parametrize("most", [0, 5, 1000, 3000])
def test_no_more_is_read_than_allowed(most):
    for name in ("names-gru", "shakespeare-gru"):
        atlas = bundled_atlas(name)
        passages = draw_passages(atlas, most)
        read = [len(passage.inputs) for passage in passages]
        assert sum(read) <= most and max(read, default=0) <= LENGTH + atlas.settings.burn_in
        assert bool(passages) == (most >= 300 or (most >= 5 and name == "names-gru"))
