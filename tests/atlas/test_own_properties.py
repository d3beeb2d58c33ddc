"""A reader's own properties, as functions, arrays and columns of files, and what labelled texts teach about tokens."""

import math

import numpy as np
import pandas as pd
import pytest

import rnnviz.atlas
from rnnviz.atlas.document_tokens import DocumentTokens
from rnnviz.atlas.own_properties import label_evidence, own_property
from rnnviz.errors import ArgumentError, ArrayError, DamagedFileError, MissingFileError, NotFiniteError
from rnnviz.text.tokens import END

from ..raising import raises
from .brute_force import draw_model

CORPUS = DocumentTokens.of(["abc", "de"])
DOCUMENTS = [CORPUS.part(0, 1), CORPUS.part(1, 2)]
NUMBERS = [0.5, 1.0, 2.0, 4.0, float("nan")]


def test_numbers_come_from_a_function_arrays_or_all_tokens(tmp_path):
    pd.DataFrame({"depth": NUMBERS, "other": 1}).to_csv(tmp_path / "own.csv", index=False)
    pd.DataFrame({"depth": NUMBERS}).to_parquet(tmp_path / "own.parquet")
    by_token = dict(zip("abcde", NUMBERS, strict=True))
    for source, column in (
        (lambda tokens: [by_token[token] for token in tokens], None),
        ([NUMBERS[:3], NUMBERS[3:]], None),
        (NUMBERS, None),
        (np.array(NUMBERS), None),
        (tmp_path / "own.csv", "depth"),
        (str(tmp_path / "own.parquet"), None),
    ):
        one = own_property("depth", source, column=column)
        assert one.kind == "number" and one.size in (None, 5)
        np.testing.assert_array_equal(one.of(CORPUS), NUMBERS)
        for document in DOCUMENTS:
            expected = NUMBERS[document.first : document.first + len(document)]
            np.testing.assert_array_equal(one.of(document), expected)


def test_zeros_and_ones_are_yes_and_no():
    assert own_property("noun", [0, 1, 1, 0, 1]).kind == "yes/no"
    assert own_property("noun", [[0, 1], [float("nan")]]).kind == "yes/no"


def test_the_end_mark_may_be_left_out():
    document = DocumentTokens.of([["a", "b", END]])
    np.testing.assert_array_equal(own_property("x", lambda tokens: [1, 2]).of(document), [1, 2, np.nan])
    np.testing.assert_array_equal(own_property("x", [[1, 2]]).of(document), [1, 2, np.nan])


def test_a_function_of_a_series_gets_its_numbers():
    series = np.arange(10.0).reshape(5, 2)
    text = DocumentTokens(np.zeros(5, int), ("",), np.array([0, 2, 5]), "numbers", np.arange(2), series=series)
    one = own_property("sum so far", lambda vectors: np.cumsum(vectors.sum(1)))
    assert one.of(text).tolist() == [1, 6, 9, 22, 39]


def test_what_is_not_aligned_is_refused(tmp_path):
    for source, document in (
        (lambda tokens: [1], DOCUMENTS[0]),
        ([[1, 2, 3, 4]], DOCUMENTS[0]),
        ([[1, 2, 3]], DOCUMENTS[1]),
        (NUMBERS[:4], DOCUMENTS[1]),
    ):
        with raises(ArrayError, name="x"):
            own_property("x", source).of(document)
    with raises(NotFiniteError, name="x", count=1):
        own_property("x", [1.0, math.inf, 2.0]).of(DOCUMENTS[0])
    for source in (5, ["a", "b"]):
        with raises(ArgumentError, code="property_source"):
            own_property("x", source)
    with raises(MissingFileError, code="missing"):
        own_property("x", tmp_path / "nowhere.csv")
    (tmp_path / "own.parquet").write_bytes(b"PAR")
    with raises(DamagedFileError, code="damaged"):
        own_property("x", tmp_path / "own.parquet")
    (tmp_path / "own.csv").write_text("a,b\n1,x\n")
    for column, code in ((None, "column"), ("c", "column"), ("b", "not_numbers")):
        with raises(ArgumentError, code=code):
            own_property("x", tmp_path / "own.csv", column=column)


def test_evidence_for_a_label_is_the_sum_of_log_odds():
    texts, labels = ["good good film", "bad film", "bad bad plot"], ["+", "-", "-"]
    found = label_evidence(texts, labels, "+").of(DocumentTokens.of([["Good", "unknown", "bad"]], "words"))
    good = math.log((2 + 1) / (3 + 4)) - math.log((0 + 1) / (5 + 4))  # four different words, each counted once more
    bad = math.log((0 + 1) / (3 + 4)) - math.log((3 + 1) / (5 + 4))
    assert found == pytest.approx([good, good, good + bad])
    for wrong in (["+"], ["+", "+", "+"], ["-", "-", "-"]):
        with raises(ArgumentError, code="labels"):
            label_evidence(texts, wrong, "+")


def test_an_atlas_does_not_go_on_with_other_numbers(tmp_path, monkeypatch):
    """Also where they differ beyond the part of the corpus that is looked at beforehand."""
    monkeypatch.setattr("rnnviz.atlas.corpus_properties.SAMPLE", 10)
    model, texts, numbers = draw_model("rnn"), ["abcab"] * 9, np.arange(45.0)
    changed = np.where(np.arange(45) < 44, numbers, 0)
    for one, other in ((numbers, changed), (np.split(numbers, 9), np.split(changed, 9))):
        out = tmp_path / str(len(one))
        for _ in range(2):
            rnnviz.atlas.build(model, texts, properties=[own_property("own", one)], out=out)
        with raises(ArgumentError, code="other_atlas"):
            rnnviz.atlas.build(model, texts, properties=[own_property("own", other)], out=out)
