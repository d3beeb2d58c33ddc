"""Limits as settings."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.array_shapes import LARGEST, MOST_AXES, count_numbers
from rnnviz.errors import ArgumentError, LimitError
from rnnviz.limits import DEFAULT_LIMITS, Limits

from .checkpoints.hostile_files import stacked_layers
from .raising import raises


def test_limits_come_from_the_environment():
    assert Limits.from_environment({}) == Limits()
    found = Limits.from_environment({"RNNVIZ_LIMIT_FILE": "1_000", "RNNVIZ_LIMIT_SECONDS": "0.5", "OTHER": "x"})
    assert found == Limits(file=1000, seconds=0.5)


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "1e9", "nan", "9" * 30])
@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_a_limit_is_a_positive_number(name, text):
    variable = f"RNNVIZ_LIMIT_{name.upper()}"
    with raises(ArgumentError, name=variable):
        Limits.from_environment({variable: text})


def test_a_notebook_has_the_same_limits(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(stacked_layers(3))
    assert len(rnnviz.load(path).network.layers) == 3 <= DEFAULT_LIMITS.layers
    for open_it in (rnnviz.load, rnnviz.checkpoint):
        with raises(LimitError, code="layers", limit=2):
            open_it(path, limits=Limits(layers=2))


@given(st.lists(st.integers(0, 2**70), max_size=40))
def test_the_numbers_of_a_shape_are_counted_within_bounds(shape):
    count = count_numbers(shape)
    product = 1
    for size in shape:
        product *= size
    possible = len(shape) <= MOST_AXES and all(size <= LARGEST for size in shape)
    assert count is None or (possible and count == product <= LARGEST)
    assert count is not None or not possible or product > LARGEST or 0 in shape


def test_no_array_has_negative_sizes_or_too_many_axes():
    assert count_numbers([]) == 1 and count_numbers([2, 0, 3]) == 0
    assert count_numbers([1] * MOST_AXES) == 1
    for shape in ([-1], [1] * (MOST_AXES + 1), [2**40, 2**40], [0, 2**62, 2**62], [2**63 - 1] * 1_000_000):
        assert count_numbers(shape) is None
