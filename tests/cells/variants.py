"""Every cell under every option: what the tests in this folder run over."""

import pytest

from ..strategies import VARIANT_IDS, VARIANTS

EVERY_VARIANT = pytest.mark.parametrize(("kind", "options"), VARIANTS, ids=VARIANT_IDS)


def keeping(arrays, options):
    """The arrays of a GRU by name as frameworks have them, whose update gate keeps; other cells' as they are.

    Where it writes, the update rows, the middle third, change their sign. That is its own inverse.
    """
    if options.get("update") != "writes":
        return dict(arrays)
    copies = {name: array.copy() for name, array in arrays.items()}
    for name, array in copies.items():
        if "_ih" in name or "_hh" in name:
            size = len(array) // 3
            array[size : 2 * size] *= -1
    return copies
