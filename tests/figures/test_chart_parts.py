"""Parts of figures: outlines and scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnviz.colours import EXPLODING, GRADIENT, gradient_scale, rgb, symmetric_limit
from rnnviz.figures.chart_parts import outline_path
from rnnviz.figures.step_pairs import compact_floats


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))))
def test_an_outline_is_where_marked_cells_meet_others(mask):
    """Walking a row from the left, one crosses the outline exactly where the mark changes; a column likewise."""
    crossed = {"H": set(), "V": set()}
    for piece in outline_path(mask).split("M")[1:]:
        kind = "H" if "H" in piece else "V"
        start, end = piece.split(kind)
        x, y = (float(part) + 0.5 for part in start.split(","))
        length = float(end) + 0.5
        along = range(round(x if kind == "H" else y), round(length))
        crossed[kind] |= {(round(y if kind == "H" else x), k) for k in along}
    padded = np.pad(mask, 1)
    rows, columns = mask.shape
    level = {(r, c) for r in range(rows + 1) for c in range(columns) if padded[r, c + 1] != padded[r + 1, c + 1]}
    plumb = {(c, r) for r in range(rows) for c in range(columns + 1) if padded[r + 1, c] != padded[r + 1, c + 1]}
    assert crossed == {"H": level, "V": plumb}


def test_values_are_sent_in_float32_only_if_none_is_lost():
    assert compact_floats(np.array([0.0, 1e-30, 3.0])).dtype == np.float32
    assert compact_floats(np.array([0.0, 1e-60, 3.0])).dtype == np.float64
    assert compact_floats(np.array([1e60, np.inf])).dtype == np.float64


def test_the_gradients_scale_fades_from_1_downwards_and_turns_to_another_hue_above():
    scale = gradient_scale(-8, 2)
    assert scale[0][1].endswith(",0)") and scale[0][0] == 0
    assert [at for at, _ in scale] == sorted(at for at, _ in scale)
    assert dict(map(tuple, scale))[0.8] == f"rgba({','.join(map(str, rgb(GRADIENT)))},1)"
    assert scale[-1] == [1.0, f"rgba({','.join(map(str, rgb(EXPLODING)))},1)"]
    opacities = [float(colour.split(",")[-1][:-1]) for at, colour in scale if at <= 0.8]
    assert opacities == sorted(opacities)


def test_a_symmetric_scale_holds_all_values_but_not_for_rounding_errors():
    assert symmetric_limit(np.array([0.13, -0.14, np.nan])) == pytest.approx(0.15)
    assert symmetric_limit(np.array([1e-8])) == symmetric_limit(np.zeros(3)) == symmetric_limit(np.array([np.nan])) == 1
    assert symmetric_limit(np.array([-2e-9]), least=0.0) == pytest.approx(2e-9)
