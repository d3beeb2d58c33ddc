"""What an atlas says about units and properties is what all values of the pass say, however the corpus is divided."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import zoo
from rnnviz.atlas import Atlas
from rnnviz.atlas.corpus_effects import corpus_ablation
from rnnviz.atlas.corpus_properties import CorpusProperties
from rnnviz.atlas.document_tokens import DocumentTokens
from rnnviz.atlas.evidence import Evidence, evidence_table
from rnnviz.atlas.own_properties import own_property
from rnnviz.atlas.property_tokens import folds, property_values, shifted_properties
from rnnviz.atlas.text_properties import properties_by_name
from rnnviz.errors import ArgumentError, ArrayError, UnknownNameError, UnknownQuantityError
from tests.atlas.brute_force import all_values, build, draw_model, readings
from tests.raising import raises

MODEL = draw_model(hidden=3)
NAMES = ["position in document", "letters of the word", "start of word"]
COUNTS = ["a" * n + "b" * n for n in range(1, 13)]


def documents_of(plan):
    return DocumentTokens.of(plan.corpus.texts(a, b) for a, b in pairwise(plan.corpus.borders))


@settings(max_examples=10, deadline=None)
@given(readings(), st.data())
def test_properties_of_a_shard_are_those_of_its_documents(reading, data):
    plan, _ = build(MODEL, reading.texts, quantities=["hidden"], properties=NAMES, **reading.settings)
    text = documents_of(plan)
    values, dealt = property_values(text, plan.properties.properties), folds(text)
    dealt = (dealt + np.repeat(plan.corpus.numbers - text.documents, text.lengths)) % 5  # empty documents are left out
    for _ in range(5):
        first = data.draw(st.integers(0, plan.tokens - 1))
        last = data.draw(st.integers(first + 1, plan.tokens))
        found, found_folds = plan.properties.at(first, last)
        np.testing.assert_array_equal(found, values[:, first:last])
        np.testing.assert_array_equal(found_folds, dealt[first:last])


@settings(max_examples=10, deadline=None)
@given(readings())
def test_evidence_is_that_of_all_values(reading):
    plan, atlas = build(MODEL, reading.texts, properties=NAMES, **reading.settings)
    whole = {}
    everything, _ = all_values(plan)
    for number in range(len(plan.shards)):
        pieces = plan.shards.pieces.part(*plan.shards._borders[number : number + 2])
        first, last = int(pieces.firsts[0]), int(pieces.lasts[-1])
        tokens = shifted_properties(*plan.properties.at(first, last), number)
        for key, values in everything.items():
            part = Evidence.measured(values[:, first:last], tokens)
            whole[key] = whole[key].merged(part) if key in whole else part
    expected = evidence_table(whole, NAMES)
    found = atlas.evidence()
    order = ["quantity", "unit", "property"]
    expected, found = (table.sort_values(order, ignore_index=True) for table in (expected, found))
    assert found[order].equals(expected[order])
    for name in ("r", "r2_held_out", "control"):
        np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), atol=1e-4, err_msg=name)


@settings(max_examples=10, deadline=None)
@given(readings())
def test_within_tokens_is_what_the_means_by_token_leave(reading):
    holes = own_property("known at some", lambda tokens: [k if t == "a" else np.nan for k, t in enumerate(tokens)])
    wanted = [*properties_by_name(["position in document", "capital letter"]), holes]
    plan, atlas = build(MODEL, reading.texts, quantities=["hidden"], properties=wanted, **reading.settings)
    values = all_values(plan)[0]["hidden", 0, "forward"].astype(float)
    rows = plan.corpus.read(0, plan.tokens)
    found = atlas.evidence("hidden").set_index(["unit", "property"])["r_within_tokens"]
    for one, y in zip(wanted, plan.properties.at(0, plan.tokens)[0], strict=True):
        at = ~np.isnan(y)
        groups = [np.flatnonzero(at & (rows == row)) for row in np.unique(rows[at])]
        for unit, x in enumerate(values):
            left_x, left_y = x.copy(), y.copy()
            for group in groups:
                left_x[group] -= x[group].mean()
                left_y[group] -= y[group].mean()
            left_x, left_y = left_x[at], left_y[at]
            if np.abs(left_y).max(initial=0) < 1e-9 or np.abs(left_x).max(initial=0) < 1e-4:
                continue
            assert found[unit, one.name] == pytest.approx(np.corrcoef(left_x, left_y)[0, 1], abs=1e-4)
    assert found.xs("capital letter", level="property").isna().all()


def test_an_atlas_knows_its_properties_and_finds_the_counting_unit(tmp_path):
    atlas = rnnviz.atlas.build(rnnviz.load("counter-lstm"), COUNTS, out=tmp_path / "atlas")
    atlas = Atlas.load(tmp_path / "atlas")
    kinds = dict(zip(atlas.properties["property"], atlas.properties["kind"], strict=True))
    assert kinds["count of a less count of b"] == "number"
    assert "end of word" not in kinds, "each text is one word"
    cells = atlas.evidence("cell")
    assert set(cells["quantity"]) == {"cell"} and len(cells) == 8 * len(kinds)
    assert cells.iloc[0][["property", "tracks"]].tolist() == ["count of a less count of b", True]
    assert cells.iloc[0]["r"] > 0.999 and cells.iloc[0]["unit"] == 6  # as its card says
    everything = atlas.evidence()
    assert len(everything) == len(atlas.recorded) * len(cells)
    same = everything[everything["quantity"] == "cell"].reset_index(drop=True)
    assert same.equals(cells)  # the control is that of everything that is recorded
    assert atlas.evidence(least=1.1)["tracks"].sum() == 0
    with raises(UnknownQuantityError, kind="quantity"):
        atlas.evidence("update")


def test_a_unit_of_speakers_names_is_told_from_one_of_capitals():
    text = (zoo.BUNDLED / "texts" / "shakespeare-test.txt").read_text(encoding="utf-8")
    atlas = rnnviz.atlas.build(rnnviz.load("shakespeare-gru"), [text], quantities=["hidden"])
    found = atlas.evidence("hidden").set_index(["unit", "property"])
    names, capitals = "inside a speaker’s name", "capital letter"
    assert found.loc[[(46, names), (37, names), (37, capitals)], "tracks"].all()
    assert not found.loc[(46, capitals), "tracks"]
    numbers = found.loc[[(46, names), (37, names)], ["r", "r_within_tokens"]].round(2).to_numpy()
    assert numbers.tolist() == [[0.73, 0.80], [-0.74, -0.43]]  # as the README says


def test_without_properties_there_is_no_evidence():
    atlas = build(MODEL, ["a film", "good"], properties=[])[1]
    assert atlas.evidence().empty and atlas.properties.empty


def test_own_properties_are_aligned_with_the_corpus(tmp_path):
    texts = ["a film", "", "good!"]
    numbers = np.arange(11.0)
    aligned = own_property("own", numbers)
    by_document = own_property("own", [numbers[:6], [], numbers[6:]])
    found = [build(MODEL, texts, properties=[one])[1].evidence("hidden") for one in (aligned, by_document)]
    assert found[0].equals(found[1]) and found[0]["r"].notna().all()
    with raises(ArrayError, name="own"):
        build(MODEL, texts, properties=[own_property("own", numbers[:5])])
    with raises(UnknownNameError, kind="property"):
        build(MODEL, texts, properties=["nothing"])


def test_an_atlas_of_other_properties_is_another_one(tmp_path):
    for own in (np.arange(6.0), np.zeros(6)):
        ours = own_property("own", own)
        build(MODEL, ["a film"], properties=[ours], out=tmp_path / f"{own[1]}")
    with raises(ArgumentError, code="other_atlas"):
        build(MODEL, ["a film"], properties=[own_property("own", np.arange(6.0))], out=tmp_path / "0.0")


def test_a_long_document_is_computed_once(monkeypatch):
    plan, _ = build(MODEL, ["a film and a good one " * 10, "bad"], properties=NAMES, segment=10, shard=20)
    assert len(plan.shards) > 5
    calls = []
    original = CorpusProperties._of
    monkeypatch.setattr(CorpusProperties, "_of", lambda self, a, b: calls.append((a, b)) or original(self, a, b))
    plan.properties._last = None
    for number in range(len(plan.shards)):
        plan.shards[number]
    assert calls.count((0, 1)) == 1


def test_series_of_numbers_have_positions_and_own_properties():
    model = draw_model("gru", vocabulary=rnnviz.text.tokens.Vocabulary("numbers", vector_size=2), hidden=3)
    series = [np.random.default_rng(d).normal(size=(30, 2)) for d in range(6)]
    total = own_property("sum", lambda vectors: np.cumsum(vectors[:, 0]))
    atlas = build(model, series, properties=[total, *properties_by_name(["position in document"])])[1]
    assert atlas.evidence("hidden")["r"].notna().all()


def test_ablation_reads_an_even_sample_of_the_corpus():
    counter = rnnviz.load("counter-lstm")
    atlas = rnnviz.atlas.build(counter, COUNTS, quantities=["cell"])
    assert atlas.ablation(counter).equals(corpus_ablation(counter, COUNTS))
    assert atlas.ablation(counter, documents=3).equals(corpus_ablation(counter, [COUNTS[k] for k in (0, 6, 11)]))
    names = rnnviz.load("names-lstm")
    texts, labels = ["Ada", "", "Rossi", "Turing"], ["English", "Greek", "Italian", "English"]
    atlas = rnnviz.atlas.build(names, texts, quantities=["cell"])
    expected = corpus_ablation(names, texts[:1] + texts[2:], labels=labels[:1] + labels[2:])
    assert atlas.ablation(names, labels=labels).equals(expected)
    for arguments, code in (((counter,), "other_model"), ((names, 0, "forward"), "out_of_range")):
        with raises(ArgumentError, code=code):
            atlas.ablation(*arguments, documents=0)


def test_an_atlas_is_of_one_network_and_vocabulary_whatever_their_name():
    model = rnnviz.load("counter-gru")
    atlas = rnnviz.atlas.build(model, COUNTS[:3], quantities=["hidden"], properties=[])
    renamed = dataclasses.replace(model, name="another").with_head(activation="linear")
    assert atlas.is_of(renamed) and len(atlas.ablation(renamed)) == 8
    turned = dataclasses.replace(model.vocabulary, tokens=("<unk>", "b", "a"))
    trained_on = dataclasses.replace(model.network, embedding=model.network.embedding * 1.01)
    for change in (
        {"network": model.with_options(reset="before").network}, {"network": trained_on}, {"vocabulary": turned},
    ):  # fmt: skip
        other = dataclasses.replace(model, **change)
        assert not atlas.is_of(other)
        with raises(ArgumentError, code="other_model"):
            atlas.ablation(other)
    with raises(ArgumentError, code="labels"):
        atlas.ablation(model, labels=["a"])


def test_a_stretch_of_a_long_text_does_not_end_the_text():
    counter = rnnviz.load("counter-lstm")
    texts = ["a" * 230 + "b" * 230, "ab"]
    atlas = rnnviz.atlas.build(counter, texts, quantities=["cell"], properties=[])
    stretches = [texts[0][:200], texts[0][200:400], texts[0][400:], texts[1]]
    expected = corpus_ablation(counter, stretches, goes_on=[True, True, False, False])
    assert atlas.ablation(counter).equals(expected)
    assert not expected["loss"].equals(corpus_ablation(counter, stretches)["loss"])


def test_a_long_text_is_ablated_in_stretches():
    shakespeare = rnnviz.load("shakespeare-rnn")
    text = "Speak, speak.\n\nAll:\nResolved. " * 20
    atlas = rnnviz.atlas.build(shakespeare, [text], quantities=["hidden"])
    table = atlas.ablation(shakespeare, documents=2)
    assert table.equals(corpus_ablation(shakespeare, [text[:200], text[400:]])) and len(text) == 600
    assert pytest.approx(2) == table["documents"].iloc[0]
