"""How far attributions agree: hand-made cases, and the claim that the page and the README rest on."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from benchmarks.attribution_agreement import LENGTH, compare
from rnnviz.analysis import agreement, attribution
from rnnviz.errors import ArgumentError

from ...raising import raises

REVIEWS = [  # words as in the test split, written for this test
    "not good at all, but the ending was brilliant", "The food was great, but the service was not.",
    "It works perfectly and I would buy it again!", "I can not recommend it enough", "not bad",
    "A brilliant cast wasted on a stupid story.", "the phone is great and the battery is excellent",
    "terrible service, we will never go back", "this is the worst film I have ever seen",
    "I love this place, the staff is friendly", "it broke after two days, very disappointed",
    "the acting was awful and the plot was boring", "great sound quality and easy to use",
    "do not waste your money on this", "a wonderful movie with beautiful music",
    "The headset is poor and the sound is bad.", "delicious pizza and nice people",
    "I was not impressed by the food", "highly recommended for everyone", "the screen is too small and hard to read",
    "an excellent story, funny and moving", "slow service and cold food", "works well, I am happy with it",
]  # fmt: skip


def given(values):
    """An attribution with these values."""
    return replace(attribution(rnnviz.load("names-rnn").trace("Ada")), values=np.array(values, float))


def test_only_tokens_whose_swap_changes_something_count():
    found = agreement(given([1, 2, 9, 3]), given([1, 2, 0, 4]))
    assert found.same_strongest and found.correlation == pytest.approx(np.corrcoef([1, 2, 3], [1, 2, 4])[0, 1])
    assert not agreement(given([-5, 2, 0, 3]), given([1, 2, 0, 4])).same_strongest


def test_without_differences_there_is_no_correlation():
    assert np.isnan(agreement(given([1, 1, 1]), given([1, 2, 3])).correlation)
    nothing = agreement(given([1, 2, 3]), given([0, 0, 0]))
    assert np.isnan(nothing.correlation) and not nothing.same_strongest


def test_attributions_of_different_texts_are_refused():
    with raises(ArgumentError, code="different_lengths", name="swap"):
        agreement(given([1, 2]), given([1, 2, 3]))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_on_reviews_integrated_gradients_find_the_word_and_lengths_of_gradients_do_not(cell):
    model = rnnviz.load(f"reviews-{cell}")
    found = compare(model.trace(text) for text in REVIEWS)
    integral = found.pop("integrated gradients")
    assert integral.same_strongest >= 0.75 and integral.correlation > 0.95 and integral.converged == 1
    assert found[LENGTH].same_strongest <= 0.4 and found[LENGTH].correlation < 0.3
    assert found["gradient"].correlation > 0.9
    assert "contributions" not in found or found["contributions"].same_strongest <= 0.5


def test_where_who_wrote_it_opens_the_sums_agree_with_swaps_and_on_recall_they_do_not():
    reviews, recall = rnnviz.load("reviews-lstm"), rnnviz.load("recall-lstm")
    traces = [model.trace(model.card["examples"][0]) for model in (reviews, recall)]
    found = [agreement(attribution(trace, method="contributions"), attribution(trace)) for trace in traces]
    assert found[0].same_strongest and found[0].correlation > 0.8
    assert not found[1].same_strongest and found[1].correlation < 0
