"""Splits and batches: every example once, nothing of one part in another."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.network import Network
from rnnviz.training.batches import batch_by_length, logits_per_sequence, pad, random_split


@given(st.integers(10, 3000))
def test_a_split_gives_every_example_to_one_part(count):
    split = random_split(count)
    assert sorted(np.concatenate(split)) == list(range(count))
    assert [len(part) for part in split] == [
        int(0.8 * count),
        int(0.9 * count) - int(0.8 * count),
        count - int(0.9 * count),
    ]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=300), st.integers(1, 40), st.integers(0, 99))
def test_an_epoch_holds_every_example_once(lengths, size, seed):
    groups = list(batch_by_length(np.array(lengths), size, np.random.default_rng(seed), pool=3))
    assert sorted(np.concatenate(groups)) == list(range(len(lengths)))
    assert len(groups) == -(-len(lengths) // size)
    assert max(map(len, groups)) <= size


def test_an_epochs_groups_differ_little_in_length():
    lengths = np.random.default_rng(0).integers(1, 80, size=3200)
    groups = list(batch_by_length(lengths, 32, np.random.default_rng(1)))
    wasted = sum(len(g) * lengths[g].max() for g in groups) / lengths.sum()
    assert wasted < 1.05


def test_padding_does_not_change_an_answer():
    rng = np.random.default_rng(0)
    network = Network.random("lstm", hidden=5, vocabulary=7, embedding=4, classes=3, rng=rng)
    sequences = [rng.integers(7, size=n) for n in (9, 2, 5, 1, 9)]
    assert pad(sequences).shape == (9, 5)
    for sequence, logits in zip(sequences, logits_per_sequence(network, sequences, size=2), strict=True):
        np.testing.assert_allclose(logits, network.forward(sequence).logits, atol=1e-6)
