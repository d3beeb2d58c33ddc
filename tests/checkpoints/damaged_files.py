"""What the tests of readers share: damaged files, and a watch on memory."""

import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest

MILLION = 1_000_000


@contextmanager
def memory_below(bytes_):
    """Fails if more than this is held at once inside; NumPy's arrays count."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < bytes_
    finally:
        tracemalloc.stop()


def refused(read, data, *says):
    """The message with which a reader refuses these bytes: it names the file, and says this."""
    with pytest.raises(ValueError, match=r"mine\.x") as error:
        read("mine.x", data)
    for words in says:
        assert words in str(error.value)
    return str(error.value)


def survives(read, data):
    """The arrays that a reader makes of damaged bytes, or None where it refuses them in words that name the file."""
    try:
        return read("mine.x", data)
    except ValueError as error:
        assert "mine.x" in str(error)
        return None


def flipped(data, seed, count):
    """Copies with one byte changed, at random places."""
    rng = np.random.default_rng(seed)
    for place, change in zip(rng.integers(0, len(data), count), rng.integers(1, 256, count), strict=True):
        damaged = bytearray(data)
        damaged[place] ^= change
        yield bytes(damaged)


def same(arrays, others):
    """Whether the same names stand for the same numbers of the same type, bit for bit; NaN is NaN."""
    assert list(arrays) == list(others)
    for name, array in arrays.items():
        assert (array.dtype, array.shape) == (others[name].dtype, others[name].shape), name
        np.testing.assert_array_equal(array, others[name])
    return True
