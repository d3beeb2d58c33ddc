"""Probes of properties: those of the states of every document, with nothing else between."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis import selectivity
from rnnviz.atlas.document_tokens import DocumentTokens
from rnnviz.atlas.own_properties import own_property
from rnnviz.atlas.property_probes import property_probes
from rnnviz.atlas.text_properties import properties_by_name, running_difference
from rnnviz.errors import ArgumentError, UnknownQuantityError
from rnnviz.model import Model

from ..raising import raises
from ..strategies import CHARACTERS, draw_network

TEXTS = ["Ada wrote.", "Bob read it all.", "good", "a (film) of it", "read", "it is", "No.", "What is it?"] * 3


def test_states_and_gates_are_probed_as_traces_have_them():
    network = draw_network("gru", layers=2, bidirectional=True)
    model = Model("drawn", network, CHARACTERS, ["a", "b", "c", "d"])
    properties = properties_by_name(["position in document", "capital letter", "inside quotes"])
    table = property_probes(model, TEXTS, properties, ["hidden", "update"], 1, "backward", draws=2)
    assert [*table["property"].unique()] == ["position in document", "capital letter"]  # no text has quotes
    traces = [model.trace(text) for text in TEXTS]
    held_out = np.concatenate([np.full(len(trace), d % 5 % 2 == 1) for d, trace in enumerate(traces)])
    text = DocumentTokens.of(trace.tokens for trace in traces)
    for _, row in table.iterrows():
        one = properties_by_name([row["property"]])[0]
        states = np.concatenate([trace[row["quantity"], 1, "backward"] for trace in traces])
        found = selectivity(states, one.of(text), text.numbers, held_out, classes=one.kind == "yes/no", draws=2)
        assert row["tokens"] == len(text) and row["measure"] == found.measure
        assert row["score"] == pytest.approx(found.score, abs=0.02)
        assert row["control"] == pytest.approx(found.control, abs=0.02)
        assert row["selectivity"] == row["score"] - row["control"]


def test_the_count_is_read_from_the_cell_state_and_not_from_its_gates():
    model = rnnviz.load("counting-lstm")
    texts = ["a" * n + "b" * n for n in range(1, 13)]
    table = property_probes(model, texts, [running_difference("a", "b")]).set_index("quantity")
    assert table.loc["cell", "score"] > 0.99 and table.loc["cell", "control"] > 0.99  # the other unit tells a from b
    assert table.loc["candidate", "score"] < 0.5 and set(table["measure"]) == {"R²"}


def test_tokens_whose_property_is_unknown_are_left_out():
    model = rnnviz.load("counter-lstm")
    known = own_property("x", lambda tokens: [float("nan"), *np.arange(len(tokens) - 1.0)])
    table = property_probes(model, ["ab" * n for n in range(2, 9)], [known], ["hidden"])
    assert table["tokens"].tolist() == [sum(2 * n - 1 for n in range(2, 9))]


def test_what_cannot_be_probed_is_refused():
    model = rnnviz.load("counter-lstm")
    with raises(UnknownQuantityError, kind="quantity", name="update"):
        property_probes(model, ["ab"], [], ["update"])
    for documents in ([], ["ab"]):
        with raises(ArgumentError, code="few_documents"):
            property_probes(model, documents, [running_difference("a", "b")])
