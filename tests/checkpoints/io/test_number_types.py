"""Numbers of every precision against PyTorch's own reading of the same bits, all of them."""

import numpy as np
import pytest

from rnnviz.checkpoints.io.number_types import READABLE, loaded_dtype, stored_dtype, widened

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("name", sorted(READABLE))
@pytest.mark.parametrize("order", ["<", ">"])
def test_all_bits_say_what_pytorch_says(name, order):
    size = stored_dtype(name).itemsize
    if size == 1:
        patterns = np.arange(2 if name == "bool" else 256, dtype=np.uint8)
    elif size == 2:
        patterns = np.arange(1 << 16, dtype=np.uint16)
    else:
        patterns = np.random.default_rng(0).integers(0, 256, (4096, size), dtype=np.uint8).view(f"u{size}")[:, 0]
    kind = getattr(torch, name)
    tensor = torch.frombuffer(bytearray(patterns.tobytes()), dtype=kind)
    expected = (tensor.float() if loaded_dtype(name) == np.float32 else tensor).numpy()
    stored = patterns.astype(patterns.dtype.newbyteorder(order)).view(stored_dtype(name, order))
    read = widened(stored, name)
    assert read.dtype == expected.dtype == loaded_dtype(name) and read.dtype.isnative
    np.testing.assert_array_equal(read, expected)
    zeros = expected == 0
    np.testing.assert_array_equal(np.signbit(read[zeros]), np.signbit(expected[zeros]))


def test_any_strides_come_out_in_order_and_as_a_copy():
    bits = np.arange(24, dtype="<u2").reshape(2, 3, 4).transpose(2, 0, 1)
    for name in ("uint16", "bfloat16", "float16"):
        read = widened(bits.view(stored_dtype(name)), name)
        assert read.shape == (4, 2, 3) and read.flags.c_contiguous and read.flags.writeable
        assert not np.shares_memory(read, bits)


@pytest.mark.parametrize("name", sorted(READABLE))
def test_a_single_number_stays_an_array(name):
    read = widened(np.array(1, stored_dtype(name)), name)
    assert isinstance(read, np.ndarray) and read.shape == () and read.flags.writeable
