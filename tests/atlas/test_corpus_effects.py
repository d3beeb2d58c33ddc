"""Ablation over documents is the mean of what the intervention `Zero` does to each of them."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.effects.unit_effects import direct_effects
from rnnviz.atlas.corpus_effects import corpus_ablation, next_token_columns
from rnnviz.errors import ArgumentError, DtypeError
from rnnviz.interventions import Zero
from rnnviz.model import Model
from rnnviz.text.tokens import Vocabulary

from ..raising import raises
from ..strategies import CHARACTERS, WORDS, draw_network

TEXTS = ["Ada", "good", "a film", "Bad", "é"]


def draw(cell="lstm", vocabulary=CHARACTERS, **sizes):
    labels = [f"c{k}" for k in range(sizes.get("classes", 4))]
    return Model("drawn", draw_network(cell, vocabulary, **sizes), vocabulary, labels)


def log_softmax(logits):
    shifted = logits.astype(float) - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def brute_force(model, texts, layer, direction, unit, right):
    """Mean and standard error of the changes of loss and lead, one text and one run at a time."""
    losses, leads, directs = [], [], []
    for text, targets in zip(texts, right, strict=True):
        with_all = model.trace(text)
        without = model.trace(text, interventions=[Zero(units=(unit,), layer=layer, direction=direction)])
        loss, lead = [], []
        for row, target in targets:
            a, b = with_all.logits[row].astype(float), without.logits[row].astype(float)
            best = int(a.argmax())
            lead.append((a[best] - np.delete(a, best).mean()) - (b[best] - np.delete(b, best).mean()))
            loss.append(np.nan if target < 0 else log_softmax(a)[target] - log_softmax(b)[target])
        losses.append(np.mean(loss))
        leads.append(np.mean(lead))
        directs.append(direct_effects(with_all, layer, direction).values[unit])
    values = np.array([losses, leads, directs])
    return np.column_stack([values.mean(1), values.std(1, ddof=1) / np.sqrt(len(texts))]).reshape(-1)


COLUMNS = ["loss", "loss_error", "lead", "lead_error", "direct", "direct_error"]


@pytest.mark.parametrize(
    "cell, layer, direction, sizes",
    [
        ("lstm", 0, "forward", {}),
        ("gru", 1, "backward", {"layers": 2, "bidirectional": True}),
        ("rnn", 0, "forward", {"layers": 2}),
    ],
)
def test_effects_are_the_means_of_single_runs(cell, layer, direction, sizes):
    model = draw(cell, **sizes)
    labels = ["c1", "c0", "c3", "c3", "c2"]
    table = corpus_ablation(model, TEXTS, layer, direction, labels=labels)
    right = [[(-1, model.labels.index(label))] for label in labels]
    for unit, row in table.set_index("unit").iterrows():
        expected = brute_force(model, TEXTS, layer, direction, unit, right)
        np.testing.assert_allclose(row[COLUMNS].to_numpy(float), expected, atol=2e-5)
    assert (table["lead"].abs().diff().dropna() <= 0).all() and set(table["documents"]) == {5}


def test_small_passes_give_the_same(monkeypatch):
    model = draw()
    whole = corpus_ablation(model, TEXTS)
    monkeypatch.setattr("rnnviz.atlas.corpus_effects._ELEMENTS", 1)
    np.testing.assert_allclose(corpus_ablation(model, TEXTS).to_numpy(), whole.to_numpy(), atol=1e-6)


def test_without_labels_there_is_no_loss_but_a_lead():
    table = corpus_ablation(draw(vocabulary=WORDS), ["good", "the film was good"])
    assert table["loss"].isna().all() and table["lead"].notna().all()
    assert corpus_ablation(draw(), ["Ada"])["lead_error"].isna().all()


def test_a_model_of_next_tokens_knows_what_is_right():
    model = rnnviz.load("counter-lstm")
    texts = ["aabb", "ab", "aaabbb"]
    columns = next_token_columns(model)
    assert [model.labels[k] for k in columns[1:]] == ["a", "b", "end"]
    targets = [[*enumerate([model.labels.index(t) for t in (*text[1:], "end")])] for text in texts]
    table = corpus_ablation(model, texts).set_index("unit")
    for unit in (3, 6):
        expected = brute_force(model, texts, 0, "forward", unit, targets)
        np.testing.assert_allclose(table.loc[unit, COLUMNS].to_numpy(float), expected, atol=2e-4)


def test_the_end_of_a_text_is_not_asked_for_where_nothing_stands_for_it():
    model = Model("next", draw_network(vocabulary=WORDS, classes=len(WORDS)), WORDS, [*WORDS.tokens])
    texts = ["the film", "film film was good"]
    ids = [WORDS.encode(text).inputs for text in texts]
    table = corpus_ablation(model, texts).set_index("unit")
    expected = brute_force(model, texts, 0, "forward", 2, [[*enumerate(i[1:])] for i in ids])
    np.testing.assert_allclose(table.loc[2, COLUMNS].to_numpy(float), expected, atol=2e-5)
    assert next_token_columns(rnnviz.load("names-gru")) is None
    assert next_token_columns(rnnviz.load("shakespeare-gru")).shape == (67,)


@pytest.mark.parametrize("end", ["end", "<end>"])
def test_a_stretch_of_a_longer_text_does_not_end_there(end):
    """Neither its end nor a document in which nothing is known to be right counts."""
    tokens = ("<unk>", "a", "b") if end == "end" else ("<unk>", "a", "b", "<end>")
    vocabulary = Vocabulary("characters", tokens, end=end == "<end>")
    network = draw_network(vocabulary=vocabulary, classes=3)
    model = Model("next", network, vocabulary, ["b", end, "a"])
    texts, goes_on = ["abba", "b", "ab"], [True, True, False]
    table = corpus_ablation(model, texts, goes_on=goes_on).set_index("unit")
    right = {"a": 2, "b": 0}
    targets = [[*enumerate(right[t] for t in "bba")], [(0, -1)], [(0, 0), (1, 1)]]
    ids = [[tokens.index(t) for t in text] for text in texts]
    ids[2] += [3] * vocabulary.end
    for unit in table.index:
        expected = brute_force(model, ids, 0, "forward", unit, targets)
        known = brute_force(model, [ids[0], ids[2]], 0, "forward", unit, [targets[0], targets[2]])
        np.testing.assert_allclose(table.loc[unit, COLUMNS[2:]].to_numpy(float), expected[2:], atol=2e-5)
        np.testing.assert_allclose(table.loc[unit, COLUMNS[:2]].to_numpy(float), known[:2], atol=2e-5)
    with raises(ArgumentError, code="goes_on"):
        corpus_ablation(model, texts, goes_on=[True])


def test_outputs_that_are_no_probabilities_have_the_first_logit():
    vocabulary = Vocabulary("numbers", vector_size=2)
    model = draw("gru", vocabulary, classes=2).with_head(activation="linear")
    texts = [np.ones((3, 2)), np.zeros((4, 2))]
    table = corpus_ablation(model, texts).set_index("unit")
    for unit in table.index:
        changes = [
            float(model.trace(t).logits[-1, 0] - model.trace(t, interventions=[Zero(units=(unit,))]).logits[-1, 0])
            for t in texts
        ]
        assert table.loc[unit, "lead"] == pytest.approx(np.mean(changes), abs=1e-5)
    assert table["loss"].isna().all()


def test_what_cannot_be_measured_is_refused():
    model = draw()
    for documents, labels, code in (([], None, "empty"), (["a"], ["c0", "c1"], "labels"), (["a"], ["x"], "labels")):
        with raises(ArgumentError, code=code):
            corpus_ablation(model, documents, labels=labels)
    with raises(DtypeError, code="document"):
        corpus_ablation(model, "ab")
    with raises(ArgumentError, code="no_readout"):
        corpus_ablation(Model("bare", draw_network(classes=None), CHARACTERS, []), ["a"])


def test_the_counting_unit_is_what_the_counter_cannot_do_without():
    table = corpus_ablation(rnnviz.load("counting-lstm"), ["a" * n + "b" * n for n in range(1, 13)])
    assert set(table["unit"]) == {0, 1} and table.iloc[0]["loss"] > 1
