"""The pass: every token once, with the values of a run over its piece alone."""

import numpy as np
import pytest
from hypothesis import given, settings

import rnnviz.atlas
from rnnviz.errors import ArgumentError, NotFiniteError
from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary
from tests.atlas.brute_force import all_values, draw_model, one_by_one, readings
from tests.raising import raises
from tests.strategies import UNUSUAL


def check_values(model, reading):
    plan = rnnviz.atlas.plan(model, reading.texts, **reading.settings)
    values, counts = all_values(plan)
    assert (counts == 1).all()
    for key, expected in one_by_one(plan).items():
        np.testing.assert_allclose(values[key], expected, rtol=1e-4, atol=1e-5, err_msg=str(key))


@settings(max_examples=20, deadline=None)
@given(readings())
def test_every_token_is_read_once_as_its_piece_is_read_alone(reading):
    check_values(draw_model(("rnn", "gru", "lstm")[reading.seed % 3], reading.seed, layers=2), reading)


@settings(max_examples=10, deadline=None)
@given(readings())
def test_both_directions_are_read(reading):
    check_values(draw_model("gru", reading.seed, bidirectional=True, layers=2), reading)


def test_a_segment_without_burn_in_begins_like_a_text():
    model = draw_model()
    plan = rnnviz.atlas.plan(model, ["abcabcabc"], segment=3, burn_in=0)
    values, _ = all_values(plan)
    hidden = values["hidden", 0, "forward"]
    np.testing.assert_array_equal(hidden[:, :3], hidden[:, 3:6])


def test_a_text_that_is_carried_on_is_read_as_a_trace_reads_it():
    model = draw_model()
    text = "the film was good. " * 30
    plan = rnnviz.atlas.plan(model, [text], carry_on=True)
    values, _ = all_values(plan)
    np.testing.assert_allclose(values["cell", 0, "forward"], model.trace(text)["cell"].T, atol=1e-6)


@pytest.mark.parametrize("kind,options", UNUSUAL[:2])
def test_unusual_cells_are_read(kind, options):
    network = Network.random(
        kind.name, hidden=4, vocabulary=3, embedding=2, rng=np.random.default_rng(0), options=options
    )
    model = Model("unusual", network, Vocabulary("characters", ("<unk>", "a", "b")), [])
    plan = rnnviz.atlas.plan(model, ["abba" * 40, "b"])
    values, counts = all_values(plan)
    assert (counts == 1).all()
    for key, expected in one_by_one(plan).items():
        np.testing.assert_allclose(values[key], expected, rtol=1e-4, atol=1e-5)


def test_series_of_numbers_are_read():
    network = Network.random("gru", hidden=4, embedding=2, rng=np.random.default_rng(0))
    model = Model("series", network, Vocabulary("numbers", vector_size=2), [])
    series = [np.random.default_rng(k).standard_normal((30 + k, 2)) for k in range(3)]
    plan = rnnviz.atlas.plan(model, series)
    values, _ = all_values(plan)
    np.testing.assert_allclose(values["hidden", 0, "forward"][:, 30:61], model.trace(series[1])["hidden"].T, atol=1e-6)
    atlas = rnnviz.atlas.build_plan(plan)
    assert atlas.top("hidden", 0, 1)["value"][0] == values["hidden", 0, "forward"][0].max()


def test_an_overflow_is_named():
    network = Network.random(
        "rnn", hidden=2, vocabulary=2, rng=np.random.default_rng(0), options={"activation": "relu"}
    )
    network.layers[0][0].weight_hh[...] = 1e30
    network.layers[0][0].weight_ih[...] = 1e30
    network.embedding[...] = 1
    model = Model("overflow", network, Vocabulary("characters", ("a", "b")), [])
    with np.errstate(all="ignore"), raises(NotFiniteError, code="overflow", name="hidden"):
        rnnviz.atlas.build(model, ["ab"])


@pytest.mark.parametrize(
    "setting", [{"segment": 0}, {"burn_in": -1}, {"apart": 3}, {"sample": -1}, {"shard": 0}, {"segment": 1.5}]
)
def test_settings_outside_their_range_are_refused(setting):
    with raises(ArgumentError, code="out_of_range", name=next(iter(setting))):
        rnnviz.atlas.plan(draw_model(), ["a"], **setting)
