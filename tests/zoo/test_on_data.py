"""Tests that need the training data: splits and held-out scores are those of the cards."""

from itertools import combinations, permutations

import numpy as np
import pytest

import rnnviz
from rnnviz import zoo
from rnnviz.text.tokens import Vocabulary
from rnnviz.training import TASKS
from rnnviz.training.paired_tests import mcnemar, signed_rank
from rnnviz.training.tasks.running_text import evaluate_pieces
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


def test_the_bundled_text_is_the_beginning_of_shakespeares_test_text(shakespeare):
    text = (zoo.BUNDLED / "texts" / "shakespeare-test.txt").read_text(encoding="utf-8")
    held_out = "".join(shakespeare.vocabulary.tokens[k] for k in shakespeare.test[: len(text)])
    assert len(text) == 24_000 and text == held_out


def test_the_bundled_reviews_are_from_the_test_split(labelled):
    if labelled.name == "reviews":
        texts = (zoo.BUNDLED / "texts" / "reviews-test.txt").read_text(encoding="utf-8").splitlines()
        assert len(set(texts)) == 200 and set(texts) <= {labelled.texts[k].strip() for k in labelled.indices.test}


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
        losses, _ = evaluate_pieces(model.network, getattr(shakespeare, part), STREAMS)
        nats = losses.mean()
        assert nats == pytest.approx(model.card["scores"][part], abs=1e-4)


def test_comparisons_are_those_of_the_models(labelled):
    right = {
        cell: labelled.item_results(rnnviz.load(f"{labelled.name}-{cell}").network)  # (N,)
        for cell in CELLS
    }
    for cell, peer in permutations(CELLS, 2):
        entry = zoo.card(f"{labelled.name}-{cell}")["comparisons"]["with"][peer]["models"]
        found = mcnemar(right[cell], right[peer])
        assert found.first_alone == pytest.approx(entry["alone"], abs=2)
        assert found.second_alone == pytest.approx(entry["peer_alone"], abs=2)
        assert mcnemar(*alone(entry["alone"], entry["peer_alone"])).p == pytest.approx(entry["p"], rel=1e-4)


def alone(first, second):
    """Results in which so many items were answered right by one model only."""
    is_first = np.arange(first + second) < first
    return is_first, ~is_first


@pytest.mark.parametrize(("cell", "peer"), combinations(CELLS, 2))
def test_shakespeares_comparisons_are_those_of_the_pieces(shakespeare, cell, peer):
    results = [shakespeare.item_results(rnnviz.load(f"shakespeare-{name}").network) for name in (cell, peer)]
    entry = zoo.card(f"shakespeare-{cell}")["comparisons"]["with"][peer]["models"]
    found = signed_rank(*results)
    assert len(results[0]) == STREAMS
    assert found.mean == pytest.approx(entry["difference"], abs=1e-4)
    assert found.p == pytest.approx(entry["p"], rel=0.05)


@pytest.mark.parametrize("cell", CELLS)
def test_recall_by_label_and_calibration_are_the_models(labelled, cell):
    model = rnnviz.load(f"{labelled.name}-{cell}")
    test = labelled.indices.test
    logits, truth = labelled.final_logits(model.network, test), labelled.classes[test]
    for c, label in enumerate(labelled.labels):
        entry = model.card["scores"]["by_label"][label]
        assert entry["n"] == (truth == c).sum()
        assert entry["recall"] == pytest.approx((logits[truth == c].argmax(-1) == c).mean(), abs=1.5 / entry["n"])
    p = np.exp(logits - logits.max(-1, keepdims=True))
    confidence = (p / p.sum(-1, keepdims=True)).max(-1)
    claimed, is_right = model.card["scores"]["calibration"], logits.argmax(-1) == truth
    assert claimed["confident_when_wrong"] == pytest.approx(confidence[~is_right].mean(), abs=2e-3)
    bins = np.minimum((10 * confidence).astype(int), 9)
    gaps = [abs(confidence[bins == k].sum() - is_right[bins == k].sum()) for k in range(10)]
    assert claimed["error"] == pytest.approx(sum(gaps) / len(truth), abs=2e-3)


def test_naive_bayes_counts_runs_of_up_to_four_letters():
    longest, bayes = TASKS["names"](DATA).naive_bayes
    assert longest == 4
    assert (bayes.validation, bayes.test) == pytest.approx((0.816768, 0.822974), abs=1e-6)
    assert zoo.card("names-gru")["scores"]["baseline"]["value"] == pytest.approx(bayes.test, abs=1e-6)


def test_a_typed_text_gets_the_answer_that_was_scored(labelled):
    model = rnnviz.load(f"{labelled.name}-gru")
    which = labelled.indices.test[:40]
    for k, logits in zip(which, labelled.final_logits(model.network, which), strict=True):
        trace = model.trace(labelled.texts[k], limit=labelled.max_tokens)
        assert trace.probabilities[-1].argmax() == logits.argmax()
