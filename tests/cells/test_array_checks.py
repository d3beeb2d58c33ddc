"""Invalid arrays and options: the error names the array, its shape and what was expected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnnviz.cells import GRU, LSTM, RNN
from rnnviz.cells.activations import ACTIVATION_KINDS
from rnnviz.errors import (
    ArgumentError,
    ArrayError,
    DtypeError,
    NotFiniteError,
    UnknownNameError,
    UnknownQuantityError,
)

from ..raising import raises

D, H = 3, 4


def arrays(kind=LSTM, dtype=np.float32):
    rows = len(kind.rows) * H
    shapes = {"weight_ih": (rows, D), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}
    return {name: np.ones(shape, dtype) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("weight_hh", (4 * H + 1, H), (16, 4)),  # not four blocks
        ("weight_hh", (3 * H, H), (16, 4)),  # the blocks of a GRU
        ("weight_hh", (H, 4 * H), (64, 16)),  # transposed, as Keras stores it
        ("weight_hh", (4 * H,), "(4*H, H)"),
        ("weight_hh", (0, 0), "(4*H, H)"),
        ("weight_ih", (D, 4 * H), "(16, D)"),
        ("weight_ih", (4 * H, 0), "(16, D)"),
        ("weight_ih", (4 * H, D, 1), "(16, D)"),
        ("bias_ih", (H,), (16,)),
        ("bias_hh", (4 * H, 1), (16,)),
    ],
)
def test_wrong_shapes(name, shape, expected):
    with raises(ArrayError, code="shape", name=name, shape=shape, expected=expected) as caught:
        LSTM(**arrays() | {name: np.ones(shape, np.float32)})
    assert "input, forget, candidate, output" in str(caught.value)  # what the blocks of rows compute


@given(kind=st.sampled_from([RNN, GRU, LSTM]), name=st.sampled_from([*arrays()]), data=st.data())
def test_no_shape_but_the_right_one_is_accepted(kind, name, data):
    """Whatever shape one array has: an error, or it is a shape that fits the other three."""
    good = arrays(kind)
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=17))
    try:
        cell = kind(**good | {name: np.ones(shape, np.float32)})
    except ArrayError as error:
        assert error.code == "shape" and error.expected
        assert error.name in good
    else:
        assert shape == good[name].shape or (name == "weight_ih" and shape[0] == len(good[name]))
        assert cell.input_size == cell.weight_ih.shape[1]


@pytest.mark.parametrize("name", [*arrays()])
@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.complex128, np.bool_, ">f4", object])
def test_dtypes_that_no_cell_computes_in(name, dtype):
    bad = np.ones(arrays()[name].shape).astype(dtype)
    with raises(DtypeError, code="dtype", name=name, dtype=str(bad.dtype), expected="float32 or float64"):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", ["weight_ih", "bias_ih", "bias_hh"])
def test_mixed_dtypes(name):
    bad = arrays()[name].astype(np.float64)
    with raises(DtypeError, code="mixed_dtypes", name=name, dtype="float64", expected="float32"):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", [*arrays()])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite(name, value):
    bad = arrays()[name]
    bad.flat[[0, 5]] = value
    with raises(NotFiniteError, name=name, shape=bad.shape, count=2):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", [*arrays()])
def test_lists_are_not_arrays(name):
    with raises(DtypeError, code="not_an_array", name=name, dtype="list"):
        LSTM(**arrays() | {name: arrays()[name].tolist()})


def test_a_weight_that_is_missing():
    with raises(DtypeError, code="not_an_array", name="weight_hh", dtype="NoneType"):
        LSTM(arrays()["weight_ih"], None)


KINDS = tuple(ACTIVATION_KINDS)


@pytest.mark.parametrize(
    ("kind", "options", "error", "fields"),
    [
        (GRU, {"reset": "between"}, ArgumentError, {"name": "reset", "allowed": ("after", "before")}),
        (GRU, {"update": "forgets"}, ArgumentError, {"name": "update", "allowed": ("keeps", "writes")}),
        (GRU, {"gates": "swish"}, ArgumentError, {"name": "gates", "value": "swish", "allowed": KINDS}),
        (GRU, {"activation": 3}, ArgumentError, {"name": "activation", "value": 3, "allowed": KINDS}),
        (RNN, {"activation": "hard_sigmoid(1, 2, 3)"}, ArgumentError, {"name": "activation", "code": "too_many"}),
        (
            LSTM,
            {"peephole": "yes"},
            UnknownNameError,
            {"kind": "option", "name": "peephole", "allowed": ("gates", "activation", "squash")},
        ),
    ],
)
def test_unknown_options(kind, options, error, fields):
    with raises(error, **fields):
        kind(**arrays(kind), **options)
    with raises(error, **fields):
        kind.define(**options)
    with raises(error, **fields) as caught:
        kind(**arrays(kind)).with_options(**options)
    assert str(caught.value).startswith(kind.title)


@pytest.mark.parametrize("shape", [(0, D), (2, 0, D), (0, 2, D), (5,), (5, D + 1), (5, 2, D, 1), ()])
def test_inputs_of_a_wrong_shape(shape):
    with raises(ArrayError, code="shape", name="x", shape=shape, expected="(T, 3) or (T, B, 3)"):
        LSTM(**arrays()).forward(np.zeros(shape, np.float32))


def test_inputs_that_are_not_numbers_of_the_cell():
    cell = LSTM(**arrays())
    with raises(DtypeError, code="not_an_array", name="x", dtype="list"):
        cell.forward([[1.0, 2.0, 3.0]])
    with raises(DtypeError, code="mixed_dtypes", name="x", dtype="float64", expected="float32"):
        cell.forward(np.zeros((2, D)))
    with raises(DtypeError, code="dtype", name="x", dtype="int64"):
        cell.forward(np.zeros((2, D), int))
    with raises(NotFiniteError, name="x", shape=(2, D), count=6):
        cell.forward(np.full((2, D), np.nan, np.float32))


@pytest.mark.parametrize(("batch", "shape"), [(None, (1, H)), (None, (H + 1,)), (2, (H,)), (2, (3, H)), (2, (H, 2))])
def test_initial_states_of_a_wrong_shape(batch, shape):
    cell = LSTM(**arrays())
    x = np.zeros((5, D) if batch is None else (5, batch, D), np.float32)
    expected = (H,) if batch is None else (batch, H)
    with raises(ArrayError, code="shape", name="initial cell", shape=shape, expected=expected):
        cell.forward(x, {"cell": np.zeros(shape, np.float32)})


def test_initial_states_that_the_cell_lacks_or_cannot_use():
    x = np.zeros((5, D), np.float32)
    with raises(UnknownNameError, kind="state", name="cell", allowed=("hidden",)):
        GRU(**arrays(GRU)).forward(x, {"cell": np.zeros(H, np.float32)})
    with raises(DtypeError, name="initial hidden", dtype="float64"):
        GRU(**arrays(GRU)).forward(x, {"hidden": np.zeros(H)})
    with raises(NotFiniteError, name="initial hidden", count=1):
        GRU(**arrays(GRU)).forward(x, {"hidden": np.array([0, 0, 0, np.nan], np.float32)})


def test_gradients_that_fit_no_state():
    cell = LSTM(**arrays())
    record = cell.forward(np.zeros((5, D), np.float32))
    zeros = np.zeros((5, H), np.float32)
    with raises(ArrayError, name="the gradient by hidden", shape=(4, H), expected=(5, H)):
        cell.backward(record, zeros[:4])
    with raises(ArrayError, name="the gradient by cell", shape=(5, 1), expected=(5, H)):
        cell.backward(record, zeros, {"cell": zeros[:, :1]})
    with raises(UnknownNameError, kind="state", name="forget", allowed=("hidden", "cell")):
        cell.backward(record, zeros, {"forget": zeros})
    with raises(DtypeError, code="not_an_array", name="the gradient by hidden"):
        cell.backward(record, zeros.tolist())


def test_a_quantity_that_the_cell_does_not_record():
    names = ("input_vector", "reset", "update", "candidate", "hidden")
    with raises(UnknownQuantityError, name="cell", allowed=names):
        GRU(**arrays(GRU)).forward(np.zeros((5, D), np.float32))["cell"]
