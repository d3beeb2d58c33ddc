"""Tests that need the training data: splits and held-out scores are those of the cards."""

from itertools import combinations

import numpy as np
import pytest

import rnnviz
from rnnviz.text.tokens import Vocabulary
from rnnviz.training import TASKS
from rnnviz.training.tasks.running_text import evaluate
from rnnviz.training.tasks.shakespeare import STREAMS

from ..extras import DATA

pytestmark = pytest.mark.data

CELLS = ["rnn", "gru", "lstm"]
SIZES = {"names": (14409, 1801, 1802), "reviews": (12811, 1601, 1602), "shakespeare": (892315, 111539, 111540)}


@pytest.fixture(scope="module", params=["names", "reviews"])
def labelled(request):
    return TASKS[request.param](DATA)


@pytest.fixture(scope="module")
def shakespeare():
    return TASKS["shakespeare"](DATA)


def test_splits_have_the_stated_sizes_and_share_nothing(labelled):
    assert tuple(labelled.split[part] for part in ("train", "validation", "test")) == SIZES[labelled.name]
    assert sorted(np.concatenate(labelled.indices)) == list(range(sum(SIZES[labelled.name])))
    examples = [
        {(labelled.texts[k].lower(), labelled.classes[k]) for k in part}
        if labelled.name == "reviews"
        else {(labelled.texts[k], labelled.classes[k]) for k in part}
        for part in labelled.indices
    ]
    assert [len(part) for part in examples] == list(SIZES[labelled.name])
    assert not any(one & other for one, other in combinations(examples, 2))


def test_shakespeare_is_cut_in_order(shakespeare):
    assert tuple(shakespeare.split[part] for part in ("train", "validation", "test")) == SIZES["shakespeare"]
    parts = np.concatenate([shakespeare.train, shakespeare.validation, shakespeare.test])
    text = (DATA / "tinyshakespeare" / "input.txt").read_text()
    assert "".join(shakespeare.vocabulary.tokens[k] for k in parts) == text


def test_names_hold_arabic_once(labelled):
    counts = {label: int((labelled.classes == k).sum()) for k, label in enumerate(labelled.labels)}
    assert counts.get("Arabic", 108) == 108


def test_vocabularies_are_collected_from_the_training_split_alone(labelled):
    trained = [labelled.texts[k] for k in labelled.indices.train]
    again = Vocabulary.collect(labelled.token_kind, trained, at_least=labelled.min_count, end=labelled.has_end_mark)
    assert again == labelled.vocabulary


def test_an_epoch_reads_the_training_split_once(labelled, shakespeare):
    read = sum(int((batch.weights > 0).sum()) for batch in labelled.batches(np.random.default_rng(0), 64))
    assert read == sum(len(labelled.sequences[k]) for k in labelled.indices.train)
    read = sum(batch.weights.size for batch in shakespeare.batches(np.random.default_rng(0), 64))
    assert 0 <= len(shakespeare.train) - read < 64 * 100 + 64


def test_every_text_has_the_same_weight_at_its_last_token(labelled):
    batch = next(labelled.batches(np.random.default_rng(0), 64))
    assert batch.weights.sum() == pytest.approx(1, abs=1e-5)
    last = (batch.weights > 0).sum(axis=0) - 1
    heaviest = batch.weights[last, np.arange(64)]
    np.testing.assert_allclose(heaviest, heaviest[0], rtol=1e-5)
    assert heaviest[0] > 0.5 / 64


@pytest.mark.parametrize("cell", CELLS)
def test_held_out_scores_are_those_of_the_card(labelled, cell):
    model = rnnviz.load(f"{labelled.name}-{cell}")
    assert (model.vocabulary, model.labels) == (labelled.vocabulary, labelled.labels)
    for part in ("validation", "test"):
        which = getattr(labelled.indices, part)
        right = (labelled.final_logits(model.network, which).argmax(-1) == labelled.classes[which]).mean()
        # A text at the boundary between two answers may get either one on another machine.
        assert right == pytest.approx(model.card["scores"][part], abs=1.5 / len(which))


@pytest.mark.parametrize("cell", CELLS)
def test_shakespeares_scores_are_those_of_the_card(shakespeare, cell):
    model = rnnviz.load(f"shakespeare-{cell}")
    assert (model.vocabulary, model.labels) == (shakespeare.vocabulary, shakespeare.labels)
    for part in ("validation", "test"):
        nats, _ = evaluate(model.network, getattr(shakespeare, part), STREAMS)
        assert nats == pytest.approx(model.card["scores"][part], abs=1e-4)


def test_a_typed_text_gets_the_answer_that_was_scored(labelled):
    model = rnnviz.load(f"{labelled.name}-gru")
    which = labelled.indices.test[:40]
    for k, logits in zip(which, labelled.final_logits(model.network, which), strict=True):
        trace = model.trace(labelled.texts[k], limit=labelled.max_tokens)
        assert trace.probabilities[-1].argmax() == logits.argmax()
