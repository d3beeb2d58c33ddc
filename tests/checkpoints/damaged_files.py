"""What the tests of readers share: damaged files, and a watch on memory."""

import tracemalloc
from contextlib import contextmanager

import numpy as np

from rnnviz.checkpoints import File
from rnnviz.errors import FileError
from rnnviz.limits import DEFAULT_LIMITS

from ..raising import raises

MILLION = 1_000_000
NAME = "mine.x"


def reader(read):
    """A function of a file, as one of its bytes."""
    return lambda data, limits=DEFAULT_LIMITS: read(File(NAME, data, limits=limits))


@contextmanager
def memory_below(bytes_):
    """Fails if more than this is held at once inside; NumPy's arrays count."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < bytes_
    finally:
        tracemalloc.stop()


def refused(read, data, error=FileError, **fields):
    """The error with which a reader refuses these bytes: of this class, with these fields; it names the file."""
    with raises(error, **fields) as caught:
        read(data)
    assert NAME in caught.value.file
    return caught.value


def survives(read, data):
    """The arrays that a reader makes of damaged bytes, or None where it refuses them and names the file."""
    try:
        return read(data)
    except FileError as error:
        assert NAME in error.file and NAME in str(error)
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
