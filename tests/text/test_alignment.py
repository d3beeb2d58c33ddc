"""Two sequences aligned: nothing is lost, nothing changes its place, and no other alignment has more equal pairs."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnviz.text.alignment import align

SEQUENCES = st.lists(st.sampled_from("abc"), max_size=9)


def most_equal_pairs(first, second):
    """The largest number of equal pairs in order, by trying everything."""

    @cache
    def most(i, j):
        if i == len(first) or j == len(second):
            return 0
        met = 1 + most(i + 1, j + 1) if first[i] == second[j] else 0
        return max(met, most(i + 1, j), most(i, j + 1))

    return most(0, 0)


@given(SEQUENCES, SEQUENCES)
@example([], [])
@example([], ["a"])
def test_an_alignment_restores_both_in_order_and_has_the_most_equal_pairs(first, second):
    columns = align(first, second)
    for side, sequence in enumerate((first, second)):
        assert [column[side] for column in columns if column[side] is not None] == list(range(len(sequence)))
    assert (None, None) not in columns
    equal = sum(i is not None and j is not None and first[i] == second[j] for i, j in columns)
    assert equal == most_equal_pairs(first, second)


@given(SEQUENCES, SEQUENCES, SEQUENCES)
def test_there_is_no_gap_where_both_have_an_item_left(first, second, common):
    columns = align([*first, "|", *common], [*second, "|", *common])
    gaps = [tuple(k is None for k in column) for column in columns]
    assert all({(True, False), (False, True)} != {one, other} for one, other in pairwise(gaps))


@given(SEQUENCES)
def test_a_sequence_meets_itself(sequence):
    assert align(sequence, sequence) == [(k, k) for k in range(len(sequence))]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("The food was not good", "The food was good", [(0, 0), (1, 1), (2, 2), (3, None), (4, 3)]),
        ("I like it", "You like it", [(0, 0), (1, 1), (2, 2)]),
        ("a b", "c", [(0, 0), (1, None)]),
    ],
)
def test_words(first, second, expected):
    assert align(first.split(), second.split()) == expected
