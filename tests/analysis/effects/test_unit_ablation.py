"""The table of silenced units against the intervention Zero, one unit at a time."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model
from rnnviz.analysis import ablation
from rnnviz.errors import ArgumentError, InputError, UnknownNameError
from rnnviz.interventions import Zero

from ...raising import raises
from ...strategies import CHARACTERS
from ..random_runs import EVERY, EVERY_ID, runs

LABELS = ["a", "b", "c", "d"]


@pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
@settings(max_examples=8)
@given(data=st.data())
def test_every_row_is_a_run_with_that_unit_at_zero(kind, options, data):
    run = data.draw(runs(kind, options))
    model, text = Model("random", run.network, CHARACTERS, LABELS), "".join(run.trace.tokens)
    step = data.draw(st.none() | st.integers(1, len(text)))
    row = -1 if step is None else step - 1
    table = ablation(model, text, run.layer, run.direction, step)
    assert sorted(table.unit) == list(range(run.cell.hidden_size))
    assert table.index.tolist() == list(range(1, len(table) + 1)) and table.index.name == "rank"
    assert (np.diff(table.change) <= 0).all()
    before = model.trace(text).probabilities[row]
    best = before.argmax()
    for line in table.itertuples():
        silenced = Zero(line.unit, None, run.layer, run.direction)
        after = model.trace(text, interventions=[silenced]).probabilities[row]
        assert line.change == pytest.approx(np.abs(after - before).sum() / 2, abs=1e-10)
        assert (line.label, line.label_without) == (LABELS[best], LABELS[after.argmax()])
        assert (line.probability, line.without) == pytest.approx((before[best], after[best]), abs=1e-10)


def test_in_pieces_it_is_the_same_table(monkeypatch):
    model = rnnviz.load("names-lstm")
    whole = ablation(model, "Schmidhuber")
    monkeypatch.setattr(sys.modules[ablation.__module__], "_ELEMENTS", 20_000)
    pieces = ablation(model, "Schmidhuber")
    np.testing.assert_allclose(pieces.change, whole.change, atol=1e-6)
    assert len(whole) == 64 and whole.change.iloc[0] > 0.01
    assert whole.change.between(0, 1).all()


def test_invalid_arguments_are_refused():
    model = rnnviz.load("names-lstm")
    for arguments in ({"layer": 1}, {"layer": -1}, {"direction": "backward"}):
        with raises(UnknownNameError, kind="layer"):
            ablation(model, "Ada", **arguments)
    for step in (0, 5):
        with raises(ArgumentError, code="unknown_step", name="step", value=step, allowed=(1, 4)):
            ablation(model, "Ada", step=step)
    with raises(InputError):
        ablation(model, " ")
    bare = Model("bare", replace(model.network, readout_weight=None, readout_bias=None), model.vocabulary, [])
    with raises(ArgumentError, code="no_readout", name="model"):
        ablation(bare, "Ada")


def test_the_unit_that_the_table_names_first_is_the_one_that_matters_most():
    model = rnnviz.load("recall-lstm")
    text = model.card["examples"][0]
    first, last = ablation(model, text).iloc[[0, -1]].itertuples(index=False)
    before = model.trace(text).probabilities[-1]
    moved = [
        np.abs(model.trace(text, interventions=[Zero(line.unit)]).probabilities[-1] - before).sum()
        for line in (first, last)
    ]
    assert moved[0] > moved[1]


def test_no_more_is_read_than_the_model_can():
    known = rnnviz.load("names-lstm")
    model = replace(known, max_steps=4)  # three letters and the end mark
    for limit, letters in ((None, "Nak"), (2, "Na"), (5, "Nak")):
        np.testing.assert_array_equal(ablation(model, "Nakamura", limit=limit), ablation(known, letters))
    most = model.trace("Nakamura").probabilities[-1].max()
    assert ablation(model, "Nakamura").probability.iloc[0] == pytest.approx(most, rel=1e-5)
    with raises(ArgumentError):
        ablation(model, "Nakamura", step=5)
