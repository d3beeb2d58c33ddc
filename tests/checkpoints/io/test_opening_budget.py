"""The budget of an opening: what is spent, what is left, and the one error for whatever goes wrong."""

import numpy as np
import pytest

from rnnviz.checkpoints.io.opening_budget import OpeningBudget
from rnnviz.checkpoints.io.reading_errors import reading_errors
from rnnviz.errors import DamagedFileError, LimitError, MissingLibraryError, UnsupportedFileError
from rnnviz.limits import LONGEST_NAME, UNLIMITED, Limits

from ...raising import raises


@pytest.mark.parametrize("limit", ["arrays", "layers", "nodes", "work", "unpacked"])
def test_a_limit_is_spent_to_its_end_and_no_further(limit):
    budget = OpeningBudget("mine.x", Limits(**{limit: 10}))
    budget.spend(limit, 4)
    budget.spend(limit, 6)
    assert budget.left(limit) == 0
    with raises(LimitError, code=limit, file="mine.x", limit=10, actual=11):
        budget.spend(limit)
    OpeningBudget("mine.x", UNLIMITED).spend(limit, 10**15)


def test_bytes_out_of_a_zip_have_the_limit_of_arrays_but_are_counted_apart():
    budget = OpeningBudget("mine.x", Limits(unpacked=10))
    budget.spend("inflated", 10)
    budget.unpack(10)
    with raises(LimitError, code="unpacked", limit=10, actual=11):
        budget.spend("inflated", 1)


def test_the_first_use_of_an_array_is_paid_for_and_every_other_counts():
    budget = OpeningBudget("mine.x", Limits(unpacked=100))
    array, other = np.zeros(10, np.float32), np.zeros(10, np.float32)
    budget.use(array)
    budget.use(other)
    assert budget.spent["unpacked"] == 0
    budget.use(array)
    budget.use(other, 20)
    assert budget.spent["unpacked"] == 60
    with raises(LimitError, code="unpacked", actual=140):
        budget.use(array, 80)


def test_arrays_that_are_gone_do_not_stand_for_new_ones():
    """A new array may get the address of one that was freed."""
    budget = OpeningBudget("mine.x", Limits(unpacked=1))
    for _ in range(100):
        budget.use(np.zeros(1000))


def test_names_and_shapes():
    budget = OpeningBudget("mine.x")
    budget.check_name("x" * LONGEST_NAME)
    with raises(LimitError, code="name", file="mine.x", limit=LONGEST_NAME, actual=10**6):
        budget.check_name("x" * 10**6)
    assert budget.count_numbers("it", (2, 3)) == 6
    with raises(DamagedFileError, code="shape", file="mine.x"):
        budget.count_numbers("it", (2**62, 2**62))


@pytest.mark.parametrize(
    ("problem", "error", "code"),
    [
        (OSError(36, "File name too long"), DamagedFileError, "unreadable"),
        (IndexError(), DamagedFileError, "unreadable"),
        (RecursionError(), DamagedFileError, "unreadable"),
        (OverflowError(), DamagedFileError, "unreadable"),
        (UnicodeEncodeError("utf-8", "x", 0, 1, "y\nz"), DamagedFileError, "unreadable"),
        (KeyError("a\nb"), DamagedFileError, "unreadable"),
        (MemoryError(), LimitError, "memory"),
        (ModuleNotFoundError(name="h5py"), MissingLibraryError, "missing_library"),
        (UnsupportedFileError("no", code="mine", file="mine.x"), UnsupportedFileError, "mine"),
    ],
)
def test_whatever_goes_wrong_is_one_of_our_errors(problem, error, code):
    with raises(error, code=code, file="mine.x"), reading_errors("mine.x"):
        raise problem


def test_what_ends_the_program_ends_it():
    with pytest.raises(KeyboardInterrupt), reading_errors("mine.x"):
        raise KeyboardInterrupt
