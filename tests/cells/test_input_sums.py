"""The input's part of the sums: the same however many tokens share a product."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.input_sums import input_sums, kinds_of, looks_up
from rnnviz.errors import ArrayError
from rnnviz.network import Network

from ..raising import raises
from ..strategies import seeds


def arrays(seed, steps, batch, size=40, rows=12, vocabulary=5):
    """Weights, a bias, token ids and the vectors of a table that they stand for."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, vocabulary, (steps, batch))
    inputs = rng.standard_normal((vocabulary, size))[ids].swapaxes(1, 2)
    return rng.standard_normal((rows, size)), rng.standard_normal(rows), inputs, ids


@given(seeds, st.integers(1, 9), st.integers(1, 7), st.booleans())
def test_sums_are_those_of_the_formula(seed, steps, batch, with_ids):
    weight, bias, inputs, ids = arrays(seed, steps, batch)
    z = input_sums(weight, bias, inputs, ids if with_ids else None)
    np.testing.assert_allclose(z, np.einsum("nd,tdb->tnb", weight, inputs) + bias[:, None], rtol=1e-10, atol=1e-10)


@given(seeds, st.integers(1, 9), st.integers(1, 7), st.integers(1, 30))
def test_kinds_are_the_different_numbers(seed, steps, batch, vocabulary):
    ids = np.random.default_rng(seed).integers(0, vocabulary, (steps, batch))
    places, kinds = kinds_of(ids)
    numbers = ids.reshape(-1)[places]
    np.testing.assert_array_equal(numbers, np.unique(ids))
    np.testing.assert_array_equal(numbers[kinds], ids)


def test_tokens_are_looked_up_where_there_is_much_to_multiply_and_little_to_keep():
    assert looks_up(256, 64, 60, 4096)
    assert not looks_up(256, 8, 60, 4096)  # the product takes less time than looking it up
    assert not looks_up(256, 64, 4000, 4096)  # hardly any token comes twice
    assert not looks_up(2048, 64, 20_000, 100_000)  # the table is larger than a cache


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_run_by_token_is_the_same_run(kind):
    rng = np.random.default_rng(0)
    network = Network.random(kind.name, hidden=6, vocabulary=9, embedding=64, layers=2, bidirectional=True, rng=rng)
    ids = rng.integers(0, 9, (20, 8))
    ours, theirs = (network.forward(ids, by_token=by_token) for by_token in (True, False))
    for mine, other in zip(chain(*ours.records), chain(*theirs.records), strict=True):
        for quantity in mine.cell.definition.by_name:
            np.testing.assert_allclose(mine[quantity], other[quantity], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("x_shape", "ids"),
    [
        ((4, 3, 2), np.zeros((4, 2), int)),
        ((4, 3, 2), np.zeros((4, 3))),
        ((4, 3, 2), np.full((4, 3), -1)),
        ((4, 2), np.zeros((4,), int)),
    ],
)
def test_ids_that_are_no_numbers_of_vectors_are_refused(x_shape, ids):
    cell = RNN.random(2, 3, np.random.default_rng(0))
    with raises(ArrayError, code="ids", name="ids", shape=ids.shape):
        cell.forward(np.zeros(x_shape, np.float32), ids=ids)


def test_numbers_that_are_much_larger_than_there_are_need_no_memory():
    cell = RNN.random(64, 3, np.random.default_rng(0))
    record = cell.forward(np.zeros((4, 3, 64), np.float32), ids=np.full((4, 3), 2**40))
    np.testing.assert_array_equal(record["hidden"], cell.forward(np.zeros((4, 3, 64), np.float32))["hidden"])
