"""What all tests of cells have in common: arrays that nobody has written hold NaN."""

import numpy as np
import pytest


@pytest.fixture(autouse=True, scope="module")
def new_arrays_hold_nan():
    """What a step reads before anything is written there shows, whatever the memory held before."""

    def filled(make):
        def made(*args, **kwargs):
            array = make(*args, **kwargs)
            if array.dtype.kind == "f":
                array.fill(np.nan)
            return array

        return made

    with pytest.MonkeyPatch.context() as patch:
        for name in ("empty", "empty_like"):
            patch.setattr(np, name, filled(getattr(np, name)))
        yield
